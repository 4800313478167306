"""Asks for the order of the photos of one scene, before they are sent."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from depthstudio.core.job import Source
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.queue.order_list import OrderList

Chosen = Callable[[tuple[Source, ...]], object]


def ask_for_order(
    parent: QWidget, theme: Theme, icons: Icons, sources: Sequence[Source], chosen: Chosen
) -> QDialog:
    """Open a dialog over the window; `chosen` hears of the order when it is accepted."""
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(dialog.tr("Order of the photos"))
    dialog.resize(420, 520)
    hint = ToneLabel(theme, dialog.tr("The photos are sent in this order. Drag to change it."))
    hint.setWordWrap(True)
    listed = OrderList(theme, icons, sources)
    ok, cancel = QDialogButtonBox.StandardButton.Ok, QDialogButtonBox.StandardButton.Cancel
    buttons = QDialogButtonBox(ok | cancel)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    layout = QVBoxLayout(dialog)
    layout.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
    layout.setSpacing(Space.S)
    layout.addWidget(hint)
    layout.addWidget(listed, 1)
    layout.addWidget(buttons)
    dialog.accepted.connect(lambda: chosen(listed.sources))
    dialog.finished.connect(lambda result: listed.close_list())
    dialog.open()
    return dialog
