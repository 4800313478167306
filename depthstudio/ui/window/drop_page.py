"""The page shown while files are dragged over the window: what a drop here would do."""

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.amounts import counted_text
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.window.drop_frame import DashedFrame


class DropZone(StrEnum):
    """What dropping does, by where it happens."""

    ADD = "add"  # to the queue
    VIEW = "view"  # open without running anything


@dataclass(frozen=True)
class DropOffer:
    """What is being dragged, counted by what can be done with it.

    photos, videos : files for the chosen provider; addresses : what lies on the web
    scenes : files that only open for viewing
    skipped : files that are none of these
    refusal : why the provider takes not all of them; empty when it does
    """

    photos: int = 0
    videos: int = 0
    addresses: int = 0
    scenes: int = 0
    skipped: int = 0
    provider_title: str = ""
    refusal: str = ""

    @property
    def inputs(self) -> int:
        """How many there are to run."""
        return self.photos + self.videos + self.addresses


class DropPage(QWidget):
    """Up to two zones, the first one large. It only shows: the window takes the drop.

    The window forwards its drag events: `set_offer` on enter, `mark` on move, and on drop
    it asks `zone_at`.
    """

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._nothing = _Zone(theme, icons, "close-circle-outline")
        self._zones = {
            DropZone.ADD: _Zone(theme, icons, "tray-arrow-down"),
            DropZone.VIEW: _Zone(theme, icons, "eye-outline"),
        }
        self.setAutoFillBackground(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        layout.setSpacing(Space.L)
        layout.addWidget(self._zones[DropZone.ADD], 2)
        layout.addWidget(self._zones[DropZone.VIEW], 1)
        layout.addWidget(self._nothing, 1)
        self.set_offer(None)

    def set_offer(self, offer: DropOffer | None) -> None:
        """Describe what is being dragged; zones that would do nothing are not there.

        None is for as long as nobody has looked at the files: both zones are offered.
        """
        add, view = self._zones[DropZone.ADD], self._zones[DropZone.VIEW]
        self.set_pointer(None)
        if offer is None:
            looking = self.tr("Looking at the files…")
            add.say(self.tr("Add to queue"), looking)
            view.say(self.tr("Only view"), looking)
            self._show_zones(add=True, view=True)
            return
        add.say(self.tr("Add to queue"), self._add_text(offer))
        view.say(self.tr("Only view"), self._view_text(offer))
        self._nothing.say(
            self.tr("Nothing here can be used"),
            self.tr(
                "Photos: JPEG, PNG, TIFF, WebP, HEIC, AVIF\n"
                "Videos: MP4, MOV, MKV, WebM · scenes: GLB, PLY"
            ),
        )
        viewable = offer.photos + offer.videos + offer.scenes
        self._show_zones(add=offer.inputs > 0, view=viewable > 0)

    def _show_zones(self, *, add: bool, view: bool) -> None:
        self._zones[DropZone.ADD].setVisible(add)
        self._zones[DropZone.VIEW].setVisible(view)
        self._nothing.setVisible(not (add or view))

    def zone_at(self, pos: QPoint) -> DropZone | None:
        """The zone under a point of this page, None between and outside the zones."""
        for name, zone in self._zones.items():
            if zone.isVisibleTo(self) and zone.geometry().contains(pos):
                return name
        return None

    def set_pointer(self, pos: QPoint | None) -> None:
        """Mark the zone under a point of this page, None when the drag has left."""
        self.mark(None if pos is None else self.zone_at(pos))

    def mark(self, marked: DropZone | None) -> None:
        """Show which zone a drop now would land in."""
        for name, zone in self._zones.items():
            zone.set_marked(name is marked)

    def zone_widget(self, zone: DropZone) -> QWidget:
        """The part of the page that is a zone."""
        return self._zones[zone]

    def text_of(self, zone: DropZone) -> str:
        """What a zone says, title and line."""
        return self._zones[zone].accessibleName()

    def _add_text(self, offer: DropOffer) -> str:
        lines = [self._inputs(offer)]
        if offer.refusal:
            lines.append(offer.refusal)
        elif offer.provider_title:
            lines[0] = self.tr("{photos} for {provider}").format(
                photos=lines[0], provider=offer.provider_title
            )
        if offer.scenes:
            lines.append(
                self.tr("{scenes} only for viewing").format(scenes=self._scenes(offer.scenes))
            )
        return "\n".join(lines + self._skipped(offer))

    def _view_text(self, offer: DropOffer) -> str:
        parts = [self._scenes(offer.scenes)] if offer.scenes else []
        if offer.inputs:
            parts.append(self._inputs(offer))
        what = self.tr("{files}, nothing is run").format(files=self.tr(" and ").join(parts))
        return "\n".join([what, *([] if offer.inputs else self._skipped(offer))])

    def _inputs(self, offer: DropOffer) -> str:
        return counted_text(photos=offer.photos, videos=offer.videos, addresses=offer.addresses)

    def _scenes(self, count: int) -> str:
        return self.tr("1 scene") if count == 1 else self.tr("{n} scenes").format(n=count)

    def _skipped(self, offer: DropOffer) -> list[str]:
        if not offer.skipped:
            return []
        return [self.tr("{n} skipped: neither photo, video nor scene").format(n=offer.skipped)]


class _Zone(DashedFrame):
    """One dashed field: icon, what happens, and to what."""

    _ICON_PX = 44

    def __init__(self, theme: Theme, icons: Icons, icon: str) -> None:
        super().__init__(theme, edge="accent")
        self._icons = icons
        self._icon_name = icon
        self._icon = QLabel()
        self._title = ToneLabel(theme, tone="text", font="page")
        self._line = ToneLabel(theme, tone="text2", font="base")
        self._line.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setSpacing(Space.S)
        layout.addStretch()
        for label in (self._icon, self._title, self._line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addStretch()
        theme.changed.connect(self._draw_icon)
        self._draw_icon()

    def say(self, title: str, line: str) -> None:
        self._title.setText(title)
        self._line.setText(line)
        self.setAccessibleName(f"{title}\n{line}")

    def _draw_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        pixmap = self._icons.pixmap(self._icon_name, self._ICON_PX, "accent", ratio=ratio)
        self._icon.setPixmap(pixmap)
