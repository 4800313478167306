"""Material Design icons in the theme's colours.

The font comes with qtawesome, which loads eleven fonts where one is needed; reading that one
here keeps the first window fast.
"""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from depthstudio.core.resources import resource
from depthstudio.ui.look.theme import Theme

FONT_FILE = "materialdesignicons6-webfont-6.9.96.ttf"
DISABLED_OPACITY = 0.55
SIDE_PX = 4  # kept free on either side of an icon that has text beside it


class UnknownIconError(KeyError):
    """A name that resources/icons.json does not have."""


@cache
def glyphs() -> dict[str, str]:
    """The character of each of our icons by its Material Design name.

    The font has 7,000 of them; reading that list would take longer than drawing ours.
    """
    codes = json.loads(resource("icons.json").read_text("utf-8"))
    return {name: chr(int(code, 16)) for name, code in codes.items()}


def glyph(name: str) -> str:
    """The character of one icon; UnknownIconError for one that is not in icons.json."""
    try:
        return glyphs()[name]
    except KeyError:
        raise UnknownIconError(f"resources/icons.json has no “{name}”") from None


@cache
def _font_family() -> str:
    font_id = QFontDatabase.addApplicationFont(str(_fonts_folder() / FONT_FILE))
    if font_id < 0:
        raise RuntimeError(f"the icon font {FONT_FILE} cannot be loaded")
    return QFontDatabase.applicationFontFamilies(font_id)[0]


def _fonts_folder() -> Path:
    spec = find_spec("qtawesome")  # finds the package without importing it
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package qtawesome, which brings the icon font, is missing")
    return Path(spec.submodule_search_locations[0]) / "fonts"


def paint_glyph(painter: QPainter, rect: QRect, name: str, colour: QColor) -> None:
    """Draw an icon centred in `rect`, as large as fits."""
    font = QFont(_font_family())
    font.setPixelSize(max(1, min(rect.width(), rect.height())))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    painter.save()
    painter.setFont(font)
    painter.setPen(colour)
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, glyph(name))
    painter.restore()


def beside_text(edge_px: int) -> QSize:
    """The icon size of a button with text: Qt itself leaves hardly a gap between the two."""
    return QSize(edge_px + 2 * SIDE_PX, edge_px)


class Icons:
    """Makes icons that take the theme's colours at the moment they are painted.

    An icon made once is right in both themes; its owner only has to repaint, which the
    change of palette brings about by itself.
    """

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._pixmaps: dict[tuple[str, int, str, float], QPixmap] = {}
        theme.changed.connect(self._pixmaps.clear)

    def icon(self, name: str, role: str = "text2") -> QIcon:
        """An icon for buttons and actions: `role` at rest, text on hover, accent when on."""
        glyph(name)  # a wrong name fails here, not in a paint event
        return QIcon(_GlyphEngine(self, name, role))

    def pixmap(self, name: str, size_px: int, role: str = "text2", *, ratio: float = 0) -> QPixmap:
        """A picture of an icon, `size_px` device-independent pixels wide, cached.

        `role` is the name of a colour token; `ratio` is the screen's pixel ratio, taken from
        the application when it is 0.
        """
        return self._pixmap(name, size_px, self._theme.colour(role), ratio)

    def mode_colour(self, role: str, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        """The colour of an icon in this mode of its button."""
        if mode is QIcon.Mode.Disabled:
            colour = self._theme.colour(role)
            colour.setAlphaF(DISABLED_OPACITY)
            return colour
        if state is QIcon.State.On and role != "on_accent":
            return self._theme.colour("accent")
        if mode in (QIcon.Mode.Active, QIcon.Mode.Selected) and role in ("text2", "text3"):
            return self._theme.colour("text")
        return self._theme.colour(role)

    def _pixmap(self, name: str, size_px: int, colour: QColor, ratio: float) -> QPixmap:
        app = QApplication.instance()
        if ratio <= 0:
            ratio = app.devicePixelRatio() if isinstance(app, QApplication) else 1.0
        key = (name, size_px, colour.name(QColor.NameFormat.HexArgb), ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = _draw(name, size_px, colour, ratio)
        return self._pixmaps[key]


def _draw(name: str, size_px: int, colour: QColor, ratio: float) -> QPixmap:
    edge = round(size_px * ratio)
    pixmap = QPixmap(edge, edge)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_glyph(painter, QRect(0, 0, edge, edge), name, colour)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


class _GlyphEngine(QIconEngine):
    """Paints one glyph in the colours that hold when it is asked."""

    def __init__(self, icons: Icons, name: str, role: str) -> None:
        super().__init__()
        self._icons = icons
        self._name = name
        self._role = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        paint_glyph(painter, rect, self._name, self._icons.mode_colour(self._role, mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        if size.isEmpty():  # Qt asks for nothing while it lays out a field's action
            return pixmap
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return pixmap
