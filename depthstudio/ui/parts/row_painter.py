"""The strokes that list rows and cards share: text, pictures, badges, progress."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Radius, Space, Theme

Elide = Qt.TextElideMode


class RowPainter:
    """Paints parts of a row in the theme's colours, on a painter that is being used."""

    def __init__(self, painter: QPainter, theme: Theme, icons: Icons) -> None:
        self._painter = painter
        self._theme = theme
        self._icons = icons

    def fill(self, rect: QRect, role: str) -> None:
        self._painter.fillRect(rect, self._theme.colour(role))

    def frame(self, rect: QRect, role: str, *, width: int = 1, radius: int = 0) -> None:
        """A line along the inner edge of `rect`."""
        half = width / 2
        inner = QRectF(rect).adjusted(half, half, -half, -half)
        self._painter.setPen(QPen(self._theme.colour(role), width))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRoundedRect(inner, radius, radius)

    def text(
        self,
        rect: QRect,
        font: QFont,
        role: str,
        text: str,
        *,
        elide: Elide = Elide.ElideRight,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        """One line, elided where it does not fit; nothing in an empty `rect`."""
        if rect.width() <= 0 or not text:
            return
        line = QFontMetrics(font).elidedText(text, elide, rect.width())
        self._painter.setFont(font)
        self._painter.setPen(self._theme.colour(role))
        self._painter.drawText(rect, align | Qt.AlignmentFlag.AlignVCenter, line)

    def icon(self, rect: QRect, name: str, role: str) -> None:
        ratio = self._painter.device().devicePixelRatioF()
        pixmap = self._icons.pixmap(name, rect.width(), role, ratio=ratio)
        self._painter.drawPixmap(rect.topLeft(), pixmap)

    def picture(
        self, rect: QRect, pixmap: QPixmap | None, stand_in: str, *, radius: int = Radius.CHIP
    ) -> None:
        """A thumbnail with round corners, or an icon on the ground of pictures."""
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(rect), radius, radius)
        self._painter.save()
        self._painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
        if pixmap is not None:
            self._painter.drawPixmap(rect, pixmap)
        else:
            self.fill(rect, "view_ground")
            edge = min(24, rect.height() // 2)
            middle = QRect(0, 0, edge, edge)
            middle.moveCenter(rect.center())
            self.icon(middle, stand_in, "text3" if self._theme.is_dark else "tag_text")
        self._painter.restore()

    def badge(self, corner: QRect, font: QFont, text: str) -> None:
        """A dark tag with light text in the bottom right corner of `corner`."""
        metrics = QFontMetrics(font)
        tag = QRect(0, 0, metrics.horizontalAdvance(text) + Space.S, metrics.height())
        tag.moveBottomRight(corner.bottomRight())
        self.tag(tag)
        self._painter.setFont(font)
        self._painter.setPen(self._theme.colour("tag_text"))
        self._painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)

    def icon_badge(self, corner: QRect, font: QFont, icon: str, text: str) -> None:
        """A dark tag with icon and text in the bottom left corner of `corner`."""
        metrics = QFontMetrics(font)
        edge = IconSize.STATE
        width = Space.XS + edge + Space.XS + metrics.horizontalAdvance(text) + Space.XS
        tag = QRect(0, 0, min(width, corner.width()), max(metrics.height(), edge) + 4)
        tag.moveBottomLeft(corner.bottomLeft())
        self.tag(tag)
        picture = QRect(tag.left() + Space.XS, 0, edge, edge)
        picture.moveTop(tag.center().y() - edge // 2 + 1)
        self.icon(picture, icon, "tag_text")
        words = tag.adjusted(Space.XS + edge + Space.XS, 0, -Space.XS + 1, 0)
        self.text(words, font, "tag_text", text)

    def tag(self, rect: QRect) -> None:
        """The dark ground that keeps text on a picture readable."""
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._theme.colour("tag"))
        self._painter.drawRoundedRect(QRectF(rect), Radius.CHIP, Radius.CHIP)

    def progress(self, rect: QRect, start: float, end: float) -> None:
        """A bar, done from `start` to `end`, both 0 to 1 of its width."""
        self.fill(rect, "border")
        left = rect.left() + start * rect.width()
        done = QRectF(QPointF(left, rect.top()), QRectF(rect).bottomRight())
        done.setWidth((end - start) * rect.width())
        self._painter.fillRect(done, self._theme.colour("accent"))
