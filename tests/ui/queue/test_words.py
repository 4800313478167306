"""The words of each state, exactly as the user reads them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace as replace_hold

from depthstudio.core.job import (
    Failure,
    Hold,
    HoldKind,
    Job,
    JobState,
    JobStatus,
    Progress,
    Stage,
)
from depthstudio.jobs.queue import QueueEntry
from depthstudio.ui.look.icons import glyphs
from depthstudio.ui.parts import amounts
from depthstudio.ui.queue.words import (
    REASON_LIMIT,
    RowText,
    counts_time,
    ordinal,
    progress_is_unknown,
    row_text,
    row_tip,
)

MakeJob = Callable[..., Job]
Said = Callable[[JobStatus], RowText]


@pytest.fixture
def said(make_job: MakeJob, now: datetime) -> Said:
    job = make_job(size_bytes=126_000_000)
    return lambda status: row_text(QueueEntry(job, status), now, "fal.ai")


def running(stage: Stage, **known: object) -> JobStatus:
    return JobStatus(JobState.RUNNING, replace(Progress(stage), **known))


def test_a_queued_job_says_what_it_waits_for(make_job: MakeJob, now: datetime) -> None:
    entry = QueueEntry(make_job(), JobStatus())
    assert row_text(entry, now, "Relief", is_next=True).detail == "next for Relief"
    assert row_text(entry, now, "Relief").detail == "in line for Relief"


@pytest.mark.parametrize(
    ("status", "word", "detail", "right"),
    [
        (running(Stage.UPLOADING, fraction=0.3825), "Uploading", "48.2 of 126 MB", "38 %"),
        (running(Stage.WAITING, place=3, eta_s=125), "Waiting", "3rd in line", "about 2 min"),
        (running(Stage.RUNNING, fraction=0.62, eta_s=41), "Running", "about 0:41 left", "62 %"),
        (running(Stage.RUNNING, message="frame 3 of 9"), "Running", "frame 3 of 9", ""),
        (running(Stage.DECODING), "Decoding", "", ""),
        (JobStatus(JobState.RUNNING), "Preparing", "", ""),
    ],
)
def test_a_running_job_says_its_stage(
    said: Said, status: JobStatus, word: str, detail: str, right: str
) -> None:
    text = said(status)
    parts = (text.word, text.detail, text.right)
    assert [part.replace("\N{NO-BREAK SPACE}", " ") for part in parts] == [word, detail, right]
    assert text.colour_role == "accent"


def test_a_hold_counts_down_to_its_end(said: Said, now: datetime) -> None:
    hold = Hold(kind=HoldKind.SERVICE, reason="quota", until=now + timedelta(seconds=588))
    assert said(JobStatus(JobState.HELD, hold=hold)).detail == "quota: goes on in 9:48"


def test_a_job_without_its_key_says_what_it_needs(
    said: Said, make_job: MakeJob, now: datetime
) -> None:
    hold = Hold(kind=HoldKind.NEEDS_KEY, reason="fal.ai needs its API key", hint="Give it")
    text = said(JobStatus(JobState.HELD, hold=hold))
    assert (text.icon, text.word, text.detail) == (
        "key-alert-outline",
        "Held",
        "needs its API key",
    )
    behind = row_text(QueueEntry(make_job(), JobStatus()), now, "fal.ai", provider_hold=hold)
    assert behind.detail == "fal.ai waits for its key"


def test_the_time_stands_before_a_long_reason(said: Said, now: datetime) -> None:
    reason = "The free minutes of this account are used up"
    hold = Hold(kind=HoldKind.SERVICE, reason=reason, until=now + timedelta(seconds=61))
    assert said(JobStatus(JobState.HELD, hold=hold)).detail == f"goes on in 1:01 · {reason}"


def test_a_hold_whose_time_has_come_says_so(said: Said, now: datetime) -> None:
    hold = Hold(kind=HoldKind.OFFLINE, reason="no network", until=now)
    assert said(JobStatus(JobState.HELD, hold=hold)).detail == "tries again now · offline"


def test_a_lost_submit_asks(said: Said) -> None:
    hold = Hold(kind=HoldKind.SUBMIT_LOST, reason="The answer to the submit was lost")
    text = said(JobStatus(JobState.HELD, hold=hold))
    assert (text.word, text.detail, text.colour_role) == ("Held", "sent or not?", "held")


def test_a_lost_submit_that_is_looked_for_says_so(said: Said) -> None:
    hold = Hold(kind=HoldKind.SUBMIT_LOST, reason="The answer to the submit was lost")
    status = JobStatus(JobState.HELD, hold=hold, progress=Progress(Stage.WAITING))
    assert (said(status).word, said(status).detail) == ("Held", "looking in its list")


def test_a_done_job_says_how_long_it_took_and_when(
    said: Said, now: datetime, ago: Callable[[float], datetime]
) -> None:
    status = JobStatus(JobState.DONE, started_at=ago(98), ended_at=now)
    assert said(status).detail == "in 1:38 · today 14:02"
    assert said(replace(status, cached=True)).detail == "from the library · today 14:02"


def test_a_failure_is_cut_to_what_fits_and_whole_in_the_tip(
    make_job: MakeJob, now: datetime
) -> None:
    message = "The service ran out of memory on this very large image"
    failure = Failure(type="RemoteJobFailed", message=message, hint="Make it smaller")
    entry = QueueEntry(make_job("tabby.heic"), JobStatus(JobState.FAILED, failure=failure))
    detail = row_text(entry, now, "fal.ai").detail
    assert len(detail) <= REASON_LIMIT
    assert detail.endswith("…")
    tip = f"tabby.heic · fal.ai\nFailed: {message}\nMake it smaller"
    assert row_tip(entry, now, "fal.ai") == tip


def test_a_cancelled_job_says_what_cancelling_did(said: Said, now: datetime) -> None:
    assert said(JobStatus(JobState.CANCELLED)).detail == "before it was sent"
    status = JobStatus(JobState.CANCELLED, note="may still be billed", started_at=now)
    assert said(status).detail == "may still be billed"


def test_only_what_changes_by_itself_counts_time(now: datetime) -> None:
    until = Hold(kind=HoldKind.SERVICE, reason="quota", until=now)
    person = Hold(kind=HoldKind.SUBMIT_LOST, reason="lost")
    assert counts_time(JobStatus(JobState.HELD, hold=until))
    assert not counts_time(JobStatus(JobState.HELD, hold=person))
    assert counts_time(running(Stage.RUNNING))
    assert not counts_time(running(Stage.RUNNING, fraction=0.5))
    assert not counts_time(JobStatus(JobState.DONE))


def test_waiting_in_line_is_not_work_of_unknown_length() -> None:
    assert progress_is_unknown(running(Stage.RUNNING))
    assert not progress_is_unknown(running(Stage.WAITING))
    assert not progress_is_unknown(running(Stage.RUNNING, fraction=0.0))


def test_every_state_and_stage_has_an_icon_of_the_font(said: Said) -> None:
    statuses = [JobStatus(state) for state in JobState] + [running(stage) for stage in Stage]
    assert {said(status).icon for status in statuses} <= set(glyphs())


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (98.4, "1:38"), (3723, "1:02:03"), (-5, "0:00")]
)
def test_durations(seconds: float, text: str) -> None:
    assert amounts.duration_text(seconds) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (999_960, "1.0 MB"), (126e6, "126 MB"), (18.4e9, "18.4 GB")],
)
def test_sizes_keep_three_digits(size_bytes: float, text: str) -> None:
    assert amounts.size_text(size_bytes).replace("\N{NO-BREAK SPACE}", " ") == text


def test_a_hundred_percent_is_said_only_of_the_whole() -> None:
    assert amounts.percent_text(0.999) == "99\N{NO-BREAK SPACE}%"
    assert amounts.percent_text(1.0) == "100\N{NO-BREAK SPACE}%"


def test_moments_are_told_as_seen_from_now(now: datetime) -> None:
    assert amounts.when_text(now - timedelta(days=1), now) == "yesterday 14:02"
    assert amounts.when_text(now - timedelta(days=40), now) == "02/02/2026"


def test_a_job_behind_a_held_provider_says_when_it_goes_on(
    make_job: MakeJob, now: datetime
) -> None:
    entry = QueueEntry(make_job(), JobStatus())
    hold = Hold(kind=HoldKind.SERVICE, reason="quota", until=now + timedelta(seconds=245))
    text = row_text(entry, now, "fal.ai", provider_hold=hold)
    assert (text.word, text.detail) == ("Queued", "goes on in 4:05 · fal.ai is held")
    assert text.short == "in 4:05"
    offline = replace_hold(hold, kind=HoldKind.OFFLINE)
    detail = row_text(entry, now, "fal.ai", provider_hold=offline).detail
    assert detail == "tries again in 4:05 · fal.ai is out of reach"
    person = replace_hold(hold, until=None)
    assert row_text(entry, now, "fal.ai", provider_hold=person).detail == "fal.ai is held"
    assert counts_time(entry.status, hold)
    assert not counts_time(entry.status, person)
    assert not counts_time(entry.status)


@pytest.mark.parametrize(
    ("place", "text"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (22, "22nd")]
)
def test_places_are_counted_as_people_do(place: int, text: str) -> None:
    assert ordinal(place) == text


def test_a_short_word_keeps_the_time_where_there_is_little_room(said: Said, now: datetime) -> None:
    until = now + timedelta(seconds=61)
    hold = Hold(kind=HoldKind.SERVICE, reason="quota", until=until)
    assert said(JobStatus(JobState.HELD, hold=hold)).short == "in 1:01"
    assert said(JobStatus(JobState.HELD, hold=replace_hold(hold, until=now))).short == "now"
    assert said(JobStatus(JobState.HELD, hold=replace_hold(hold, until=None))).short == ""


def test_the_tip_says_what_the_row_leaves_out(make_job: MakeJob, now: datetime) -> None:
    hold = Hold(
        kind=HoldKind.SERVICE, reason="quota", until=now + timedelta(seconds=61), hint="Sign in"
    )
    held = QueueEntry(make_job("a.png"), JobStatus(JobState.HELD, hold=hold))
    assert row_tip(held, now, "fal.ai") == "a.png · fal.ai\nHeld: quota\ngoes on in 1:01\nSign in"
    waiting = QueueEntry(make_job("a.png"), running(Stage.WAITING, place=3, eta_s=125))
    tip = row_tip(waiting, now, "fal.ai").replace("\xa0", " ")
    assert tip == "a.png · fal.ai\nWaiting: 3rd in line · about 2 min"
