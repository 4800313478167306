"""What the drop page says, and which zone is where."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.window.drop_page import DropOffer, DropPage, DropZone


@pytest.fixture
def page(theme: Theme, icons: Icons, on_screen: Callable[..., DropPage]) -> DropPage:
    return on_screen(DropPage(theme, icons), 800, 600)


def zones_down_the_middle(page: DropPage) -> list[DropZone | None]:
    page.grab()  # lays the page out
    found = [page.zone_at(QPoint(400, y)) for y in range(600)]
    return [zone for index, zone in enumerate(found) if index == 0 or found[index - 1] is not zone]


def test_photos_can_be_queued_or_only_viewed(page: DropPage) -> None:
    page.set_offer(DropOffer(photos=14, skipped=2, provider_title="Relief"))
    assert zones_down_the_middle(page) == [None, DropZone.ADD, None, DropZone.VIEW, None]
    assert page.text_of(DropZone.ADD) == (
        "Add to queue\n14 photos for Relief\n2 skipped: neither photo, video nor scene"
    )
    assert page.text_of(DropZone.VIEW) == "Only view\n14 photos, nothing is run"


def test_a_scene_only_opens_for_viewing(page: DropPage) -> None:
    page.set_offer(DropOffer(scenes=1))
    assert zones_down_the_middle(page) == [None, DropZone.VIEW, None]
    assert page.text_of(DropZone.VIEW) == "Only view\n1 scene, nothing is run"


def test_mixed_files_say_what_becomes_of_each(page: DropPage) -> None:
    page.set_offer(DropOffer(photos=1, scenes=2, provider_title="Relief"))
    assert (
        page.text_of(DropZone.ADD) == "Add to queue\n1 photo for Relief\n2 scenes only for viewing"
    )
    assert page.text_of(DropZone.VIEW) == "Only view\n2 scenes and 1 photo, nothing is run"


def test_files_of_no_use_get_no_zone(page: DropPage) -> None:
    page.set_offer(DropOffer(skipped=3))
    assert zones_down_the_middle(page) == [None]


def test_videos_are_counted_and_a_refusal_is_said_beforehand(page: DropPage) -> None:
    page.set_offer(DropOffer(photos=3, videos=1, provider_title="Acme"))
    assert page.text_of(DropZone.ADD) == "Add to queue\n3 photos and 1 video for Acme"
    words = "Relief takes photos, not clip.mp4"
    page.set_offer(DropOffer(videos=1, provider_title="Relief", refusal=words))
    assert page.text_of(DropZone.ADD) == f"Add to queue\n1 video\n{words}"
    assert page.text_of(DropZone.VIEW) == "Only view\n1 video, nothing is run"


def test_until_the_files_are_known_both_zones_are_offered(page: DropPage) -> None:
    page.set_offer(DropOffer(scenes=1))
    page.set_offer(None)
    assert zones_down_the_middle(page) == [None, DropZone.ADD, None, DropZone.VIEW, None]


def test_the_larger_zone_is_the_queue(page: DropPage) -> None:
    page.set_offer(DropOffer(photos=1))
    page.grab()
    found = [page.zone_at(QPoint(400, y)) for y in range(600)]
    assert found.count(DropZone.ADD) > 1.5 * found.count(DropZone.VIEW)


def test_the_zone_under_the_cursor_is_marked_and_no_other(page: DropPage, theme: Theme) -> None:
    page.set_offer(DropOffer(photos=1))
    page.grab()
    inside_add, inside_view = QPoint(100, 100), QPoint(100, 540)
    assert page.zone_at(inside_add) is DropZone.ADD
    assert page.zone_at(inside_view) is DropZone.VIEW
    selection, panel = QColor(theme.tokens.selection), QColor(theme.tokens.panel)
    for pointer, colours in (
        (inside_add, (selection, panel)),
        (inside_view, (panel, selection)),
        (None, (panel, panel)),
    ):
        page.set_pointer(pointer)
        picture = QImage(page.size(), QImage.Format.Format_RGB32)
        page.render(picture)
        assert (picture.pixelColor(inside_add), picture.pixelColor(inside_view)) == colours


def test_an_address_can_be_added_and_not_viewed(page: DropPage) -> None:
    page.set_offer(DropOffer(addresses=1, provider_title="Oxen"))
    assert page.text_of(DropZone.ADD).endswith("1 address for Oxen")
    assert zones_down_the_middle(page) == [None, DropZone.ADD, None]


def test_the_page_leaves_drops_to_the_window(page: DropPage) -> None:
    assert not page.acceptDrops()
