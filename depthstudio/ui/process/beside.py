"""Python's work in a thread, while the loop of the window turns and needs no Python."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QEventLoop, QThread

T = TypeVar("T")


def done_beside(work: Callable[[], T]) -> T:
    """What `work` returns or raises, done in a thread; Qt's events are seen to until then.

    For the start only. While the window is empty the work may import what uses Qt, because
    nobody else does at that time; once it is filled, only what does not. It makes no object
    of Qt's.
    """
    thread, loop = _Work(work), QEventLoop()
    thread.finished.connect(loop.quit)
    thread.start()
    loop.exec()
    thread.wait()
    if thread.error is not None:
        raise thread.error
    return thread.answer[0]


class _Work(QThread, Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__()
        self._work = work
        self.answer: list[T] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.answer.append(self._work())
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is awaited
            self.error = error
