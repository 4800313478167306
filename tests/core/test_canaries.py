"""The search for keys that tests leave behind finds them."""

from pathlib import Path
from urllib.request import Request, urlopen

from tests.support.canaries import SERVERS_OWN, canary, singing, told_so_far
from tests.support.rest_service import Answer, RestService


def test_a_key_is_found_wherever_it_was_left(tmp_path: Path) -> None:
    pieces = canary("acme").partition("-")
    folder = tmp_path / SERVERS_OWN  # not looked into at the end, so this may stay
    folder.mkdir()
    (folder / "clean.log").write_text("nothing")
    (folder / "empty").write_bytes(b"")
    inside = folder / "home" / "deep.bin"
    inside.parent.mkdir()
    inside.write_bytes(b"\0" * 5_000_000 + "".join(pieces).encode() + b"\0")

    assert singing(folder.parent) == []
    inside.rename(tmp_path / "deep.bin")
    assert singing(tmp_path) == [tmp_path / "deep.bin"]
    (tmp_path / "deep.bin").unlink()


def test_every_service_has_a_key_of_its_own() -> None:
    assert canary("fal") != canary("oxen")


def test_a_key_that_comes_to_a_server_it_is_not_for_is_noticed() -> None:
    with RestService() as server:
        server.own_keys = {canary("acme")}
        server.route("GET", "/.*", lambda request: Answer())
        for name in ("acme", "other"):
            with urlopen(Request(server.url, headers={"X-Key": canary(name)})) as answer:
                assert answer.status == 200
        assert told_so_far() == [f"shown to RestService at {server.url}"]
        with urlopen(f"{server.url}/?key={canary('other')}") as answer:
            assert answer.status == 200
        assert len(told_so_far()) == 1
