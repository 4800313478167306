"""The environments of the servers are made once, whole, or not at all."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.servers import environments
from tests.servers.environments import EnvironmentFailedError, ensure, environment


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lock of nothing, and a place of its own for environments."""
    lock = tmp_path / "gradio-5.25.txt"
    lock.write_text("# nothing\n")
    monkeypatch.setitem(environments.LOCKS, "5.25", lock)
    monkeypatch.setenv("DEPTHSTUDIO_TEST_SERVERS", str(tmp_path / "servers"))
    return lock


def test_what_was_interrupted_is_made_anew_and_once_for_all_who_ask(lock: Path) -> None:
    left = environment("5.25").with_name(environment("5.25").name + ".part")
    left.mkdir(parents=True)
    (left / "half").touch()
    said: list[str] = []
    with ThreadPoolExecutor(2) as executor:
        first, second = executor.map(lambda _: ensure("5.25", said.append), range(2))
    assert first == second
    assert subprocess.run([first, "-c", "print('works')"], check=True).returncode == 0
    assert len([line for line in said if line.startswith("Making")]) == 1
    assert not left.exists()
    assert not (environment("5.25") / "half").exists()
    before = environment("5.25")
    lock.write_text("# something else\n")
    assert environment("5.25") != before, "another lock is another environment"


def test_one_that_cannot_be_made_says_so_each_time(lock: Path, tmp_path: Path) -> None:
    lock.write_text(f"nothing @ {(tmp_path / 'nothing-1-py3-none-any.whl').as_uri()}\n")
    said: list[str] = []
    for _ in range(2):
        with pytest.raises(EnvironmentFailedError, match="cannot run without it"):
            ensure("5.25", said.append)
    assert len(said) == 1, "it is tried once"
    assert not environment("5.25").exists()


@pytest.mark.parametrize("version", sorted(environments.LOCKS))
def test_every_package_of_a_lock_is_pinned(version: str) -> None:
    lines = environments.LOCKS[version].read_text().splitlines()
    packages = [line for line in lines if not line.startswith("#")]
    assert all("==" in line for line in packages)
    wanted = "fal_client==" if version == "fal-client" else f"gradio=={version}"
    assert any(line.startswith(wanted) for line in packages)
