"""The tokens can be read, and the application follows the theme while it runs."""

from dataclasses import fields
from itertools import product

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.palette import palette_of, tokens_of
from depthstudio.ui.look.theme import BASE_PX, DARK, LIGHT, Theme, Tokens

GROUNDS = ("panel", "header", "card", "selection")
TEXTS = ("text", "text2", "text3", "accent", "done", "held", "failed")
PAIRS = list(product((DARK, LIGHT), GROUNDS, TEXTS))


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(QColor(first)), luminance(QColor(second))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_formula_knows_black_and_white() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(("tokens", "ground", "text"), PAIRS)
def test_text_is_readable_on_every_ground(tokens: Tokens, ground: str, text: str) -> None:
    assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_text_on_the_accent_and_on_tags_is_readable(tokens: Tokens) -> None:
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.tag_text, QColor(tokens.tag).name()) >= 9


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_chrome_is_pure_grey(tokens: Tokens) -> None:
    coloured = {"accent", "on_accent", "done", "held", "failed"}
    for field in fields(tokens):
        if field.name not in coloured:
            colour = QColor(getattr(tokens, field.name))
            assert colour.red() == colour.green() == colour.blue(), field.name


def test_choosing_a_theme_dresses_the_application_once(
    qtbot: QtBot, qapp: QApplication, theme: Theme
) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.set_choice("light")
    assert theme.tokens == LIGHT
    assert not theme.is_dark
    assert qapp.palette().color(QPalette.ColorRole.Accent) == QColor(LIGHT.accent)
    assert LIGHT.accent in qapp.styleSheet()
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_choice("light")


def test_fonts_are_offsets_from_the_users_size(qapp: QApplication, theme: Theme) -> None:
    base = qapp.font().pointSizeF()
    assert theme.font().pointSizeF() == pytest.approx(base)
    assert theme.font("page").pointSizeF() == pytest.approx(base * 18 / BASE_PX)
    assert theme.font("head").weight() == 600
    larger = qapp.font()
    larger.setPointSizeF(base * 2)
    before = qapp.font()
    qapp.setFont(larger)
    try:
        assert theme.font("badge").pointSizeF() == pytest.approx(base * 2 * 11 / BASE_PX)
    finally:
        qapp.setFont(before)


def test_a_colour_that_is_no_token_is_refused(theme: Theme) -> None:
    with pytest.raises(AttributeError, match="mauve"):
        theme.colour("mauve")


def test_high_contrast_takes_every_colour_from_the_system() -> None:
    system = palette_of(DARK)
    system.setColor(QPalette.ColorRole.WindowText, QColor("#ffff00"))
    tokens = tokens_of(system)
    assert {tokens.text, tokens.text2, tokens.border, tokens.failed} == {"#ffff00"}
    assert tokens.panel == DARK.panel.lower()


def test_an_icon_is_repainted_in_the_colours_of_the_new_theme(
    qtbot: QtBot, theme: Theme, icons: Icons
) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    button.setIcon(icons.icon("play", "accent"))
    button.setIconSize(QSize(32, 32))
    button.show()
    assert _has_colour(button, DARK.accent)
    theme.set_choice("light")
    assert _has_colour(button, LIGHT.accent)
    assert not _has_colour(button, DARK.accent)


def _has_colour(button: QToolButton, colour: str) -> bool:
    image = button.grab().toImage()
    return any(
        image.pixelColor(x, y) == QColor(colour)
        for x in range(image.width())
        for y in range(image.height())
    )
