"""Worker threads that may use Qt, which wait until every class of Qt exists.

PySide6 makes the Python class of a Qt type when it is first needed, perhaps deep in a call.
Two threads that do so at once, or one in the middle of the other's, end the process. So all
are made beforehand, in the window's thread, and until then nobody else may come near Qt.
"""

import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module

from PySide6.QtCore import QCoreApplication, QThread, QThreadPool

MODULES = tuple(
    f"PySide6.{name}"
    for name in ("QtCore", "QtGui", "QtWidgets", "QtOpenGL", "QtOpenGLWidgets", "QtNetwork")
)
SLICE_S = 0.005
BACKGROUND_THREADS = 2

_waiting: list[Callable[[], None]] = []
_made: set[str] = set()


def start_worker(pool: QThreadPool, work: Callable[[], object], priority: int = 0) -> None:
    """Run `work` in a thread of this pool, at once or when the classes are there."""
    start = partial(pool.start, work, priority)
    if all_classes_made():
        start()
    else:
        _waiting.append(start)


@cache
def background_pool() -> QThreadPool:
    """For what takes long and nobody waits for: Qt's own pool may have but two threads."""
    pool = QThreadPool(QCoreApplication.instance())
    pool.setMaxThreadCount(BACKGROUND_THREADS)
    pool.setThreadPriority(QThread.Priority.LowPriority)
    return pool


def all_classes_made() -> bool:
    """May other threads use Qt?"""
    return len(_made) == len(MODULES)


def make_classes() -> Iterator[None]:
    """Make every class of Qt; each step ends after 5 ms, or with one class that takes longer.

    To be called in the window's thread, once there is a frame to look at: all steps together
    take 0.2 s. Whoever waits in `start_worker` starts after the last one.
    """
    for name in MODULES:
        module = import_module(name)
        yield
        paused_s = time.perf_counter()
        for entry in dir(module):
            getattr(module, entry)
            if time.perf_counter() - paused_s > SLICE_S:
                yield
                paused_s = time.perf_counter()
        _made.add(name)
    while _waiting:
        _waiting.pop(0)()
