import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from depthstudio.core.errors import HomeBusyError, SettingsError
from depthstudio.settings import home_lock, lock_holder
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home

HOLD_UNTIL_TOLD = """
import sys
from pathlib import Path
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home

lock = HomeLock(Home.at(Path(sys.argv[1])), what="run")
print(lock.try_acquire(), flush=True)
sys.stdin.read()
lock.release()
"""

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def other_process(home: Home) -> Iterator[subprocess.Popen[str]]:
    """A second process that holds the home until its input ends."""
    command = [sys.executable, "-c", HOLD_UNTIL_TOLD, str(home.lock_file.parent)]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.wakes = 0

    def __call__(self) -> float:
        return self.now_s

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.wakes += 1


def test_a_free_home_is_locked_and_says_by_whom(home: Home) -> None:
    lock = HomeLock(home, what="window")
    assert lock.try_acquire()
    assert lock.is_held
    holder = HomeLock(home, what="run").holder()
    assert holder is not None
    assert (holder.pid, holder.what) == (os.getpid(), "window")
    lock.release()
    assert not lock.is_held
    assert lock.holder() is None


def test_a_second_lock_in_the_same_process_is_refused_too(home: Home) -> None:
    first, second = HomeLock(home, what="window"), HomeLock(home, what="run")
    assert first.try_acquire()
    assert not second.try_acquire()
    second.release()  # not its own to give back
    assert first.holder() is not None
    first.release()
    assert second.try_acquire()
    second.release()


@pytest.mark.anyio
async def test_a_home_held_by_another_process_names_it(
    home: Home, other_process: "subprocess.Popen[str]"
) -> None:
    with pytest.raises(HomeBusyError) as caught:
        await HomeLock(home, what="window").acquire()
    assert f"in use by “run”, process {other_process.pid} on " in str(caught.value)
    assert "--timeout" in caught.value.hint


@pytest.mark.anyio
async def test_waiting_ends_at_the_time_that_was_given(
    home: Home, other_process: "subprocess.Popen[str]"
) -> None:
    clock = Clock()
    lock = HomeLock(home, what="run")
    with pytest.raises(HomeBusyError):
        await lock.acquire(2.0, clock=clock, sleep=clock.sleep)
    assert clock.now_s == pytest.approx(102.0, abs=2 * home_lock.POLL_S)
    assert clock.wakes == pytest.approx(20, abs=1)
    assert other_process.poll() is None


@pytest.mark.anyio
async def test_waiting_succeeds_as_soon_as_the_other_process_lets_go(
    home: Home, other_process: "subprocess.Popen[str]"
) -> None:
    clock = Clock()

    async def let_go_then_sleep(seconds: float) -> None:
        if clock.wakes == 3:
            other_process.communicate("")
        await clock.sleep(seconds)

    lock = HomeLock(home, what="run")
    await lock.acquire(60.0, clock=clock, sleep=let_go_then_sleep)
    assert clock.wakes == 4
    holder = lock.holder()
    assert holder is not None
    assert holder.pid == os.getpid()
    lock.release()


def test_a_killed_process_holds_nothing(home: Home, other_process: "subprocess.Popen[str]") -> None:
    other_process.kill()
    other_process.wait()
    assert home.lock_holder_file.exists()  # its note is still there, and means nothing
    lock = HomeLock(home, what="window")
    assert lock.try_acquire()
    lock.release()


@pytest.mark.anyio
async def test_a_block_holds_the_home_and_gives_it_back_after_an_error(home: Home) -> None:
    lock = HomeLock(home, what="run")

    async def fail_while_holding() -> None:
        async with lock.held():
            assert lock.is_held
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_while_holding()
    assert not lock.is_held


@pytest.mark.anyio
async def test_a_holder_who_left_no_legible_note_is_another_process(home: Home) -> None:
    first = HomeLock(home, what="window")
    assert first.try_acquire()
    home.lock_holder_file.write_text("{")
    with pytest.raises(HomeBusyError, match="in use by another process"):
        await HomeLock(home, what="run").acquire()
    first.release()


def test_a_home_that_cannot_be_written_is_not_left_locked(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    lock = HomeLock(home, what="run")
    with monkeypatch.context() as patch:
        patch.setattr(lock_holder, "whole_file", refuse)
        with pytest.raises(SettingsError, match="cannot be locked: Read-only") as caught:
            lock.try_acquire()
    assert caught.value.hint
    assert not lock.is_held
    assert HomeLock(home, what="window").try_acquire()


def test_reading_a_home_leaves_its_lock_alone(home: Home) -> None:
    assert HomeLock(home, what="library").holder() is None
    assert not home.lock_file.parent.exists()
