"""The Result dock: light until there is something to say, for it is made before the first frame."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import DockWidth, Theme

if TYPE_CHECKING:
    from depthstudio.scene.items import SceneItem
    from depthstudio.scene.options import ItemKey
    from depthstudio.ui.parts.empty_state import EmptyState
    from depthstudio.ui.result.content import ResultContent
    from depthstudio.ui.result.facts import ResultFacts


class ResultPanel(QWidget):
    """Shows what is on screen in the centre. Hides nothing itself: wishes leave as signals."""

    hidden_wanted = Signal(object)  # frozenset of ItemKey
    own_colours_wanted = Signal(bool)

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self.setMinimumWidth(DockWidth.RIGHT_MIN)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)

    @property
    def has_content(self) -> bool:
        """Has there been anything to show so far?"""
        return "content" in vars(self)

    @cached_property
    def content(self) -> "ResultContent":
        """Everything in the dock; made for the first result."""
        from depthstudio.ui.result.content import ResultContent

        content = ResultContent(self._theme, self._icons)
        content.model.hidden_wanted.connect(self.hidden_wanted)
        content.own_colours_wanted.connect(self.own_colours_wanted)
        self._layout.addWidget(content)
        return content

    @cached_property
    def _empty(self) -> "EmptyState":
        from depthstudio.ui.parts.empty_state import EmptyState

        empty = EmptyState(
            self._theme,
            self._icons,
            icon="cube-scan",
            title=self.tr("No result shown"),
            text=self.tr("Open a result, and its layers and parts are listed here."),
        )
        self._layout.addWidget(empty)
        return empty

    def show_nothing(self) -> None:
        """Say that there is no result on screen."""
        self._empty.show()
        if self.has_content:
            self.content.hide()

    def show_result(
        self,
        facts: "ResultFacts",
        items: "Sequence[SceneItem]",
        hidden: "frozenset[ItemKey]",
    ) -> None:
        """Show another result."""
        self.content.show_result(facts, items, hidden)
        self.content.show()
        if "_empty" in vars(self):
            self._empty.hide()

    def set_hidden(self, hidden: "frozenset[ItemKey]") -> None:
        """Mark what is hidden now."""
        if self.has_content:
            self.content.model.set_hidden(hidden)
