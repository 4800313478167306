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
    sent_to: tuple[str, ...] = ()


def sent_to(
    sources: Sequence[SourceRecord], title_of: Callable[[str], str], now: datetime
) -> tuple[str, ...]:
    """Where each source was put so that the service could fetch it, or lay already.

    title_of : what a host is called, by its id
    """
    return tuple(line for source in sources if (line := _place_of(source, title_of, now)))


def _place_of(source: SourceRecord, title_of: Callable[[str], str], now: datetime) -> str:
    if source.url:
        return _tr("{name} was fetched from {url}").format(name=source.name, url=source.url)
    if source.hosted is None:
        return ""
    until = source.hosted.until
    if until is None:
        end = _tr("it does not say for how long")
    else:
        end = (_tr("until {when}") if until > now else _tr("it was there until {when}")).format(
            when=when_text(until, now)
        )
    return _tr("{name} was put on {host}: {url}, {end}").format(
        name=source.name, host=title_of(source.hosted.host_id), url=source.hosted.url, end=end
    )


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
