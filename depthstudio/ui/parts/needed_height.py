"""The height of a dialog whose words wrap, which Qt knows only for a given width."""

from PySide6.QtWidgets import QDialog


def take_needed_height(dialog: QDialog, width_px: int) -> None:
    """Make it as high as its words need at this width: nothing is clipped, nothing lies apart.

    `adjustSize` asks for the height of other widths.
    """
    layout = dialog.layout()
    if layout is None:
        return
    layout.invalidate()
    layout.activate()
    dialog.resize(width_px, layout.totalHeightForWidth(width_px))
