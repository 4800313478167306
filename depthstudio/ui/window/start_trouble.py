"""Says why the program cannot start, where there may be no terminal to say it in."""

import asyncio

from PySide6.QtWidgets import QMessageBox

from depthstudio.core.errors import DepthStudioError


async def tell(error: DepthStudioError) -> None:
    """Show an error until it has been read."""
    await _chosen(_box(error, QMessageBox.StandardButton.Close))


async def wants_retry(error: DepthStudioError) -> bool:
    """Show an error that may pass; is it worth another try?"""
    buttons = QMessageBox.StandardButton.Retry | QMessageBox.StandardButton.Close
    box = _box(error, buttons)
    box.button(QMessageBox.StandardButton.Close).setText(box.tr("Quit"))
    return await _chosen(box) == QMessageBox.StandardButton.Retry


def _box(error: DepthStudioError, buttons: QMessageBox.StandardButton) -> QMessageBox:
    box = QMessageBox(QMessageBox.Icon.Warning, "DepthStudio", str(error), buttons)
    box.setInformativeText(error.hint)
    box.setDetailedText(error.detail)
    return box


async def _chosen(box: QMessageBox) -> int:
    """The button that was pressed. Never exec(): it would run a loop inside the loop."""
    chosen: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    box.finished.connect(lambda button: chosen.done() or chosen.set_result(button))
    box.open()
    try:
        return await chosen
    finally:
        box.hide()
        box.deleteLater()
