from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def result(cli: Cli, make_photo: Callable[..., Path]) -> dict[str, Any]:
    """The last word of a relief: its id, and every file with its hash."""
    line = ("--provider", "relief", "--set", "resolution=256", "--json")
    (done,) = cli("run", make_photo("moon.png"), *line).named("done")
    return done


def test_the_list_is_newest_first_and_can_be_searched_and_cut(
    cli: Cli, make_photo: Callable[..., Path]
) -> None:
    for number, name in enumerate(("moon.png", "vase.png")):
        cli("run", make_photo(name, (9, 9, number)), "--provider", "scripted")

    both, one = cli("library", "list", "--json"), cli("library", "list", "--limit", "1", "--json")
    found = cli("library", "list", "--search", "moon", "--json")

    assert [record["name"] for record in both.records] == ["vase.png", "moon.png"]
    assert [record["name"] for record in one.records] == ["vase.png"]
    assert [record["name"] for record in found.records] == ["moon.png"]
    assert all(Path(record["folder"]).is_dir() for record in both.records)
    lines = cli("library", "list").out.splitlines()
    assert [line.split()[-2:] for line in lines] == [
        ["scripted", "vase.png"],
        ["scripted", "moon.png"],
    ]


def test_a_result_is_shown_by_its_id_or_the_beginning_of_it(
    cli: Cli, result: dict[str, Any]
) -> None:
    (whole,) = cli("library", "show", result["result"], "--json").records
    (short,) = cli("library", "show", result["result"][:16], "--json").records
    words = cli("library", "show", result["result"]).out

    assert whole == short
    assert (whole["id"], whole["name"]) == (result["result"], "moon.png")
    assert whole["artifacts"] == result["artifacts"]
    assert whole["params"]["resolution"] == 256
    assert "moon.png, made by Relief 1" in words
    assert "  resolution = 256\n" in words
    assert "  scene: scene.glb, " in words


def test_a_result_that_is_not_there_says_so(cli: Cli) -> None:
    for action in ("show", "verify"):
        said = cli("library", action, "20260314-120000-0123456789")
        assert said.status == 1
        assert "There is no result" in said.err


def test_an_untouched_library_is_as_it_was_stored(cli: Cli, result: dict[str, Any]) -> None:
    said = cli("library", "verify")
    short = cli("library", "verify", result["result"][:16], "--json")

    assert (said.status, said.out) == (0, "Every sealed file is as it was stored\n")
    assert (short.status, short.out) == (0, "")


def test_a_byte_flipped_in_any_sealed_file_is_found(cli: Cli, result: dict[str, Any]) -> None:
    folder = Path(result["artifacts"][0]["path"]).parent
    sealed = sorted(path.name for path in folder.iterdir())
    assert sealed == [
        "depth.npz",
        "manifest.json",
        "photo.jpg",
        "preview.png",
        "scene.glb",
        "thumbnail.jpg",
    ]
    for name in sealed:
        path = folder / name
        path.chmod(0o644)
        whole = path.read_bytes()
        for place in (0, len(whole) // 2, len(whole) - 1):
            damaged = bytearray(whole)
            damaged[place] ^= 0x01
            path.write_bytes(damaged)

            said = cli("library", "verify", "--json")
            alone = cli("library", "verify", result["result"])

            assert said.status == alone.status == 1, (name, place)
            assert [record["file"] for record in said.records] == [name], (name, place)
            assert said.records[0]["result"] == result["result"]
            assert f"{result['result']}  {name}: " in alone.out
        path.write_bytes(whole)
    assert cli("library", "verify").status == 0
