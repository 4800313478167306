"""Nothing that goes wrong is lost: it goes to the log, and the window hears of it."""

import asyncio
import faulthandler
import logging
import sys
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from PySide6.QtCore import QMessageLogContext, QObject, QtMsgType, Signal, qInstallMessageHandler

from depthstudio.core.errors import DepthStudioError

LOG_BYTES = 2_000_000
OLD_LOGS = 2
LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

log = logging.getLogger(__name__)


class LogFile(logging.Handler):
    """Opens its file with the first record: most starts have nothing to say."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._file: logging.Handler | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self._file is None:
            self._file = self._opened()
        self._file.emit(record)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def _opened(self) -> logging.Handler:
        from logging.handlers import RotatingFileHandler

        file = RotatingFileHandler(
            self._path, maxBytes=LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8"
        )
        file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        return file


class TroubleLog(QObject):
    """Hears of errors that nobody caught: in slots, tasks and threads, and Qt's own warnings.

    ``noticed`` carries what to tell the user, and is sent from whatever thread it happened on.
    """

    noticed = Signal(str)

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._file = folder / "depthstudio.log"
        self._crash_file = folder / "crash.log"

    @contextmanager
    def kept(self) -> Generator[None]:
        """Listen, and write to the log, for a block on the running loop."""
        with ExitStack() as undo:
            self._keep_log(undo)
            self._keep_crashes(undo)
            self._hook_python(undo)
            undo.callback(qInstallMessageHandler, qInstallMessageHandler(self._from_qt))
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(self._from_loop)
            undo.callback(loop.set_exception_handler, None)
            yield

    def _keep_log(self, undo: ExitStack) -> None:
        handler = LogFile(self._file)
        logging.getLogger().addHandler(handler)
        undo.callback(handler.close)
        undo.callback(logging.getLogger().removeHandler, handler)

    def _keep_crashes(self, undo: ExitStack) -> None:
        """A crash in C code leaves every thread's stack in a file of its own."""
        if faulthandler.is_enabled():
            return
        file = undo.enter_context(self._crash_file.open("a", encoding="utf-8"))
        faulthandler.enable(file)
        undo.callback(faulthandler.disable)

    def _hook_python(self, undo: ExitStack) -> None:
        undo.callback(setattr, sys, "excepthook", sys.excepthook)
        undo.callback(setattr, threading, "excepthook", threading.excepthook)
        sys.excepthook = self._from_slot  # PySide6 calls it for slots and event handlers
        threading.excepthook = self._from_thread

    def _from_slot(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        sys.__excepthook__(kind, error, trace)
        self._notice(error)

    def _from_thread(self, arguments: threading.ExceptHookArgs) -> None:
        threading.__excepthook__(arguments)
        if arguments.exc_value is not None:
            self._notice(arguments.exc_value)

    def _from_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            sys.__excepthook__(type(error), error, error.__traceback__)
            self._notice(error)
        else:
            log.error("the loop: %s", context.get("message"))

    def _notice(self, error: BaseException) -> None:
        log.error("nobody caught this", exc_info=error)
        if isinstance(error, DepthStudioError):
            hint = f". {error.hint}" if error.hint else ""
            self.noticed.emit(f"{error}{hint}")
        else:
            words = self.tr("Something unexpected went wrong. What it was is in {file}")
            self.noticed.emit(words.format(file=self._file))

    def _from_qt(self, kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
        logging.getLogger("qt").log(LEVELS[kind], "%s: %s", context.category, text)
