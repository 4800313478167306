"""The words for where a job stands: icon, word, detail and number of its row."""

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from depthstudio.core.job import Hold, HoldKind, JobState, JobStatus, Progress, Source, Stage
from depthstudio.jobs.lost import is_looked_for
from depthstudio.jobs.queue import QueueEntry
from depthstudio.ui.parts.amounts import (
    duration_text,
    part_of_size_text,
    percent_text,
    rough_duration_text,
    shortened,
    when_text,
)

HELD_ICON = "timer-pause-outline"
REASON_LIMIT = 28  # characters of a reason that fit beside the actions of a row


@dataclass(frozen=True)
class RowText:
    """What line 2 of a row says. `colour_role` names the token of icon and word.

    `short` is said instead of a `detail` for which there is no room: a time must not be cut.
    """

    icon: str
    word: str
    colour_role: str
    detail: str = ""
    right: str = ""
    short: str = ""


def row_text(
    entry: QueueEntry,
    now: datetime,
    provider_title: str,
    *,
    is_next: bool = False,
    provider_hold: Hold | None = None,
) -> RowText:
    """Put a row's status in words.

    Parameters
    ----------
    now
        aware; times are told as seen from it
    is_next
        whether no other queued job of this provider stands before it
    provider_hold
        why nothing is sent to the provider at the moment, if nothing is
    """
    status = entry.status
    match status.state:
        case JobState.QUEUED:
            if provider_hold is not None:
                return _waiting_for(provider_title, provider_hold, now)
            return _queued(provider_title, is_next=is_next)
        case JobState.RUNNING:
            return _running(status, entry.job.sources, now)
        case JobState.HELD:
            return _held(status, now, provider_title)
        case JobState.DONE:
            return _done(status, now)
        case JobState.FAILED:
            # The row shows the name already; the reason must not begin with it.
            reason = status.failure.message.removeprefix(entry.job.name) if status.failure else ""
            detail = shortened(reason.strip(), REASON_LIMIT)
            return RowText("alert-circle", _tr("Failed"), "failed", detail)
        case JobState.CANCELLED:
            return RowText("cancel", _tr("Cancelled"), "text2", status.note or _unsent(status))


def row_tip(
    entry: QueueEntry, now: datetime, provider_title: str, provider_hold: Hold | None = None
) -> str:
    """Everything a row may have to elide: name, service, state, reason and way out."""
    status = entry.status
    text = row_text(entry, now, provider_title, provider_hold=provider_hold)
    lines = [f"{entry.job.name} · {provider_title}"]
    lines += [source.place for source in entry.job.sources[:1] if source.is_remote]
    if status.failure:
        lines += [f"{text.word}: {status.failure.message}", status.failure.hint]
    elif status.hold:
        lines += [f"{text.word}: {status.hold.reason}", _end_text(status.hold, now)]
        if status.hold.sent_at is not None:
            lines.append(_tr("Sent {when}").format(when=when_text(status.hold.sent_at, now)))
        lines.append(status.hold.hint)
    elif status.state is JobState.QUEUED and provider_hold is not None:
        lines += [f"{text.word}: {text.detail}", provider_hold.reason, provider_hold.hint]
    else:
        details = " · ".join(words for words in (text.detail, text.right) if words)
        lines.append(f"{text.word}: {details}" if details else text.word)
        lines.append(status.note if status.note != text.detail else "")
        lines.append(_tr("Retry goes on with what was ordered") if status.may_come else "")
    return "\n".join(line for line in lines if line)


def counts_time(status: JobStatus, provider_hold: Hold | None = None) -> bool:
    """Whether the row's words change with the clock alone."""
    if status.state is JobState.HELD:
        return status.hold is not None and status.hold.until is not None
    if status.state is JobState.QUEUED:
        return provider_hold is not None and provider_hold.until is not None
    if status.state is not JobState.RUNNING:
        return False
    return status.progress is None or _shows_elapsed(status.progress)


def progress_is_unknown(status: JobStatus) -> bool:
    """Whether a job works without saying how far it is; in line, it does not work yet."""
    if status.state is not JobState.RUNNING:
        return False
    progress = status.progress
    return progress is None or (progress.fraction is None and progress.stage is not Stage.WAITING)


def _queued(provider_title: str, *, is_next: bool) -> RowText:
    words = _tr("next for {service}") if is_next else _tr("in line for {service}")
    return RowText("clock-outline", _tr("Queued"), "text2", words.format(service=provider_title))


def _waiting_for(provider_title: str, hold: Hold, now: datetime) -> RowText:
    """A job that would run, were it not for its provider."""
    if hold.kind is HoldKind.OFFLINE:
        held = _tr("{service} is out of reach")
    elif hold.kind is HoldKind.NEEDS_KEY:
        held = _tr("{service} waits for its key")
    else:
        held = _tr("{service} is held")
    detail = held.format(service=provider_title)
    if end := _end_text(hold, now):
        detail = f"{end} · {detail}"  # the time must survive the eliding
    return RowText("clock-outline", _tr("Queued"), "text2", detail, short=_short_end(hold, now))


def _running(status: JobStatus, sources: tuple[Source, ...], now: datetime) -> RowText:
    progress = status.progress or Progress(Stage.PREPARING)
    icon, word = _stage_words(progress.stage)
    return RowText(
        icon, word, "accent", _stage_detail(progress, status, sources, now), _right(progress)
    )


