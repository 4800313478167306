"""The head of a dock says its name and count, and its buttons act."""

from pytestqt.qtbot import QtBot

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Height, Theme
from depthstudio.ui.parts.dock_title import DockTitle


def test_a_dock_head_shows_its_count_and_its_buttons_act(
    qtbot: QtBot, theme: Theme, icons: Icons
) -> None:
    title = DockTitle(theme, icons, "Queue", 8)
    qtbot.addWidget(title)
    clicks: list[str] = []
    button = title.add_button("broom", "Clear finished", lambda: clicks.append("clear"))
    button.click()
    assert clicks == ["clear"]
    assert button.accessibleName() == button.toolTip() == "Clear finished"
    assert title.count_text == "8"
    title.set_count(None)
    assert title.count_text == ""
    assert title.sizeHint().height() >= Height.DOCK_HEAD
