"""What the first frame must not wait for."""

import subprocess
import sys

SLOW = {"numpy", "PIL", "pi_heif", "av", "natsort", "cmap", "httpx", "pyvista", "pyvistaqt"}
SLOW |= {"vtkmodules", "keyring"}
AFTER_THE_FRAME = {
    "asyncio",
    "filelock",
    "qasync",
    "depthstudio.jobs.journal",
    "depthstudio.jobs.session",
    "depthstudio.providers.transport.clients",
    "depthstudio.settings.secrets",
    "depthstudio.ui.preferences.dialog",
    "depthstudio.ui.viewer3d.page",
    "depthstudio.ui.window.dialogs",
    "depthstudio.ui.window.first_run_page",
    "depthstudio.ui.window.workbench",
}
BESIDE_THE_WINDOW = {"asyncio", "msgspec", "sqlite3", "depthstudio.jobs"}
IMPORT_FRAME = """
import sys
from depthstudio.__main__ import window_program
window_program()
import depthstudio.ui.process.application, depthstudio.ui.window.main_window
print(*sys.modules)
"""
IMPORT_WINDOW = """
import sys
from depthstudio.__main__ import window_program
window_program()
import depthstudio.app.filling
from depthstudio.providers.registry import Registry
Registry.load()
print(*sys.modules)
"""


def imported_by(program: str) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(ended.stdout.split())


def test_the_empty_window_is_imported_without_what_comes_beside_it() -> None:
    imported = imported_by(IMPORT_FRAME)
    assert "depthstudio.ui.window.main_window" in imported
    assert not BESIDE_THE_WINDOW & imported


def test_the_window_is_imported_without_what_only_results_need() -> None:
    imported = imported_by(IMPORT_WINDOW)
    assert "depthstudio.ui.window.furnishing" in imported
    assert not (SLOW | AFTER_THE_FRAME) & imported
