from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from depthstudio.settings.servers import KEPT_PER_PROVIDER, KnownServers

NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
HERE = {"space": "http://127.0.0.1:7860"}
THERE = {"space": "owner/name"}
SCHEMA = {"properties": {"steps": {"type": "number", "maximum": 9}}}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "servers.json"


def test_a_server_is_known_again_after_a_start(path: Path) -> None:
    KnownServers(path).remember("acme", HERE, NOW, profile="seed", schema=SCHEMA)

    known = KnownServers(path).find("acme", HERE)

    assert known is not None
    assert (known.profile, known.schema, known.seen_at) == ("seed", SCHEMA, NOW)
    assert KnownServers(path).find("acme", THERE) is None
    assert KnownServers(path).find("other", HERE) is None


def test_the_last_one_that_was_met_comes_first(path: Path) -> None:
    servers = KnownServers(path)
    servers.remember("acme", HERE, NOW, profile="a")
    servers.remember("acme", THERE, NOW + timedelta(hours=1), profile="b")
    servers.remember("acme", HERE, NOW + timedelta(hours=2), profile="c")

    assert [(s.endpoints, s.profile) for s in servers.of("acme")] == [(HERE, "c"), (THERE, "b")]


def test_what_a_server_takes_is_kept_as_long_as_its_shape(path: Path) -> None:
    servers = KnownServers(path)
    servers.remember("acme", HERE, NOW, profile="seed", schema=SCHEMA)
    servers.remember("acme", HERE, NOW, profile="seed")
    assert servers.of("acme")[0].schema == SCHEMA

    servers.remember("acme", HERE, NOW, profile="head")
    assert servers.of("acme")[0].schema == {}


def test_only_so_many_are_kept_of_each_provider(path: Path) -> None:
    servers = KnownServers(path)
    servers.remember("other", HERE, NOW, profile="")
    for number in range(KEPT_PER_PROVIDER + 3):
        servers.remember("acme", {"space": f"owner/{number}"}, NOW, profile="")

    assert len(servers.of("acme")) == KEPT_PER_PROVIDER
    assert len(KnownServers(path).of("other")) == 1


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"provider_id": 3}]'])
def test_a_damaged_file_only_means_that_servers_are_asked_again(path: Path, text: str) -> None:
    path.write_text(text)
    servers = KnownServers(path)

    assert servers.find("acme", HERE) is None
    servers.remember("acme", HERE, NOW, profile="seed")
    assert KnownServers(path).find("acme", HERE) is not None


def test_a_file_that_cannot_be_written_fails_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    servers = KnownServers(in_the_way / "servers.json")

    servers.remember("acme", HERE, NOW, profile="seed")

    known = servers.find("acme", HERE)
    assert known is not None
    assert known.profile == "seed"
    assert "could not be kept" in caplog.text
