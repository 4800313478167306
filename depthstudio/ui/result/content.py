"""What the Result dock holds: facts in short, and the list of layers and parts."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from depthstudio.scene.items import SceneItem
from depthstudio.scene.options import ItemKey
from depthstudio.ui.inspector.provider_card import licence_chip
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Space, Theme
from depthstudio.ui.parts.amounts import utc_now, when_text
from depthstudio.ui.parts.chips import Chip, ChipStrip
from depthstudio.ui.parts.labels import ElidedLabel, ToneLabel
from depthstudio.ui.result.facts import ResultFacts
from depthstudio.ui.result.model import ItemModel
from depthstudio.ui.result.sent_to import SentToLines
from depthstudio.ui.result.view import ItemView

CHIP_LINE_PX = 26


class ResultContent(QWidget):
    """Name, origin and chips above; below them the list, with what concerns all of it."""

    own_colours_wanted = Signal(bool)

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self.model = ItemModel(self)
        self.view = ItemView(theme, icons, self.model)
        self._name = ElidedLabel(theme, tone="text", font="provider")
        self._origin = ElidedLabel(theme)
        self.sent_to = SentToLines(theme)
        self._warnings = ToneLabel(theme, tone="held")
        self._warnings.setWordWrap(True)
        self._chips = ChipStrip([], CHIP_LINE_PX)
        self._heading = ToneLabel(theme, tone="text", font="group")
        self._count = ToneLabel(theme, tone="text3", tabular=True)
        self.own_colours = self._button("palette-outline", "", checkable=True)
        self.show_all = self._button("eye-check-outline", self.tr("Show everything"))
        self._head = QVBoxLayout()
        self._list_head = QWidget()
        self._arrange()
        self.show_all.clicked.connect(self.model.show_all)
        self.own_colours.toggled.connect(self._choose_colours)
        self.model.dataChanged.connect(self._follow_hidden)
        self.model.modelReset.connect(self._follow_hidden)
        self._choose_colours(False)

    def show_result(
        self, facts: ResultFacts, items: Sequence[SceneItem], hidden: frozenset[ItemKey]
    ) -> None:
        """Replace everything that is said."""
        self.setAccessibleName(facts.name)
        self._name.setText(facts.name)
        self._origin.setText(" · ".join(_origin(facts)))
        self._origin.setVisible(bool(self._origin.text()))
        self.sent_to.show_places(facts.sent_to)
        self._warnings.setText("\n".join(facts.warnings))
        self._warnings.setVisible(bool(facts.warnings))
        self._show_chips(facts)
        are_parts = any(item.part is not None for item in items)
        self._heading.setText(self.tr("Parts") if are_parts else self.tr("Layers"))
        self._count.setText(self.locale().toString(len(items)))
        self.own_colours.setVisible(are_parts)
        self._list_head.setVisible(bool(items))
        self.view.setVisible(bool(items))
        self.model.set_items(items, hidden)

    @property
    def chips(self) -> tuple[str, ...]:
        """What the chips say, in order."""
        return tuple(chip.text() for chip in self._chips.findChildren(Chip))

    def _arrange(self) -> None:
        self._head.setContentsMargins(Space.M, Space.M, Space.M, Space.S)
        self._head.setSpacing(2)
        for line in (self._name, self._origin, self._chips, self.sent_to, self._warnings):
            self._head.addWidget(line)
        line = QHBoxLayout(self._list_head)
        line.setContentsMargins(Space.M, 0, Space.S, 0)
        line.setSpacing(Space.XS)
        line.addWidget(self._heading)
        line.addSpacing(Space.XS)
        line.addWidget(self._count)
        line.addStretch(1)
        line.addWidget(self.own_colours)
        line.addWidget(self.show_all)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._head)
        layout.addWidget(self._list_head)
        layout.addWidget(self.view, 1)
        # Takes the room of the list where there is none.
        rest = QWidget()
        rest.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        layout.addWidget(rest)

    def _button(self, icon: str, name: str, *, checkable: bool = False) -> QToolButton:
        button = QToolButton()
        button.setIcon(self._icons.icon(icon))
        button.setFixedSize(Height.FIELD, Height.FIELD)
        button.setCheckable(checkable)
        button.setToolTip(name)
        button.setAccessibleName(name)
        return button

    def _show_chips(self, facts: ResultFacts) -> None:
        unit = self._unit_chip(facts)
        chips = [unit, *(Chip(self._theme, text) for text in facts.counts)]
        if facts.licence is not None:
            chips.insert(1, licence_chip(self._theme, facts.licence))
        strip = ChipStrip(chips, CHIP_LINE_PX)
        self._head.replaceWidget(self._chips, strip)
        self._chips.deleteLater()
        self._chips = strip

    def _unit_chip(self, facts: ResultFacts) -> Chip:
        is_metric = facts.unit == "m"
        chip = Chip(self._theme, icon_tone="text2")
        chip.show_text(
            self.tr("Metres") if is_metric else self.tr("No unit"),
            icon="ruler",
            tip=self.tr("Lengths are metres")
            if is_metric
            else self.tr("Lengths have no unit: they compare only with each other"),
        )
        return chip

    def _choose_colours(self, own: bool) -> None:
        name = self.tr("Colours of the file: on") if own else self.tr("Colours of the file")
        self.own_colours.setToolTip(name)
        self.own_colours.setAccessibleName(self.tr("Colours of the file"))
        self.view.delegate.own_colours = own
        self.view.viewport().update()
        self.own_colours_wanted.emit(own)

    def _follow_hidden(self) -> None:
        self.show_all.setEnabled(bool(self.model.hidden))


def _origin(facts: ResultFacts) -> list[str]:
    when = when_text(facts.created_at, utc_now()) if facts.created_at else ""
    return [words for words in (facts.provider_title, when) if words]
