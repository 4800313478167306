"""What the command line says: one JSON object a line, or words for a person."""

import io
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from depthstudio.core.artifact import Artifact
from depthstudio.core.job import Failure, Hold, Job, ListLook, Progress
from depthstudio.core.result import Result
from depthstudio.jobs.lost import LostSubmit

MAY_COME = "What was ordered may still be fetched: depthstudio jobs retry {}"
GIVEN_UP = (
    "removed with the ids of what its service may still have made: that cannot be fetched any "
    "more, and the same is ordered again, and paid again where it costs something"
)
KNOWN_EARLIER = "this address was asked about before, and is asked anew"


class Output:
    """Writes news as they come, each line flushed so that a reader sees it at once."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout

    def line(self, text: str) -> None:
        try:
            self._out.write(text + "\n")
            self._out.flush()
        except BrokenPipeError:
            # Whoever read, such as `head`, has gone. The work goes on unheard.
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), self._out.fileno())

    def record(self, values: Mapping[str, Any]) -> None:
        # ASCII: valid in whatever encoding the pipe has.
        self.line(json.dumps(values))

    def queued(self, job: Job) -> None:
        if self.as_json:
            sources = [source.place for source in job.sources]
            self._event("queued", job, provider=job.provider_id, sources=sources)
        else:
            self.line(f"{job.name}: queued for {job.provider_id} as {job.id}")

    def progress(self, job: Job, progress: Progress) -> None:
        if self.as_json:
            self._event(
                "progress",
                job,
                stage=progress.stage,
                fraction=progress.fraction,
                place=progress.place,
                eta_s=progress.eta_s,
                message=progress.message,
            )
        else:
            share = "" if progress.fraction is None else f" {progress.fraction:.0%}"
            self.line(f"{job.name}: {progress.stage}{share} {progress.message}".rstrip())

    def held(self, job: Job, hold: Hold, *, final: bool, lost: LostSubmit | None = None) -> None:
        """`lost` is what is known of a submit that got no answer, where that is the reason."""
        until = hold.until.isoformat() if hold.until else None
        if self.as_json:
            known = lost_record(lost) if lost else {}
            said = {"reason": hold.reason, "kind": hold.kind, "until": until, "final": final}
            self._event("held", job, **said, **known)
            return
        ends = f"until {until}" if until else (hold.hint or "needs you")
        self.line(f"{job.name}: held: {hold.reason} ({ends})")
        for text in lost_lines(lost) if lost else ():
            self.line(f"  {text}")

    def known_earlier(self, job: Job, earlier: Result) -> None:
        """Say that there is an older answer to what is asked anew."""
        if self.as_json:
            self._event(
                "warning",
                job,
                message=KNOWN_EARLIER,
                result=earlier.id,
                created_at=earlier.created_at.isoformat(),
            )
        else:
            when = f"{earlier.created_at.astimezone():%Y-%m-%d %H:%M}"
            self.line(f"{job.name}: {KNOWN_EARLIER}: result {earlier.id} of {when}")

    def done(self, job: Job, result: Result, *, cached: bool) -> None:
        if self.as_json:
            self._event(
                "done",
                job,
                result=result.id,
                cached=cached,
                artifacts=[artifact_record(artifact) for artifact in result.artifacts],
                warnings=list(result.warnings),
            )
        else:
            again = "known already, " if cached else ""
            self.line(f"{job.name}: done, {again}result {result.id} in {result.folder}")

    def failed(self, job: Job, failure: Failure, *, path: str | None = None) -> None:
        if self.as_json:
            extra = {"path": path} if path else {}
            self._event("failed", job, **extra, error=failure_record(failure))
        else:
            hint = f" {failure.hint}." if failure.hint else ""
            self.line(f"{job.name}: failed: {failure.message}.{hint}")

    def cancelled(self, job: Job, note: str, *, may_come: bool = False) -> None:
        """`may_come`: its service may still bring what was ordered."""
        hint = MAY_COME.format(job.id) if may_come else ""
        if self.as_json:
            error = {"type": "Cancelled", "message": note, "hint": hint, "retryable": True}
            self._event("cancelled", job, error=error)
        else:
            self.line(f"{job.name}: cancelled {note}".rstrip() + (f". {hint}" if hint else ""))

    def given_up(self, job: Job) -> None:
        """Say what went with the row of a job whose service might still have brought it."""
        if self.as_json:
            self._event("warning", job, message=GIVEN_UP)
        else:
            self.line(f"{job.name}: {GIVEN_UP}")

    def table(self, rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as their widest cell."""
        if not rows:
            return
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            self.line("  ".join(cells).rstrip())

    def _event(self, event: str, job: Job, **values: Any) -> None:
        self.record({"event": event, "job": job.id, **values})


def accept_any_text() -> None:
    """Let a name that the terminal's encoding lacks show as “?”, and not end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def lost_record(lost: LostSubmit) -> dict[str, Any]:
    """What is known of a lost submit, as a script gets it."""
    return {
        "sent_at": lost.sent_at.isoformat() if lost.sent_at else None,
        "service": lost.service,
        "servers": list(lost.servers),
        "sources": list(lost.sources),
        "history": lost.history or None,
        "look": look_record(lost.look) if lost.look else None,
    }


def look_record(look: ListLook) -> dict[str, Any]:
    """What a look for it in the service's list came to."""
    return {"at": look.at.isoformat(), "alike": look.alike, "trouble": look.trouble or None}


def lost_lines(lost: LostSubmit) -> list[str]:
    """The same for a person, and how to answer."""
    when = f"{lost.sent_at.astimezone():%Y-%m-%d %H:%M:%S} " if lost.sent_at else ""
    there = f" ({', '.join(lost.servers)})" if lost.servers else ""
    lines = [f"Sent {when}to {lost.service}{there}: {', '.join(lost.sources)}"]
    if lost.values:
        settings = ", ".join(f"{name} {value}" for name, value in lost.values.items())
        lines.append(f"With: {settings}")
    if lost.history:
        lines.append(f"What the service ran: {lost.history}")
    if lost.look:
        lines.append(look_line(lost.look))
    answer = f"depthstudio resume {lost.job_id} --send-again"
    return [*lines, f"It is not there: {answer}", "Give it up: the same with --mark-lost"]


def look_line(look: ListLook) -> str:
    """The same for a person. That it is not there yet is no proof."""
    if look.trouble:
        found = f"the service's list could not be read: {look.trouble}"
    elif look.alike:
        found = f"{look.alike} in the service's list may be it, which is not certain"
    else:
        found = "not in the service's list; it may appear there later"
    return f"Looked {look.at.astimezone():%Y-%m-%d %H:%M:%S}: {found}"


def artifact_record(artifact: Artifact) -> dict[str, Any]:
    """An artifact as a script gets it."""
    return {
        "role": artifact.role,
        "path": str(artifact.path),
        "media_type": artifact.media_type,
        "bytes": artifact.size_bytes,
        "sha256": artifact.sha256,
    }


def failure_record(failure: Failure) -> dict[str, Any]:
    """A failure as a script gets it; `detail` is for people who look closer."""
    return {
        "type": failure.type,
        "message": failure.message,
        "hint": failure.hint,
        "retryable": failure.retryable,
    }