def _stage_words(stage: Stage) -> tuple[str, str]:
    return {
        Stage.PREPARING: ("cog-outline", _tr("Preparing")),
        Stage.UPLOADING: ("cloud-upload-outline", _tr("Uploading")),
        Stage.WAITING: ("human-queue", _tr("Waiting")),
        Stage.RUNNING: ("progress-clock", _tr("Running")),
        Stage.DOWNLOADING: ("cloud-download-outline", _tr("Downloading")),
        Stage.DECODING: ("cube-scan", _tr("Decoding")),
    }[stage]


def _stage_detail(
    progress: Progress, status: JobStatus, sources: tuple[Source, ...], now: datetime
) -> str:
    if progress.stage is Stage.WAITING and progress.place is not None:
        return _tr("{place} in line").format(place=ordinal(progress.place))
    if progress.message:
        return progress.message
    if progress.stage is Stage.UPLOADING and progress.fraction is not None:
        total_bytes = sum(source.size_bytes for source in sources)
        return part_of_size_text(progress.fraction * total_bytes, total_bytes)
    if progress.eta_s is not None and progress.fraction is not None:
        return _tr("about {time} left").format(time=duration_text(progress.eta_s))
    if status.started_at and _shows_elapsed(progress):
        elapsed_s = (now - status.started_at).total_seconds()
        return _tr("for {time}").format(time=duration_text(elapsed_s))
    return ""


def _shows_elapsed(progress: Progress) -> bool:
    return progress.fraction is None and not progress.message


def _right(progress: Progress) -> str:
    if progress.fraction is not None:
        return percent_text(progress.fraction)
    if progress.eta_s is not None and progress.eta_s >= 1:
        # What such jobs usually take: it stands beside how long this one takes already.
        about = _tr("about {time}")
        return about.format(time=rough_duration_text(progress.eta_s).removeprefix("~"))
    return ""


def _held(status: JobStatus, now: datetime, provider_title: str) -> RowText:
    hold = status.hold
    icon = hold_icon(hold)
    if is_looked_for(status):
        return RowText(icon, _tr("Held"), "held", _tr("looking in its list"))
    short = _short_end(hold, now) if hold is not None else ""
    detail = _hold_detail(hold, now)
    if hold is not None and hold.kind is HoldKind.NEEDS_KEY:
        detail = detail.removeprefix(f"{provider_title} ")  # the row shows it already
    return RowText(icon, _tr("Held"), "held", detail, short=short)


def _hold_detail(hold: Hold | None, now: datetime) -> str:
    if hold is None:
        return ""
    if hold.kind is HoldKind.SUBMIT_LOST:
        return _tr("sent or not?")
    end = _end_text(hold, now)
    if hold.kind is HoldKind.OFFLINE:
        return f"{end} · {_tr('offline')}" if end else _tr("offline")
    if not end:
        return hold.reason
    if len(hold.reason) <= REASON_LIMIT:
        return f"{hold.reason}: {end}"
    return f"{end} · {hold.reason}"  # the time must survive the eliding, the reason need not


def _end_text(hold: Hold, now: datetime) -> str:
    """When a hold ends by itself, counted down; empty where it does not."""
    if hold.until is None:
        return ""
    offline = hold.kind is HoldKind.OFFLINE
    wait_s = (hold.until - now).total_seconds()
    if wait_s <= 0:
        return _tr("tries again now") if offline else _tr("goes on now")
    words = _tr("tries again in {time}") if offline else _tr("goes on in {time}")
    return words.format(time=duration_text(wait_s))


def _short_end(hold: Hold, now: datetime) -> str:
    if hold.until is None:
        return ""
    wait_s = (hold.until - now).total_seconds()
    return _tr("in {time}").format(time=duration_text(wait_s)) if wait_s > 0 else _tr("now")


def hold_icon(hold: Hold | None) -> str:
    """The icon of a hold, by who can end it."""
    kinds = {HoldKind.OFFLINE: "wifi-off", HoldKind.NEEDS_KEY: "key-alert-outline"}
    return kinds.get(hold.kind, HELD_ICON) if hold is not None else HELD_ICON


def hold_text(hold: Hold, now: datetime) -> str:
    """A provider's hold in a few words, for a place that has no room for its reason."""
    if hold.kind is HoldKind.NEEDS_KEY:
        return _tr("needs a key")
    return _end_text(hold, now) or _tr("waits for you")


def short_hold_text(hold: Hold, now: datetime) -> str:
    """The same in one or two words."""
    if hold.kind is HoldKind.NEEDS_KEY:
        return _tr("needs a key")
    return _short_end(hold, now) or _tr("waits")


def ordinal(place: int) -> str:
    """1st, 2nd, 3rd, 4th …, 11th, 21st."""
    teens = 10 < place % 100 < 14
    ending = "th" if teens else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"


def _done(status: JobStatus, now: datetime) -> RowText:
    parts: list[str] = []
    if status.cached:
        parts.append(_tr("from the library"))
    elif status.started_at and status.ended_at:
        took_s = (status.ended_at - status.started_at).total_seconds()
        time = duration_text(took_s) if took_s >= 1 else _tr("under 1 s")
        parts.append(_tr("in {time}").format(time=time))
    if status.ended_at:
        parts.append(when_text(status.ended_at, now))
    return RowText("check-circle", _tr("Done"), "done", " · ".join(parts))


def _unsent(status: JobStatus) -> str:
    return "" if status.started_at else _tr("before it was sent")


def _tr(text: str) -> str:
    return QCoreApplication.translate("words", text)
