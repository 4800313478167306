"""One host that a file may be put on: who sees it there, and whether its key is given."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QRadioButton, QStyle, QVBoxLayout, QWidget

from depthstudio.providers.hosting.base import HostInfo
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.inspector.service_line import link
from depthstudio.ui.look.theme import Space, Theme
from depthstudio.ui.parts.amounts import size_text
from depthstudio.ui.parts.labels import ToneLabel


@dataclass(frozen=True)
class KeyWords:
    """Whether a host's keys are there, in words; never the key."""

    text: str
    tone: str
    has_all: bool


def key_words(info: HostInfo, secrets: Secrets) -> KeyWords:
    """What to say of the keys a host needs."""
    for secret in info.secrets:
        if secrets.get(secret.name, secret.variable):
            continue
        if secret.is_needed:
            text = _tr("{key} is missing: the job waits for it").format(key=secret.label)
            return KeyWords(text, "held", has_all=False)
    if not info.secrets:
        return KeyWords(_tr("Needs no key"), "text3", has_all=True)
    return KeyWords(_tr("{key} is there").format(key=info.secrets[0].label), "text3", has_all=True)


class HostChoice(QWidget):
    """A radio button, and below it what choosing it means."""

    def __init__(self, theme: Theme, info: HostInfo, keys: KeyWords, *, too_large: bool) -> None:
        super().__init__()
        self.info = info
        self.has_key = keys.has_all
        self.button = QRadioButton(info.title)
        self.button.setEnabled(not too_large)
        self.button.setFont(theme.font("name"))
        privacy = ToneLabel(theme, info.privacy)
        self.button.setAccessibleDescription(info.privacy)
        limit = size_text(info.max_bytes)
        state = (
            ToneLabel(theme, self.tr("Takes at most {size}").format(size=limit), tone="held")
            if too_large
            else ToneLabel(theme, keys.text, tone=keys.tone)
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, Space.S)
        layout.setSpacing(2)
        layout.addWidget(self.button)
        below = QVBoxLayout()
        below.setContentsMargins(_words_px(self.button), 0, 0, 0)
        below.setSpacing(2)
        privacy.setWordWrap(True)
        below.addWidget(privacy)
        line = QHBoxLayout()
        line.setSpacing(Space.S)
        line.addWidget(state)
        line.addStretch(1)
        if info.page:
            more = link(self.tr("More about it"), self)
            more.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(info.page)))
            line.addWidget(more)
        below.addLayout(line)
        layout.addLayout(below)


def _words_px(button: QRadioButton) -> int:
    """How far from its left edge the words of a radio button begin."""
    style = button.style()
    ring = style.pixelMetric(QStyle.PixelMetric.PM_ExclusiveIndicatorWidth, None, button)
    return ring + style.pixelMetric(QStyle.PixelMetric.PM_RadioButtonLabelSpacing, None, button)


def _tr(text: str) -> str:
    return QCoreApplication.translate("HostChoice", text)
