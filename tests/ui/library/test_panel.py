"""The library dock: cards come and go, are found by words, and open."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from depthstudio.ui.library.model import LibraryFilter, LibraryItem, LibraryModel, LibraryRole
from depthstudio.ui.library.panel import LibraryPanel
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.empty_state import EmptyState
from tests.support.frames import Frames

MakeItem = Callable[..., LibraryItem]


@pytest.fixture
def make_item(now: datetime) -> MakeItem:
    def make(name: str, **changes: Any) -> LibraryItem:
        item = LibraryItem(f"id of {name}", name, "Relief", now, kinds=("depth",))
        return replace(item, **changes)

    return make


@pytest.fixture
def panel(
    on_screen: Callable[..., LibraryPanel], theme: Theme, icons: Icons, now: datetime
) -> Iterator[LibraryPanel]:
    panel = LibraryPanel(theme, icons, now=lambda: now)
    yield on_screen(panel, 344, 400)
    panel.close_library()


def names(panel: LibraryPanel) -> list[str]:
    return [panel.filter.index(row, 0).data() for row in range(panel.filter.rowCount())]


def centre_of(panel: LibraryPanel, row: int) -> QPoint:
    panel.view.doItemsLayout()
    return panel.view.visualRect(panel.filter.index(row, 0)).center()


def test_qt_accepts_the_models_through_live_changes(
    qtmodeltester: ModelTester, make_item: MakeItem
) -> None:
    model = LibraryModel()
    found = LibraryFilter()
    found.setSourceModel(model)
    qtmodeltester.check(found)
    model.set_items([make_item("a"), make_item("b")])
    model.add_items([make_item("c")])
    model.remove_item("id of a")
    found.search("c")
    model.add_items([make_item("cc")])
    assert [found.index(row, 0).data() for row in range(found.rowCount())] == ["cc", "c"]


def test_a_new_card_comes_first_and_a_known_one_is_replaced(
    panel: LibraryPanel, make_item: MakeItem
) -> None:
    panel.set_items([make_item("a"), make_item("b")])
    panel.add_items([make_item("c")])
    panel.add_items([make_item("renamed", result_id="id of a")])
    assert names(panel) == ["c", "renamed", "b"]


def test_a_new_card_is_in_the_frame_of_other_news(panel: LibraryPanel, make_item: MakeItem) -> None:
    panel.set_items(make_item(name) for name in "edcb")
    frames = Frames(panel)
    panel.view.viewport().update()
    panel.add_items([make_item("a")])
    assert frames.drawn() == 1


def test_of_new_cards_that_come_together_the_last_is_first(
    panel: LibraryPanel, make_item: MakeItem
) -> None:
    panel.set_items([make_item("a"), make_item("b")])
    together = [make_item("c"), make_item("renamed", result_id="id of a"), make_item("d")]
    panel.add_items([*together, make_item("d later", result_id="id of d")])
    assert names(panel) == ["d later", "c", "renamed", "b"]
    panel.add_items([])
    assert len(names(panel)) == 4


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["Moon tile", "garage", "ridge"]),
        ("MOON", ["Moon tile"]),
        ("tile relief", ["Moon tile"]),
        ("cloud", ["garage"]),
        ("mars", []),
    ],
)
def test_a_search_finds_every_word_in_name_service_or_kind(
    panel: LibraryPanel, make_item: MakeItem, search: str, found: list[str]
) -> None:
    garage = make_item("garage", kinds=("cloud",), provider_title="fal.ai")
    panel.set_items([make_item("Moon tile"), garage, make_item("ridge")])
    panel.search.setText(search)
    assert names(panel) == found


def test_the_library_says_why_nothing_is_shown(panel: LibraryPanel, make_item: MakeItem) -> None:
    assert not panel.findChildren(EmptyState)  # nobody has looked yet
    panel.set_items([])
    (empty,) = panel.findChildren(EmptyState)
    assert empty.isVisible()
    assert empty.title == "No results yet"
    panel.set_items([make_item("moon")])
    assert not empty.isVisible()
    panel.search.setText("mars")
    assert empty.isVisible()
    assert empty.title == "Nothing matches"


def test_a_double_click_and_enter_open_a_result(
    qtbot: QtBot, panel: LibraryPanel, make_item: MakeItem
) -> None:
    panel.set_items([make_item("a"), make_item("b")])
    place = centre_of(panel, 1)
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    with qtbot.waitSignal(panel.open_requested) as opened:
        qtbot.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == ["id of b"]
    panel.select("id of a")
    with qtbot.waitSignal(panel.open_requested) as opened:
        qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert opened.args == ["id of a"]


def test_delete_asks_to_remove_and_removes_nothing_itself(
    qtbot: QtBot, panel: LibraryPanel, make_item: MakeItem
) -> None:
    panel.set_items([make_item("a")])
    panel.select("id of a")
    with qtbot.waitSignal(panel.remove_requested) as asked:
        qtbot.keyClick(panel.view, Qt.Key.Key_Delete)
    assert asked.args == ["id of a"]
    assert names(panel) == ["a"]


def test_two_columns_share_the_width_of_the_dock(panel: LibraryPanel, make_item: MakeItem) -> None:
    panel.set_items([make_item(str(number)) for number in range(4)])
    panel.view.doItemsLayout()
    rects = [panel.view.visualRect(panel.filter.index(row, 0)) for row in range(4)]
    assert rects[0].top() == rects[1].top() < rects[2].top() == rects[3].top()
    assert rects[1].right() <= panel.view.viewport().width()
    assert not rects[0].intersects(rects[1])


def test_a_thumbnail_arrives_on_its_card(
    qtbot: QtBot, panel: LibraryPanel, make_item: MakeItem, red_png: Path
) -> None:
    with qtbot.waitSignal(panel.thumbnails.arrived):
        panel.set_items([make_item("a", thumbnail=red_png)])
    image = panel.view.viewport().grab().toImage()
    assert image.pixelColor(centre_of(panel, 0) - QPoint(0, 20)).name() == "#ff0000"


def test_a_hundred_thousand_results_ask_only_for_pictures_in_sight(
    qtbot: QtBot, panel: LibraryPanel, make_item: MakeItem, red_png: Path
) -> None:
    arrived: list[str] = []
    panel.thumbnails.arrived.connect(arrived.append)
    item = make_item("a", thumbnail=red_png)
    with qtbot.waitSignal(panel.thumbnails.arrived):
        panel.set_items([item] * 100_000)
    assert panel.filter.rowCount() == 100_000
    assert len(arrived) == 1
    assert panel.filter.index(99_999, 0).data(LibraryRole.ITEM) is item
