"""What is known about what is shown, apart from its parts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from depthstudio.core.result import SourceRecord
from depthstudio.core.views import DepthKind, Views
from depthstudio.providers.base import Licence
from depthstudio.scene.summary import SceneSummary, counted
from depthstudio.ui.parts.amounts import when_text


@dataclass(frozen=True)
class SentTo:
    """Where the service fetched a source: in words, and the address without its query."""

    words: str
    url: str


@dataclass(frozen=True)
class ResultFacts:
    """The head of the dock. A file opened for viewing has neither provider nor licence.

    `sent_to` says where its sources were put for the service, and until when they lie there.
    `unit` is "m" where lengths are metres; `counts` are words such as "12 views".
    """

    name: str
    provider_title: str = ""
    created_at: datetime | None = None
    licence: Licence | None = None
    unit: str = ""
    counts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sent_to: tuple["SentTo", ...] = ()


def sent_to(
    sources: Sequence[SourceRecord], title_of: Callable[[str], str], now: datetime
) -> tuple[SentTo, ...]:
    """Where each source was put so that the service could fetch it, or lay already.

    title_of : what a host is called, by its id
    """
    places = (_place_of(source, title_of, now) for source in sources)
    return tuple(place for place in places if place is not None)


def _place_of(source: SourceRecord, title_of: Callable[[str], str], now: datetime) -> SentTo | None:
    if source.url:
        return SentTo(_tr("{name} was fetched from").format(name=source.name), source.url)
    if source.hosted is None:
        return None
    until = source.hosted.until
    if until is None:
        end = _tr("it does not say for how long")
    else:
        end = (_tr("until {when}") if until > now else _tr("it was there until {when}")).format(
            when=when_text(until, now)
        )
    words = _tr("{name} was put on {host}, {end}:").format(
        name=source.name, host=title_of(source.hosted.host_id), end=end
    )
    return SentTo(words, source.hosted.url)


def unit_of(views: Views, summary: SceneSummary) -> str:
    """The unit of lengths in a result, in 3D or in depth; empty where there is none."""
    if views.depth is not None and views.depth.kind is DepthKind.METRIC:
        return "m"
    return summary.unit


def counts_of(views: Views, summary: SceneSummary) -> tuple[str, ...]:
    """How much of everything there is, such as "12 views", "1 386 645 points"."""
    pictures = views.depth_pictures if views.depth is None else None
    amounts = (
        (len(views.photos) if views.photos is not None else 0, _tr("photo")),
        (len(views.depth) if views.depth is not None else 0, _tr("depth map")),
        (len(pictures) if pictures is not None else 0, _tr("depth picture")),
        (summary.points, _tr("point")),
        (len(views.meshes) if len(views.meshes) > 1 else 0, _tr("part")),
        (summary.triangles, _tr("triangle")),
        (summary.cameras, _tr("camera")),
    )
    return tuple(counted(count, word) for count, word in amounts if count)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ResultFacts", text)
