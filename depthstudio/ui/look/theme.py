"""The look at run time: which tokens hold now, fonts by role, and news when either changes."""

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from depthstudio.settings.app_settings import ThemeChoice
from depthstudio.ui.look.focus_ring import FocusRing
from depthstudio.ui.look.palette import palette_of, style_sheet, tokens_of
from depthstudio.ui.look.style import StudioStyle
from depthstudio.ui.look.tokens import (
    DARK,
    LIGHT,
    DockWidth,
    Height,
    IconSize,
    Radius,
    Space,
    Tokens,
)

__all__ = [
    "DARK",
    "LIGHT",
    "DockWidth",
    "FontRole",
    "Height",
    "IconSize",
    "Radius",
    "Space",
    "Theme",
    "Tokens",
]

FontRole = Literal[
    "base", "name", "head", "secondary", "group", "badge", "provider", "page", "empty", "mono"
]

BASE_PX = 13  # the text size the look was drawn at; other roles keep their ratio to it


@dataclass(frozen=True)
class _Type:
    """Size and weight of one kind of text."""

    size_px: int
    weight: QFont.Weight = QFont.Weight.Normal


_TYPES: dict[str, _Type] = {
    "base": _Type(13),
    "name": _Type(13, QFont.Weight.Medium),
    "head": _Type(13, QFont.Weight.DemiBold),
    "secondary": _Type(12),
    "group": _Type(12, QFont.Weight.DemiBold),
    "badge": _Type(11, QFont.Weight.Medium),
    "provider": _Type(14, QFont.Weight.DemiBold),
    "page": _Type(18, QFont.Weight.DemiBold),
    "empty": _Type(22, QFont.Weight.DemiBold),
    "mono": _Type(12),
}


class Theme(QObject):
    """Dresses the application, follows the system, and hands out colours and fonts.

    Widgets get it in their constructor, read `tokens` when they paint, and repaint on
    `changed`. Keep one reference to it as long as the application lives.

    Under a style sheet every change to a widget costs several times as much. Who is about to
    make hundreds of them begins not `dressed`, and calls `dress` when they are there.
    """

    changed = Signal()

    def __init__(
        self,
        app: QApplication,
        choice: ThemeChoice = ThemeChoice.SYSTEM,
        *,
        dressed: bool = True,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._choice = choice
        self._is_dressed = dressed
        self._tokens: Tokens | None = None
        self._style = StudioStyle(lambda: self.tokens)
        app.setStyle(self._style)
        self._ring = FocusRing(app, lambda: self.tokens.accent, self)
        hints = app.styleHints()
        hints.colorSchemeChanged.connect(self._apply)
        app.fontChanged.connect(self._renew_fonts)
        if hasattr(hints, "accessibility"):  # Qt 6.10
            hints.accessibility().contrastPreferenceChanged.connect(self._apply)
        self.set_choice(choice)

    @property
    def tokens(self) -> Tokens:
        """The colours that hold now."""
        return self._tokens or DARK

    @property
    def choice(self) -> ThemeChoice:
        """What the user asked for."""
        return self._choice

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than what it stands on."""
        return QColor(self.tokens.text).lightness() > QColor(self.tokens.panel).lightness()

    def set_choice(self, choice: ThemeChoice | str) -> None:
        """Follow the system, or stay dark or light; ValueError for a name that is none."""
        self._choice = ThemeChoice(choice)
        hints = self._app.styleHints()
        if self._choice is ThemeChoice.SYSTEM:
            hints.unsetColorScheme()
        else:
            # Native title bars and file dialogs change too.
            is_dark = self._choice is ThemeChoice.DARK
            hints.setColorScheme(Qt.ColorScheme.Dark if is_dark else Qt.ColorScheme.Light)
        self._apply()

    def dress(self) -> None:
        """Give the widgets what the palette cannot say, if that has waited."""
        if not self._is_dressed:
            self._is_dressed = True
            self._set_style_sheet()

    def colour(self, role: str) -> QColor:
        """The colour of a token by its name; AttributeError for a name that is none."""
        return QColor(getattr(self.tokens, role))

    def font(self, role: FontRole = "base", *, tabular: bool = False) -> QFont:
        """The application's font, sized and weighted for a role.

        `tabular` gives every digit the same width, for numbers that change in place.
        """
        kind = _TYPES[role]
        font = QFont(self._app.font())
        ratio = kind.size_px / BASE_PX
        if font.pixelSize() > 0:
            font.setPixelSize(round(font.pixelSize() * ratio))
        else:
            font.setPointSizeF(font.pointSizeF() * ratio)
        if role == "mono":
            font.setFamilies(
                QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families()
            )
        font.setWeight(kind.weight)
        if tabular:
            font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def _renew_fonts(self) -> None:
        # Under a style sheet, widgets on screen keep their font until it is set anew.
        self._app.setStyleSheet(self._app.styleSheet())
        self.changed.emit()

    def _wanted(self) -> Tokens:
        if self._is_high_contrast():
            return tokens_of(self._app.style().standardPalette())
        scheme = self._app.styleHints().colorScheme()
        if self._choice is ThemeChoice.SYSTEM:
            return LIGHT if scheme is Qt.ColorScheme.Light else DARK
        return LIGHT if self._choice is ThemeChoice.LIGHT else DARK

    def _is_high_contrast(self) -> bool:
        hints = self._app.styleHints()
        if not hasattr(hints, "accessibility"):
            return False
        return hints.accessibility().contrastPreference() is Qt.ContrastPreference.HighContrast

    def _apply(self) -> None:
        tokens = self._wanted()
        if tokens == self._tokens:
            return
        self._tokens = tokens
        plain = self._is_high_contrast()
        palette = self._app.style().standardPalette() if plain else palette_of(tokens)
        self._app.setPalette(palette)
        if self._is_dressed:
            self._set_style_sheet()
        self.changed.emit()

    def _set_style_sheet(self) -> None:
        self._app.setStyleSheet("" if self._is_high_contrast() else style_sheet(self.tokens))
