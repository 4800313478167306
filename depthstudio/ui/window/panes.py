"""Where the keyboard goes when it leaves one part of the window for the next."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def stop_in_next(panes: Sequence[QWidget], focused: QWidget | None, step: int) -> QWidget | None:
    """Where Tab would first stop in the pane `step` panes on; None where there is none.

    Panes that are hidden, or have nothing to stop at, are passed over. From outside all
    panes the way leads to the first one, or backwards to the last.
    """
    here = next((i for i, pane in enumerate(panes) if focused and pane.isAncestorOf(focused)), None)
    if here is None:
        here = -1 if step > 0 else 0
    for distance in range(1, len(panes) + 1):
        stop = next(tab_stops(panes[(here + distance * step) % len(panes)]), None)
        if stop is not None:
            return stop
    return None


def tab_stops(pane: QWidget) -> Iterator[QWidget]:
    """Where Tab stops inside a pane at present, in order."""
    widget = pane.nextInFocusChain()
    while widget is not None and widget is not pane:
        takes_tab = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        is_usable = widget.isEnabled() and widget.isVisible() and widget.focusProxy() is None
        if takes_tab and is_usable and pane.isAncestorOf(widget):
            yield widget
        widget = widget.nextInFocusChain()
