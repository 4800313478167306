"""`depthstudio run` on all six providers, and every parameter of theirs on what was asked."""

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import EXTRA, field_notes
from depthstudio.providers.registry import Registry
from tests.services.run_table import GRADIO, RUNS, Run, World, plain, runs_of
from tests.support.cli_events import assert_in_order
from tests.support.command import endpoint_words, run_command, set_words
from tests.support.gradio_servers import Find
from tests.support.shelf_host import Shelf
from tests.support.vendors import ENVIRONMENT, Vendors
from tests.support.videos import write_video

PROVIDERS = Registry.load()
PARTS_OF_NAMES = ("Kater", "Straße", "Stra%C3%9Fe", "&%$", "%26%25%24")
ANSWERS = {"photo": "image/png", "cut-out": "image/png", "video": "video/mp4"}


@pytest.fixture(scope="module")
def vendors() -> Generator[Vendors]:
    with Vendors() as vendors:
        yield vendors


@pytest.fixture
def world(vendors: Vendors, gradio_servers: Find, run: Run) -> World:
    """As new; of the Gradio servers only those that are running, or that the run needs."""
    vendors.reset()
    world = World(vendors, gradio_servers)
    if run.vendor in GRADIO:
        world.gradio(run.vendor).reset()
    return world


def a_file(kind: str, folder: Path) -> Path:
    """Something to send, with a name that must not reach a service."""
    if kind == "video":
        return write_video(folder / "Straße Kater &%$.mp4", frames=8)
    path = folder / "Straße Kater &%$.png"
    picture = Image.new("RGBA", (64, 48), (250, 250, 250, 0 if kind == "cut-out" else 255))
    picture.paste((200, 40, 30, 255), (16, 12, 48, 36))
    picture.save(path)
    return path


def properties_of(provider_id: str) -> dict[str, Any]:
    """The declared parameters; what only a server knows travels in one more."""
    declared = schema_of(PROVIDERS.get(provider_id).params_type)["properties"]
    return {name: told for name, told in declared.items() if name != EXTRA}


def is_remote(provider_id: str, name: str) -> bool:
    return field_notes(properties_of(provider_id)[name]).get("is_remote", True)


@pytest.mark.parametrize("provider_id", [provider.info.id for provider in PROVIDERS])
def test_no_parameter_is_left_out_of_the_runs_and_none_is_at_its_default(provider_id: str) -> None:
    declared, runs = properties_of(provider_id), list(runs_of(provider_id))
    assert {name for run in runs for name in run.values} == set(declared)
    for run in runs:
        for name, value in run.values.items():
            assert value != declared[name]["default"], name
            assert is_remote(provider_id, name) or name in run.effects


@pytest.mark.parametrize("run", RUNS, ids=str)
def test_a_command_completes_and_the_service_is_told_every_parameter(
    run: Run, world: World, tmp_path: Path
) -> None:
    file = a_file(run.source, tmp_path)
    source: Path | str = file
    with Shelf() as web:
        if run.at_address:
            source = web.add(f"input{file.suffix}", file.read_bytes(), ANSWERS[run.source])
        ran = run_command(
            tmp_path / "home", "run", source, "--provider", run.provider_id, "--json",
            *set_words(run.values), *endpoint_words(run.endpoints(world)),
            *(("--host-via", run.host_via) if run.host_via else ()),
            keys=ENVIRONMENT,
        )  # fmt: skip

    assert (ran.status, ran.err) == (0, ""), ran.out
    assert_in_order(ran.records)
    for done in ran.named("done"):
        assert done["artifacts"]
        assert all(Path(a["path"]).stat().st_size == a["bytes"] > 0 for a in done["artifacts"])
    assert_told(run, world)
    if not run.vendor:
        assert_kept(run, ran.named("done")[0]["result"], tmp_path / "home")
    assert [part for part in PARTS_OF_NAMES if part in everything_asked(run, world)] == []


def assert_told(run: Run, world: World) -> None:
    """Each remote parameter as it was set; of the others no word, but what comes of them."""
    told, names = run.told(world), world.names_told(run.vendor)
    for name, value in run.values.items():
        if run.vendor and is_remote(run.provider_id, name):
            assert (name, told[name]) == (name, value)
            assert type(told[name]) is type(value)
        else:
            assert plain(name) not in names
    for name, shows in run.effects.items():
        assert shows(world), name


def assert_kept(run: Run, result_id: str, home: Path) -> None:
    """What asks no service keeps what it was asked with the result."""
    (shown,) = run_command(home, "library", "show", result_id, "--json").records
    assert shown["params"] == run.values


def everything_asked(run: Run, world: World) -> str:
    """All that a server was told, as text."""
    if run.vendor in GRADIO:
        return str(world.gradio(run.vendor).requests())
    told = [(r.target, r.headers, r.body.decode(errors="replace")) for r in world.vendors.requests]
    return str(told)
