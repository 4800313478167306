"""Where the parts of a queue row are: one calculation for painting and for clicking."""

from dataclasses import dataclass

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QStyle

from depthstudio.ui.look.theme import Height, IconSize, Space, Theme
from depthstudio.ui.parts.amounts import percent_text
from depthstudio.ui.queue.actions import RowAction
from depthstudio.ui.queue.words import RowText

THUMB_WIDTH = 54
THUMB_HEIGHT = 36
THUMB_GAP = 10
BAR_HEIGHT = 2
SERVICE_NEEDS = 220  # narrower text blocks leave the service out
SERVICE_SHARE = 0.45  # of the text block, at most
DETAIL_NEEDS = 40
CLOSE_EDGE = 20  # the icon alone would be too small to hit


@dataclass(frozen=True)
class RowFonts:
    """The fonts of a row."""

    name: QFont
    service: QFont
    word: QFont
    detail: QFont
    badge: QFont

    @classmethod
    def of(cls, theme: Theme) -> "RowFonts":
        return cls(
            name=theme.font("name"),
            service=theme.font("secondary"),
            word=theme.font("group"),
            detail=theme.font("secondary", tabular=True),
            badge=theme.font("badge", tabular=True),
        )

    @property
    def row_height(self) -> int:
        """44 at the normal text size, more when the user's text needs it."""
        lines = QFontMetrics(self.name).height() + QFontMetrics(self.word).height()
        return max(Height.QUEUE_ROW, lines + 2 * Space.XS + BAR_HEIGHT + 2)


@dataclass(frozen=True)
class RowLayout:
    """Rectangles of one row, in the view's coordinates; empty ones are not painted."""

    thumb: QRect
    name: QRect
    service: QRect
    icon: QRect
    word: QRect
    detail: QRect
    right: QRect
    bar: QRect
    actions: tuple[tuple[RowAction, QRect], ...]


def lay_out(
    rect: QRect,
    fonts: RowFonts,
    text: RowText,
    service: str,
    actions: tuple[RowAction, ...],
    direction: Qt.LayoutDirection = Qt.LayoutDirection.LeftToRight,
) -> RowLayout:
    """Divide a row: actions and the state's word keep their width, the detail gives way."""
    thumb, block = _thumb_and_block(rect)
    if _needed_width(fonts, text.word, actions) > block.width():
        thumb, block = QRect(), rect.adjusted(Space.M, 0, -Space.S, 0)
    while len(actions) > 1 and _needed_width(fonts, text.word, actions) > block.width():
        actions = actions[:-1]  # the menu still has it
    name_height = QFontMetrics(fonts.name).height()
    word_height = QFontMetrics(fonts.word).height()
    top = rect.top() + (rect.height() - name_height - word_height - BAR_HEIGHT) // 2
    first = QRect(block.left(), top, block.width(), name_height)
    second = QRect(block.left(), top + name_height, block.width(), word_height)
    name, service_rect = _first_line(first, fonts, service)
    icon, word, rest = _state(second, fonts, text.word)
    placed, rest = _actions(rest, fonts, actions)
    right, detail = _right(rest, fonts, text.right)
    bar = QRect(block.left(), rect.bottom() - 2 - BAR_HEIGHT + 1, block.width(), BAR_HEIGHT)

    def seen(part: QRect) -> QRect:
        return QStyle.visualRect(direction, rect, part)

    return RowLayout(
        thumb=seen(thumb),
        name=seen(name),
        service=seen(service_rect),
        icon=seen(icon),
        word=seen(word),
        detail=seen(detail),
        right=seen(right),
        bar=seen(bar),
        actions=tuple((action, seen(part)) for action, part in placed),
    )


def _thumb_and_block(rect: QRect) -> tuple[QRect, QRect]:
    thumb = QRect(rect.left() + Space.M, rect.top(), THUMB_WIDTH, THUMB_HEIGHT)
    thumb.moveTop(rect.top() + (rect.height() - THUMB_HEIGHT) // 2)
    block = QRect(rect)
    block.setLeft(thumb.right() + 1 + THUMB_GAP)
    block.setRight(rect.right() - Space.S)
    return thumb, block


def _needed_width(fonts: RowFonts, word: str, actions: tuple[RowAction, ...]) -> int:
    """What line 2 takes without detail and number: its icon, word and actions."""
    width = IconSize.STATE + Space.XS + _width(fonts.word, word)
    for action in actions:
        label = CLOSE_EDGE if action is RowAction.CANCEL else _width(fonts.service, action.label)
        width += Space.S + label
    return width


def _first_line(line: QRect, fonts: RowFonts, service: str) -> tuple[QRect, QRect]:
    if line.width() < SERVICE_NEEDS:
        return line, QRect()
    width = min(_width(fonts.service, service), round(line.width() * SERVICE_SHARE))
    service_rect = QRect(line)
    service_rect.setLeft(line.right() - width + 1)
    name = QRect(line)
    name.setRight(service_rect.left() - Space.S)
    return name, service_rect


def _state(line: QRect, fonts: RowFonts, word: str) -> tuple[QRect, QRect, QRect]:
    icon = QRect(line.left(), 0, IconSize.STATE, IconSize.STATE)
    icon.moveTop(line.top() + (line.height() - IconSize.STATE) // 2)
    word_rect = QRect(line)
    word_rect.setLeft(icon.right() + 1 + Space.XS)
    word_rect.setWidth(_width(fonts.word, word))
    rest = QRect(line)
    rest.setLeft(word_rect.right() + 1 + Space.S - 2)
    return icon, word_rect, rest


def _actions(
    rest: QRect, fonts: RowFonts, actions: tuple[RowAction, ...]
) -> tuple[list[tuple[RowAction, QRect]], QRect]:
    placed: list[tuple[RowAction, QRect]] = []
    right = rest.right()
    for action in reversed(actions):
        if action is RowAction.CANCEL:
            part = QRect(right - CLOSE_EDGE + 4, 0, CLOSE_EDGE, CLOSE_EDGE)
            part.moveTop(rest.center().y() - CLOSE_EDGE // 2 + 1)
        else:
            width = _width(fonts.service, action.label)
            part = QRect(right - width + 1, rest.top(), width, rest.height())
        placed.insert(0, (action, part))
        right = part.left() - Space.S
    left_over = QRect(rest)
    left_over.setRight(right if actions else rest.right())
    return placed, left_over


def _right(rest: QRect, fonts: RowFonts, right_text: str) -> tuple[QRect, QRect]:
    if not right_text:
        return QRect(), _unless_tiny(rest)
    # As wide as any percentage, so that the detail does not move while the number grows.
    width = max(_width(fonts.detail, right_text), _width(fonts.detail, percent_text(0.88)))
    right = QRect(rest)
    right.setLeft(rest.right() - width + 1)
    detail = QRect(rest)
    detail.setRight(right.left() - Space.S)
    return (right if right.left() >= rest.left() else QRect()), _unless_tiny(detail)


def _unless_tiny(detail: QRect) -> QRect:
    """A detail that shows only two letters and an ellipsis is better left to the tip."""
    return detail if detail.width() >= DETAIL_NEEDS else QRect()


def _width(font: QFont, text: str) -> int:
    return QFontMetrics(font).horizontalAdvance(text) + 1
