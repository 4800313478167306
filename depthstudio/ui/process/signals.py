"""Lets Ctrl+C in a terminal, or a shutdown, close the window in order."""

import signal
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

from PySide6.QtCore import QSocketNotifier

# What asks a process to end; not every system has each of them.
ENDING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
)


def end_at_once() -> None:
    """Let Ctrl+C end the process as the system does it, while there is nothing to put away.

    Python's own handler would raise inside whatever slot Qt happens to call.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def ending_signals(on_signal: Callable[[signal.Signals], None]) -> Generator[None]:
    """Call `on_signal` on Qt's loop for the first of `ENDING`; the next one ends at once.

    Only on the main thread. Signals that whoever started us chose to ignore stay ignored.
    """
    watched = [number for number in ENDING if signal.getsignal(number) is not signal.SIG_IGN]
    reader, writer = socket.socketpair()
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)

    def read_signals() -> None:
        for number in reader.recv(64):
            if number in watched:
                restore()
                on_signal(signal.Signals(number))

    def restore() -> None:
        for number in watched:
            signal.signal(number, signal.SIG_DFL)

    reader.setblocking(False)
    writer.setblocking(False)
    notifier.activated.connect(read_signals)
    # Python runs its handlers between two of its own instructions, and there may be none
    # for hours while Qt waits for events. A byte on a socket is an event.
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    handlers = {number: signal.signal(number, _wait_for_the_byte) for number in watched}
    try:
        yield
    finally:
        notifier.setEnabled(False)
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        reader.close()
        writer.close()


def _wait_for_the_byte(number: int, frame: object) -> None:
    """Nothing here: the byte that Python wrote meanwhile is what Qt acts on."""
