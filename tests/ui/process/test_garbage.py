import gc
import threading
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from depthstudio.ui.process.garbage import GarbageWatch


class Knot:
    """Refers to itself, so that only a look for garbage frees it."""

    def __init__(self, ended_in: list[threading.Thread]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: ended_in.append(threading.current_thread()))


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[GarbageWatch]:
    gc.collect()
    watch = GarbageWatch(qapp)
    watch.start()
    yield watch
    watch.deleteLater()
    gc.enable()
    gc.unfreeze()


def test_garbage_of_another_thread_ends_in_the_windows(watch: GarbageWatch) -> None:
    ended_in: list[threading.Thread] = []

    def make_many() -> None:
        for _ in range(5 * gc.get_threshold()[0]):
            Knot(ended_in)

    worker = threading.Thread(target=make_many)
    worker.start()
    worker.join()
    assert ended_in == []

    watch.look()

    assert set(ended_in) == {threading.main_thread()}
    assert len(ended_in) == 5 * gc.get_threshold()[0]


def test_nothing_is_looked_through_until_enough_is_new(
    watch: GarbageWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected: list[int] = []
    monkeypatch.setattr(gc, "collect", collected.append)
    for count, due in (((700, 10, 10), []), ((701, 0, 0), [0]), ((701, 11, 0), [1])):
        monkeypatch.setattr(gc, "get_count", lambda count=count: count)
        monkeypatch.setattr(gc, "get_threshold", lambda: (700, 10, 10))
        collected.clear()
        watch.look()
        assert collected == due


def test_python_does_not_look_by_itself_meanwhile(watch: GarbageWatch) -> None:
    assert not gc.isenabled()
