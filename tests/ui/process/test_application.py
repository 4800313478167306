"""Files that macOS asks a running program to open. There is one application per process."""

import os
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
CODE = """
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from depthstudio.ui.process.application import Application

app = Application([])
for name in ("early.jpg", "earlier.jpg"):
    app.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile("/" + name)))
app.open_files_with(lambda paths: print(*[path.name for path in paths]))
app.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile("/late.glb")))
app.sendEvent(app, QFileOpenEvent(QUrl("https://example.org/no-file.glb")))
"""


def test_files_asked_for_before_there_is_a_window_wait_for_it() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert done.stdout.splitlines() == ["early.jpg earlier.jpg", "late.glb"]
