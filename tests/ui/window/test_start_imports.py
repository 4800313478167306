"""What the first frame must not wait for."""

import subprocess
import sys

SLOW = {"numpy", "PIL", "natsort", "cmap", "httpx", "pyvista", "pyvistaqt", "vtkmodules"}
IMPORT_WINDOW = """
import sys
from depthstudio.__main__ import window_program
from depthstudio.providers.registry import Registry
window_program()
Registry.load()
import depthstudio.ui.inspector.entries, depthstudio.ui.window.workbench
print(*sys.modules)
"""


def test_the_window_is_imported_without_what_only_results_need() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", IMPORT_WINDOW], capture_output=True, text=True, check=True
    )
    imported = set(ended.stdout.split())
    assert "depthstudio.ui.window.main_window" in imported
    assert not SLOW & imported
