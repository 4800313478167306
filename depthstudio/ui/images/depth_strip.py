"""The strip above the depth view: what it is, how it is coloured, and which range is shown."""

from PySide6.QtCore import QSignalBlocker, QSize, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QComboBox, QPushButton, QSizePolicy

from depthstudio.core.views import Polarity
from depthstudio.geometry.colour import colour_table
from depthstudio.geometry.colour_maps import COLOUR_MAPS, DEFAULT_COLOUR_MAP
from depthstudio.ui.images.depth_scale import DepthScale, kind_words, near_far_words, near_is_large
from depthstudio.ui.images.polarity_button import PolarityButton
from depthstudio.ui.images.range_spin import RangeSpin
from depthstudio.ui.look.icons import Icons, beside_text
from depthstudio.ui.look.theme import Height, IconSize, Theme
from depthstudio.ui.parts.controls import Combo
from depthstudio.ui.parts.strips import ImageStrip

SWATCH = QSize(16, 16)
AUTO_COMPACT_WIDTH = 44


class DepthStrip(ImageStrip):
    """Emits what the user asks for; shows what `set_scale` says."""

    colour_map_chosen = Signal(str)
    auto_range_asked = Signal()
    range_edited = Signal(float, float)  # near, far
    invert_toggled = Signal(bool)
    polarity_chosen = Signal(object)  # Polarity

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(theme, icons)
        self._scale: DepthScale | None = None
        self._polarity: PolarityButton | None = None
        self._roomy_width = self._least_width = 0
        self._maps = self._add_maps(theme)
        self._auto = self._add_auto(icons)
        self._near = self._add_end(theme)
        self._far = self._add_end(theme)
        self._invert = self.add_icon_button(
            "invert-colors", self.tr("Invert colours: display only, data stays"), checkable=True
        )
        self._maps.currentTextChanged.connect(
            lambda _: self.colour_map_chosen.emit(self.colour_map)
        )
        self._auto.clicked.connect(self.auto_range_asked)
        self._near.valueChanged.connect(self._edit_range)
        self._far.valueChanged.connect(self._edit_range)
        self._invert.toggled.connect(self.invert_toggled)
        self.set_scale(None)

    @property
    def colour_map(self) -> str:
        """The chosen name out of `COLOUR_MAPS`."""
        return str(self._maps.currentData())

    def set_colour_map(self, name: str) -> None:
        """Choose a colour map; a name that is none of ours changes nothing."""
        if name in COLOUR_MAPS:
            self._maps.setCurrentIndex(COLOUR_MAPS.index(name))

    @property
    def inverted(self) -> bool:
        return self._invert.isChecked()

    def set_scale(self, scale: DepthScale | None, *, lossy: bool = False) -> None:
        """Show kind and range without announcing them; None disables every control."""
        self._scale = scale
        for control in (self._maps, self._auto, self._near, self._far, self._invert):
            control.setEnabled(scale is not None)
        if scale is None:
            self.chip.show_text("")
        else:
            self._show_kind(scale, lossy=lossy)
            self._show_range(scale)
            self._draw_swatches()
        self._measure()

    def show_polarity(self, polarity: Polarity | None) -> None:
        """Say which end is near, and let the user say otherwise; None where nobody may."""
        if self._polarity is None and polarity is not None:
            self._polarity = PolarityButton(self._icons, self)
            self._polarity.chosen.connect(self.polarity_chosen)
            self.add_control(self._polarity)
        if self._polarity is not None:
            self._polarity.show_polarity(polarity)
        self._measure()

    def set_title(self, title: str) -> None:
        super().set_title(title)
        self._measure()

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least_width, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_compact(self.width() < self._roomy_width)

    def _add_maps(self, theme: Theme) -> QComboBox:
        combo = Combo(theme)
        combo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        combo.setMinimumContentsLength(max(len(name) for name in COLOUR_MAPS))
        combo.setAccessibleName(self.tr("Colour map"))
        combo.setToolTip(self.tr("Colour map"))
        for name in COLOUR_MAPS:
            combo.addItem(name.capitalize(), name)
        combo.setCurrentIndex(COLOUR_MAPS.index(DEFAULT_COLOUR_MAP))
        self.add_control(combo)
        return combo

    def _add_auto(self, icons: Icons) -> QPushButton:
        button = QPushButton(icons.icon("chart-histogram"), "")
        button.setIconSize(beside_text(IconSize.FIELD))
        button.setFixedHeight(Height.FIELD)
        tip = self.tr("Range from the 2nd to the 98th percentile of the whole clip")
        button.setToolTip(tip)
        button.setAccessibleName(self.tr("Automatic range"))
        self.add_control(button)
        return button

    def _add_end(self, theme: Theme) -> RangeSpin:
        spin = RangeSpin(theme)
        self.add_control(spin)
        return spin

    def _show_kind(self, scale: DepthScale, *, lossy: bool) -> None:
        words = kind_words(scale.kind)
        tip = words.explanation
        if lossy:
            tip += "\n" + self.tr("Values went through a lossy picture or video")
        self.chip.show_text(words.long, icon=words.icon, short=words.short, tip=tip)

    def _show_range(self, scale: DepthScale) -> None:
        near_word, far_word = near_far_words(scale.kind)
        for spin, word, value in (
            (self._near, near_word, scale.near),
            (self._far, far_word, scale.far),
        ):
            spin.show_end(word.capitalize(), value, scale)
        # The ends never meet: the direction is turned by Invert, not by the range.
        gap = 10.0**-scale.decimals
        small, large = self._ends_by_size(scale)
        with QSignalBlocker(small), QSignalBlocker(large):
            small.setMaximum(large.value() - gap)
            large.setMinimum(small.value() + gap)

    def _ends_by_size(self, scale: DepthScale) -> tuple[RangeSpin, RangeSpin]:
        if near_is_large(scale.kind):
            return self._far, self._near
        return self._near, self._far

    def _edit_range(self) -> None:
        self.range_edited.emit(self._near.value(), self._far.value())

    def _draw_swatches(self) -> None:
        if not self._maps.itemIcon(0).isNull():
            return
        for row, name in enumerate(COLOUR_MAPS):
            self._maps.setItemIcon(row, _swatch(name))

    def _measure(self) -> None:
        """Learn how wide the strip must be for its full and for its short words."""
        self._least_width = self._width_when(compact=True)
        self._roomy_width = self._width_when(compact=False)
        self.updateGeometry()
        self._set_compact(self.width() < self._roomy_width)

    def _width_when(self, *, compact: bool) -> int:
        self._set_compact(compact)
        layout = self.layout()
        if layout is None:
            return 0
        layout.invalidate()
        return layout.minimumSize().width()

    def _set_compact(self, compact: bool) -> None:
        self.chip.set_compact(compact)
        self._auto.setText("" if compact else self.tr("Auto 2–98\N{NO-BREAK SPACE}%"))
        # Without a word the icon needs none of the padding of a button with one.
        width = AUTO_COMPACT_WIDTH if compact else self._auto.sizeHint().width()
        self._auto.setFixedWidth(width)


def _swatch(colour_map: str) -> QIcon:
    table = colour_table(colour_map)
    image = QImage(table.data, len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
    return QIcon(QPixmap.fromImage(image.scaled(SWATCH * 2)))
