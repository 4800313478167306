"""A row's parts never overlap and stay inside, at every width, text size and direction."""

from itertools import combinations, pairwise

import pytest
from PySide6.QtCore import QRect, Qt

from depthstudio.ui.look.theme import Theme
from depthstudio.ui.parts.amounts import percent_text
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.queue.layout import RowFonts, lay_out
from depthstudio.ui.queue.words import RowText

SENDING = (RowAction.DETAILS, RowAction.RETRY)
STOPPING = (RowAction.CANCEL,)
UPLOADING = RowText("cloud-upload-outline", "Uploading", "accent", "48.2 of 126 MB", "38 %")
LOST = RowText("timer-pause-outline", "Held", "held", "sent or not?")
LEFT_TO_RIGHT, RIGHT_TO_LEFT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft


@pytest.fixture
def fonts(theme: Theme) -> RowFonts:
    return RowFonts.of(theme)


@pytest.mark.parametrize("direction", [LEFT_TO_RIGHT, RIGHT_TO_LEFT])
@pytest.mark.parametrize("width", [180, 240, 280, 344, 600])
@pytest.mark.parametrize(("text", "actions"), [(UPLOADING, STOPPING), (LOST, SENDING)])
def test_parts_stay_apart_and_inside(
    fonts: RowFonts,
    text: RowText,
    actions: tuple[RowAction, ...],
    width: int,
    direction: Qt.LayoutDirection,
) -> None:
    row = QRect(5, 100, width, 44)
    layout = lay_out(row, fonts, text, "Depth Anything 3", actions, direction)
    actions_at = [rect for _, rect in layout.actions]
    first = [layout.thumb, layout.name, layout.service]
    second = [layout.thumb, layout.icon, layout.word, layout.detail, layout.right, *actions_at]
    for line in (first, second):
        shown = [part for part in line if not part.isEmpty()]
        assert all(row.contains(part) for part in shown)
        assert not [pair for pair in combinations(shown, 2) if pair[0].intersects(pair[1])]
    assert layout.actions


def test_a_narrow_row_gives_up_the_service_then_the_detail_never_the_word(
    fonts: RowFonts,
) -> None:
    row = QRect(0, 0, 600, 44)
    layouts = [
        lay_out(row.adjusted(0, 0, width - 600, 0), fonts, UPLOADING, "Oxen.ai", STOPPING)
        for width in range(600, 200, -20)
    ]
    assert {layout.word.width() for layout in layouts} == {layouts[0].word.width()}
    for wide, narrow in pairwise(layouts):
        assert narrow.detail.width() <= wide.detail.width()
        assert narrow.service.width() <= wide.service.width()
    assert layouts[0].service.width() > 0
    assert layouts[-1].service.isEmpty()


def test_right_to_left_mirrors_the_row(fonts: RowFonts) -> None:
    row = QRect(0, 0, 344, 44)
    left = lay_out(row, fonts, UPLOADING, "Oxen.ai", STOPPING, LEFT_TO_RIGHT)
    right = lay_out(row, fonts, UPLOADING, "Oxen.ai", STOPPING, RIGHT_TO_LEFT)
    assert left.thumb.left() == row.right() - right.thumb.right()
    assert right.actions[0][1].right() < right.word.left()


def test_the_number_column_does_not_move_while_it_grows(fonts: RowFonts) -> None:
    row = QRect(0, 0, 344, 44)
    shares = (0.01, 0.62)
    texts = [RowText("play", "Running", "accent", "", percent_text(share)) for share in shares]
    columns = [lay_out(row, fonts, text, "", STOPPING).right for text in texts]
    assert columns[0] == columns[1]


def test_rows_are_44_high_at_the_drawn_text_size_and_grow_with_it(fonts: RowFonts) -> None:
    drawn = fonts.name
    drawn.setPixelSize(13)
    word = fonts.word
    word.setPixelSize(12)
    at_drawn_size = RowFonts(drawn, fonts.service, word, fonts.detail, fonts.badge)
    assert at_drawn_size.row_height == 44
    word.setPixelSize(40)
    assert at_drawn_size.row_height > 60
