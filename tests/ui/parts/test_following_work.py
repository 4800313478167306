"""Work that keeps up with who asks faster than it can be done."""

import threading

from pytestqt.qtbot import QtBot

from depthstudio.ui.parts.following_work import PATIENCE_S, Check, FollowingWork


def test_what_ran_is_told_and_of_the_waiting_only_the_newest_runs(qtbot: QtBot) -> None:
    work, told, may_end = FollowingWork(), [], threading.Event()
    work.done.connect(told.append)
    work.submit(lambda check: may_end.wait(10) and "first")
    for name in ("second", "third"):
        work.submit(lambda check, name=name: name)
    assert work.busy
    may_end.set()
    qtbot.waitUntil(lambda: not work.busy)
    assert told == ["first", "third"]


def test_only_slow_work_gives_up_for_something_newer(qtbot: QtBot) -> None:
    now_s = [0.0]
    work, told, failed = FollowingWork(clock_s=lambda: now_s[0]), [], []
    work.done.connect(told.append)
    work.failed.connect(failed.append)
    checked = threading.Event()

    def slow(check: Check) -> str:
        while True:
            check()
            checked.set()

    work.submit(slow)
    now_s[0] = 10 * PATIENCE_S
    assert checked.wait(10)
    checked.clear()
    assert checked.wait(10), "nobody asked for anything newer"
    work.submit(lambda check: "newer")
    qtbot.waitUntil(lambda: told == ["newer"])
    assert not failed


def test_after_cancel_nothing_is_told(qtbot: QtBot) -> None:
    work, told = FollowingWork(), []
    ended = threading.Event()
    work.done.connect(told.append)
    work.failed.connect(told.append)

    def endless(check: Check) -> None:
        try:
            while True:
                check()
        finally:
            ended.set()

    work.submit(endless)
    work.submit(lambda check: "next")
    work.cancel()
    assert ended.wait(10)
    work.submit(lambda check: "after")
    qtbot.waitUntil(lambda: told == ["after"])


def test_a_failure_is_told(qtbot: QtBot) -> None:
    work = FollowingWork()
    with qtbot.waitSignal(work.failed) as failed:
        work.submit(lambda check: 1 // 0)
    assert failed.args is not None
    assert isinstance(failed.args[0], ZeroDivisionError)
