"""A service in the whole window: its server, its token, its test, and a run there."""

from collections.abc import Generator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit

from depthstudio.core.job import JobState
from depthstudio.core.record import to_json
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings
from depthstudio.settings.secret_origin import SecretOrigin
from depthstudio.ui.inspector.service_box import ServiceBox
from depthstudio.ui.window.remembered import restore_settings, settings_of
from tests.support.space_provider import SpaceServer, space_at
from tests.support.studio import Start, Studio, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def server() -> Generator[SpaceServer]:
    with SpaceServer() as server:
        yield server


@pytest.fixture
def registry(server: SpaceServer) -> Registry:
    return Registry([space_at(server.url), ReliefProvider()])


def chosen(studio: Studio) -> ServiceBox:
    """The connection of the service, which is chosen for that."""
    studio.window.inspector.set_provider("space")
    box = studio.window.inspector.service("space")
    assert box is not None
    return box


def offers_new(studio: Studio) -> bool:
    return bool(studio.window.inspector.form().values()["extra"])


async def try_out(box: ServiceBox) -> None:
    box.test.clear()
    box.test.button.click()
    await until(lambda: box.test.summary() not in ("", "Testing…"))


def files_with(folder: Path, text: bytes) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if text in path.read_bytes().lower()]


async def test_nothing_is_asked_of_a_service_before_the_user_does(
    start_remote: Start, server: SpaceServer
) -> None:
    async with start_remote() as studio:
        box = chosen(studio)
        await until(lambda: box.secret("hf_token").origin() is SecretOrigin.ABSENT)
        box.set_endpoints({})
        studio.window.inspector.form().set_values({"seed": 3})
    assert server.requests == []


async def test_a_test_says_that_it_works_and_brings_the_servers_form(
    start_remote: Start, server: SpaceServer
) -> None:
    async with start_remote() as studio:
        box = chosen(studio)
        await try_out(box)
        assert box.test.summary() == "Works · 214 ms"
        assert offers_new(studio)
    assert server.requests == ["/health", "/info"]
    async with start_remote() as studio:  # and the next start shows it without asking
        chosen(studio)
        await until(lambda: offers_new(studio))
    assert len(server.requests) == 2


async def test_a_failed_test_says_why_and_what_to_do(
    start_remote: Start, server: SpaceServer
) -> None:
    server.status = 503
    async with start_remote() as studio:
        box = chosen(studio)
        await try_out(box)
        assert box.test.summary() == "Failed"
        assert box.test.detail() == "Space Depth has trouble of its own (503). Try again later"
        assert not offers_new(studio)
        server.status, server.health = 200, {"ok": False, "message": "Paused", "latency_s": None}
        await try_out(box)
        assert (box.test.summary(), box.test.detail()) == ("Failed", "Paused")
    assert "/info" not in server.requests


@pytest.mark.parametrize("how", ["button", "server", "secret", "window"])
async def test_a_test_under_way_can_be_ended(
    start_remote: Start, server: SpaceServer, how: str
) -> None:
    server.gate.clear()
    async with start_remote() as studio:
        box = chosen(studio)
        await until(lambda: box.secret("hf_token").origin() is SecretOrigin.ABSENT)
        box.test.button.click()
        await until(lambda: server.requests)
        assert box.test.is_busy
        if how == "button":
            box.test.button.click()
        elif how == "server":
            (line, *_) = box.server("space").findChildren(QLineEdit)
            line.setText("other/space")
            line.textEdited.emit("other/space")
        elif how == "secret":
            studio.session.secrets.give("hf_token", "hf_abc")
        if how != "window":
            await until(lambda: not box.test.is_busy)
            assert box.test.summary() == ""


async def test_a_token_is_sent_and_never_written_down(
    start_remote: Start, server: SpaceServer, home: Path
) -> None:
    async with start_remote() as studio:
        box = chosen(studio)
        field = box.secret("hf_token")
        await until(lambda: field.origin() is SecretOrigin.ABSENT)
        (line,) = field.findChildren(QLineEdit)
        line.setText("hf_s3cret")
        line.returnPressed.emit()
        assert field.origin() is SecretOrigin.SESSION
        await try_out(box)
        settings = settings_of(studio.window, AppSettings())
        assert "hf_s3cret" not in to_json(settings)
    assert server.tokens == ["hf_s3cret"]
    assert files_with(home, b"sqlite") != []
    assert files_with(home, b"hf_s3cret") == []


async def test_a_token_of_the_environment_is_named(
    start_remote: Start, server: SpaceServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN_OF_TESTS", "hf_env")
    async with start_remote() as studio:
        box = chosen(studio)
        await until(lambda: box.secret("hf_token").origin() is SecretOrigin.ENVIRONMENT)
        await try_out(box)
    assert server.tokens == ["hf_env"]


async def test_a_run_goes_to_the_server_that_was_chosen_with_what_only_it_has(
    start_remote: Start, server: SpaceServer, photo: Path
) -> None:
    with SpaceServer() as other:
        async with start_remote() as studio:
            box, inspector = chosen(studio), studio.window.inspector
            box.set_endpoints({"space": other.url})
            await try_out(box)
            inspector.form().set_values({"extra": {"sky": 0.25}, "seed_mode": "sheet", "sheet": 2})
            studio.drop([photo], on=studio.window.centre)
            await until(inspector.inputs)
            assert inspector.run_box.state().sentence == "Run 2 jobs"
            await studio.run()
            await studio.settled()
            assert studio.states == [JobState.DONE, JobState.DONE]
            assert [e.job.endpoints for e in studio.rows] == [{"space": other.url}] * 2
            inspector.form().set_values({"seed_mode": "locked", "seed": 1})
            await until(lambda: inspector.run_box.state().is_known)
        seeds = sorted((run["seed"], run["extra"]["sky"]) for run in other.runs)
        assert seeds == [(0, 0.25), (1, 0.25)]
    assert server.requests == []


async def test_servers_and_hosts_are_taken_up_again_at_the_next_start(
    start_remote: Start, server: SpaceServer
) -> None:
    before = AppSettings(
        last_provider_id="space",
        endpoints_by_provider={"space": {"space": "http://farm.test"}, "gone": {"a": "b"}},
        plain_hosts=("farm.test",),
        params_by_provider={"space": {"seed": 5}},
    )
    async with start_remote() as studio:
        restore_settings(studio.window, before)
        inspector = studio.window.inspector
        assert inspector.endpoints() == {"space": "http://farm.test"}
        after = settings_of(studio.window, before)
    assert after.endpoints_by_provider == before.endpoints_by_provider
    assert after.plain_hosts == ("farm.test",)
    assert after.params_by_provider["space"]["seed"] == 5
