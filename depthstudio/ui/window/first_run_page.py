"""The start page of the very first start: what to do next, and what can be relied on."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import IconSize, Space, Theme
from depthstudio.ui.parts.labels import ToneLabel
from depthstudio.ui.window.first_run_sample import SampleCard
from depthstudio.ui.window.start_page import StartPage


class FirstRunPage(StartPage):
    """Also offers the sample, and says what the program promises."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        sample = SampleCard(theme, icons)
        super().__init__(theme, icons, below=(sample, _Promises(theme, icons)))
        self._sample = sample
        self.sample_button = sample.button
        sample.button.clicked.connect(self.try_sample)

    @property
    def loading(self) -> bool:
        """Whether the sample's pictures are still being read."""
        return self._sample.loading


class _Promises(QWidget):
    """What holds in this version, without reading a manual."""

    def __init__(self, theme: Theme, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._marks: list[tuple[QLabel, str]] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        for icon, title, text in (
            ("laptop", self.tr("Works offline now"), self.tr("Relief runs on this computer")),
            (
                "key-outline",
                self.tr("Add services later"),
                self.tr("Five are ready; keys stay in the keychain"),
            ),
            (
                "shield-check-outline",
                self.tr("Nothing leaves unasked"),
                self.tr("You see what is sent, and where, before Run"),
            ),
        ):
            layout.addLayout(self._promise(theme, icon, title, text), 1)
        theme.changed.connect(self._dress)
        self._dress()

    def _promise(self, theme: Theme, icon: str, title: str, text: str) -> QHBoxLayout:
        mark = QLabel()
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._marks.append((mark, icon))
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (ToneLabel(theme, title, tone="text", font="head"), ToneLabel(theme, text)):
            label.setWordWrap(True)
            words.addWidget(label)
        words.addStretch()
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(mark)
        row.addLayout(words, 1)
        return row

    def _dress(self) -> None:
        ratio = self.devicePixelRatioF()
        for label, icon in self._marks:
            label.setPixmap(self._icons.pixmap(icon, IconSize.TOOLBAR, "text2", ratio=ratio))
