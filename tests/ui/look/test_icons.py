"""Icons exist, are cached, and show the mode of their button."""

import json
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon

import depthstudio.ui
from depthstudio.ui.look.icons import (
    FONT_FILE,
    Icons,
    UnknownIconError,
    _fonts_folder,
    glyph,
    glyphs,
)
from depthstudio.ui.look.theme import DARK, Theme

UI = Path(depthstudio.ui.__file__).parent
SOURCES = sorted(UI.rglob("*.py"))
ICON_CALL = re.compile(
    r"""(?:\.icon\(|\.pixmap\(|icon=|add_button\()\s*["']([a-z][a-z0-9-]+)["']"""
)
ICON_SHAPED = re.compile(r"""["']([a-z0-9]+(?:-[a-z0-9]+)+)["']""")


def test_our_icons_are_the_font_s() -> None:
    """Names and characters come from the list that lies beside the font."""
    file = (_fonts_folder() / FONT_FILE.replace("webfont", "webfont-charmap")).with_suffix(".json")
    listed = json.loads(file.read_text("utf-8"))
    assert {name: ord(character) for name, character in glyphs().items()} == {
        name: int(listed[name], 16) for name in glyphs()
    }


def test_every_icon_the_window_asks_for_exists() -> None:
    names = {
        (path.name, name) for path in SOURCES for name in ICON_CALL.findall(path.read_text("utf-8"))
    }
    assert {name for _, name in names} >= {"magnify", "close", "inbox-multiple-outline"}
    assert [(where, name) for where, name in names if name not in glyphs()] == []


def test_state_icons_are_in_the_font() -> None:
    for name in (
        "queue/words.py",
        "queue/actions.py",
        "window/status_bar.py",
        "library/delegate.py",
        "preferences/key_rows.py",
    ):
        text = (UI / name).read_text("utf-8")
        wishes = {"run-again", "try-now", "give-key", "send-again", "mark-lost", "open-history"}
        words = set(ICON_SHAPED.findall(text)) - wishes
        assert words, name
        assert [word for word in words if word not in glyphs()] == []


def test_an_unknown_icon_is_refused_when_it_is_asked_for(icons: Icons) -> None:
    with pytest.raises(UnknownIconError, match="no-such-icon"):
        icons.icon("no-such-icon")
    assert len(glyph("play")) == 1


def test_pixmaps_are_sharp_on_dense_screens_and_made_once(icons: Icons) -> None:
    pixmap = icons.pixmap("play", 20, ratio=2)
    assert pixmap.size() == QSize(40, 40)
    assert pixmap.deviceIndependentSize().toSize() == QSize(20, 20)
    assert icons.pixmap("play", 20, ratio=2).cacheKey() == pixmap.cacheKey()
    assert icons.pixmap("play", 20, "accent", ratio=2).cacheKey() != pixmap.cacheKey()


def test_an_icon_shows_rest_hover_on_and_disabled(theme: Theme, icons: Icons) -> None:
    mode, state = QIcon.Mode, QIcon.State
    assert icons.mode_colour("text2", mode.Normal, state.Off) == theme.colour("text2")
    assert icons.mode_colour("text2", mode.Active, state.Off) == theme.colour("text")
    assert icons.mode_colour("text2", mode.Normal, state.On) == theme.colour("accent")
    disabled = icons.mode_colour("text2", mode.Disabled, state.Off)
    assert disabled.name() == DARK.text2.lower()
    assert disabled.alphaF() == pytest.approx(0.55, abs=0.01)
