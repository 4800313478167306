"""What the middle of the window shows while nothing is open: where to begin."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.window.drop_frame import DashedFrame, large_button

COLUMN_WIDTH = 768
DROP_ZONE_LEAST_HEIGHT = 300
DROP_ZONE_MOST_HEIGHT = 392


class StartPage(QWidget):
    """Invites a drop, which the window takes, or opens files."""

    open_files = Signal()
    open_folder = Signal()
    try_sample = Signal()  # from a page that offers it

    def __init__(self, theme: Theme, icons: Icons, *, below: Sequence[QWidget] = ()) -> None:
        super().__init__()
        drop = _DropInvitation(theme, icons)
        self.open_files_button = drop.open_files
        self.open_folder_button = drop.open_folder
        column = QWidget()
        column.setMaximumWidth(COLUMN_WIDTH)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(Space.XL)
        inner.addStretch(1)
        inner.addWidget(drop, 100)  # takes what there is, up to its largest height
        for widget in below:
            inner.addWidget(widget)
        inner.addStretch(1)
        self._scroll_in(column)
        drop.open_files.clicked.connect(self.open_files)
        drop.open_folder.clicked.connect(self.open_folder)

    @property
    def loading(self) -> bool:
        """Is something of it still being read?"""
        return False

    def _scroll_in(self, column: QWidget) -> None:
        """Put the column in the middle; a small window scrolls instead of clipping."""
        middle = QWidget()
        across = QHBoxLayout(middle)
        across.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        across.addStretch(1)
        across.addWidget(column, 100)
        across.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(middle)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)


class _DropInvitation(DashedFrame):
    """The large field with the two Open buttons."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__(theme, fill="panel")
        self.setMinimumHeight(DROP_ZONE_LEAST_HEIGHT)
        self.setMaximumHeight(DROP_ZONE_MOST_HEIGHT)
        title = ToneLabel(
            theme, self.tr("Drop photos, video or a folder here"), tone="text", font="empty"
        )
        formats = ToneLabel(
            theme,
            self.tr(
                "JPEG, PNG, TIFF, WebP, HEIC, AVIF · MP4, MOV, MKV, WebM · "
                "scenes (GLB, PLY) open for viewing"
            ),
            font="base",
        )
        paste = ToneLabel(
            theme,
            self.tr("or paste the address of a file with {keys}").format(
                keys=QKeySequence(QKeySequence.StandardKey.Paste).toString(
                    QKeySequence.SequenceFormat.NativeText
                )
            ),
            tone="text3",
        )
        accent_icon = icons.icon("folder-open-outline", "on_accent")
        self.open_files = large_button(accent_icon, self.tr("Open files…"))
        self.open_files.setProperty("accent", True)
        folder_icon = icons.icon("folder-outline", "text")
        self.open_folder = large_button(folder_icon, self.tr("Open folder…"))
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addStretch()
        for button in (self.open_files, self.open_folder):
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.L, Space.XL, Space.L)
        layout.setSpacing(Space.L)
        layout.addStretch()
        layout.addWidget(_Disc(theme, icons), 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (title, formats, paste):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        for label in (title, formats):
            layout.addWidget(label)
        layout.addLayout(buttons)
        layout.addWidget(paste)
        layout.addStretch()


class _Disc(QWidget):
    """The one accent picture of the page, on a grey disc."""

    _SIDE = 80
    _ICON_PX = 44

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._theme = theme
        self._icons = icons
        self.setFixedSize(self._SIDE, self._SIDE)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("chip"))
        painter.drawEllipse(self.rect())
        ratio = self.devicePixelRatioF()
        icon = self._icons.pixmap("image-multiple-outline", self._ICON_PX, "accent", ratio=ratio)
        corner = (self._SIDE - self._ICON_PX) // 2
        painter.drawPixmap(corner, corner, icon)
