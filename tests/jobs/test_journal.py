import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import JournalError
from depthstudio.core.job import Checkpoint, Failure, Hold, HoldKind, Job, JobState
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.journal_file import SCHEMA_VERSION, read_journal
from depthstudio.jobs.phase import RECOVERY, STATES, TRANSITIONS, Phase

pytestmark = pytest.mark.anyio

MakeJob = Callable[..., Job]
NOW = datetime(2026, 3, 14, 12, 30, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "journal.db"


@pytest.fixture
async def journal(anyio_backend: str, path: Path) -> AsyncGenerator[Journal]:
    journal = Journal(path)
    await journal.open()
    yield journal
    await journal.aclose()


def in_phase(path: Path, job_id: str, phase: Phase) -> None:
    """Put a job where no legal step from the start could have brought it yet."""
    with sqlite3.connect(path) as db:
        db.execute("UPDATE jobs SET phase = ? WHERE id = ?", (phase, job_id))
    db.close()


async def test_what_is_written_is_read_back_whole(journal: Journal, make_job: MakeJob) -> None:
    job = make_job(params={"script": "ok", "steps": 2}, endpoints={"api": "https://a.test"})
    artifact = Artifact(
        role=Role.SCENE, path=Path("/a.glb"), media_type="x", size_bytes=3, sha256="ab"
    )
    fields = {
        "intent": "step-1",
        "checkpoint": Checkpoint({"step-1": {"id": "7"}}),
        "key": "k",
        "source_sha256": ("ab", "cd"),
        "result_id": "r",
        "artifacts": (artifact,),
        "failure": Failure(type="T", message="m", hint="h", detail="d", retryable=True),
        "hold": Hold(kind=HoldKind.SERVICE, reason="quota", until=NOW),
        "note": "stopped",
        "cached": True,
        "started_at": NOW,
        "ended_at": NOW,
    }

    await journal.add(job)
    await journal.record(job.id, **fields)
    row = await journal.row(job.id)

    assert row.job == job
    assert {name: getattr(row, name) for name in fields} == fields


async def test_jobs_keep_the_order_in_which_they_were_added(
    journal: Journal, make_job: MakeJob, path: Path
) -> None:
    jobs = [make_job(id=job_id) for job_id in ("z", "m", "a")]
    for job in jobs:
        await journal.add(job)
    await journal.move("z", Phase.CANCELLED)
    await journal.remove("z")
    await journal.add(make_job(id="k"))

    assert [row.job.id for row in await journal.rows()] == ["m", "a", "k"]
    assert [row.job.id for row in read_journal(path)] == ["m", "a", "k"]


@pytest.mark.parametrize("before", Phase)
async def test_only_steps_of_the_table_are_allowed(
    journal: Journal, make_job: MakeJob, path: Path, before: Phase
) -> None:
    job = make_job()
    await journal.add(job)
    for after in Phase:
        in_phase(path, job.id, before)
        if (before, after) in TRANSITIONS:
            assert (await journal.move(job.id, after)).phase is after
        else:
            with pytest.raises(JournalError, match=f"from {before} to {after}"):
                await journal.move(job.id, after, note="must not be written")
            row = await journal.row(job.id)
            assert (row.phase, row.note) == (before, "")


@pytest.mark.parametrize("phase", Phase)
async def test_only_some_phases_begin_or_end_a_job(
    journal: Journal, make_job: MakeJob, path: Path, phase: Phase
) -> None:
    if (None, phase) in TRANSITIONS:
        assert (await journal.add(make_job(), phase)).phase is phase
    else:
        with pytest.raises(JournalError, match=f"from nothing to {phase}"):
            await journal.add(make_job(), phase)
        assert await journal.rows() == []
    job = make_job()
    await journal.add(job)
    in_phase(path, job.id, phase)
    if (phase, None) in TRANSITIONS:
        await journal.remove(job.id)
        with pytest.raises(JournalError, match="There is no job"):
            await journal.row(job.id)
    else:
        with pytest.raises(JournalError, match=f"from {phase} to nothing"):
            await journal.remove(job.id)
        assert (await journal.row(job.id)).phase is phase


def test_the_table_can_bring_every_job_to_an_end() -> None:
    """No phase is a dead end, and whatever start-up makes of one is a legal step."""
    assert STATES.keys() == set(Phase)
    assert set(RECOVERY.items()) <= TRANSITIONS
    ending = {phase for phase in Phase if (phase, None) in TRANSITIONS}
    for _ in Phase:
        ending |= {before for before, after in TRANSITIONS if before and after in ending}
    assert ending == set(Phase)


def test_a_submit_is_always_preceded_by_its_intent() -> None:
    before_ids = {before for before, after in TRANSITIONS if after is Phase.SUBMITTING}
    assert before_ids == {Phase.PREPARING, Phase.FOLLOWING}
    after_intent = {after for before, after in TRANSITIONS if before is Phase.SUBMITTING}
    assert after_intent == {Phase.PREPARING, Phase.FOLLOWING, Phase.LOST}


async def test_a_change_is_on_disk_when_the_call_returns(
    journal: Journal, make_job: MakeJob, path: Path
) -> None:
    job = make_job()
    await journal.add(job)
    await journal.move(job.id, Phase.PREPARING, started_at=NOW)

    with sqlite3.connect(path) as other:
        assert other.execute("SELECT phase, started_at FROM jobs").fetchall() == [
            ("preparing", NOW.isoformat())
        ]
        synchronous = other.execute("PRAGMA synchronous").fetchone()
        mode = other.execute("PRAGMA journal_mode").fetchone()
    other.close()

    assert (synchronous, mode) == ((2,), ("wal",))


async def test_it_can_be_read_while_it_is_being_written(
    journal: Journal, make_job: MakeJob, path: Path
) -> None:
    job = make_job()
    await journal.add(job)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE jobs SET phase = 'preparing'")

    assert [row.phase for row in read_journal(path)] == [Phase.QUEUED]
    writer.execute("COMMIT")
    assert [row.phase for row in read_journal(path)] == [Phase.PREPARING]
    writer.close()


async def test_another_process_reads_what_this_one_has_open(
    journal: Journal, make_job: MakeJob, path: Path
) -> None:
    job = make_job()
    await journal.add(job)
    code = (
        "import sys; from pathlib import Path;"
        "from depthstudio.jobs.journal_file import read_journal;"
        "print([row.job.id for row in read_journal(Path(sys.argv[1]))])"
    )

    command = [sys.executable, "-c", code, str(path)]
    said = await asyncio.to_thread(subprocess.check_output, command, text=True)

    assert said.strip() == str([job.id])


async def test_a_journal_is_kept_over_closing_and_opening(
    journal: Journal, make_job: MakeJob, path: Path
) -> None:
    job = make_job()
    await journal.add(job)
    await journal.aclose()
    await journal.aclose()

    later = Journal(path)
    await later.open()
    assert (await later.row(job.id)).job == job
    await later.aclose()


def test_reading_a_home_without_a_journal_makes_none(path: Path) -> None:
    assert read_journal(path) == []
    assert not path.parent.exists()


def test_an_empty_file_is_a_journal_without_jobs(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.touch()

    assert read_journal(path) == []


async def test_a_journal_of_a_newer_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    newer = SCHEMA_VERSION + 1
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version={newer}")
        db.execute("CREATE TABLE jobs (something TEXT)")
    db.close()
    journal = Journal(path)

    with pytest.raises(JournalError, match=rf"newer DepthStudio \(version {newer}\)") as caught:
        await journal.open()
    with pytest.raises(JournalError, match="newer DepthStudio"):
        read_journal(path)
    await journal.aclose()

    assert caught.value.hint == "Update DepthStudio, or use another home"
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT sql FROM sqlite_master").fetchall() == [
            ("CREATE TABLE jobs (something TEXT)",)
        ]
    db.close()


async def test_a_damaged_file_is_reported_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    journal = Journal(path)

    with pytest.raises(JournalError, match="The journal cannot be used") as caught:
        await journal.open()
    with pytest.raises(JournalError, match="The journal cannot be used"):
        read_journal(path)
    await journal.aclose()

    assert "results stay in the library" in caught.value.hint
    assert caught.value.detail == str(path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("job", "{}"),
        ("job", "not JSON"),
        ("phase", "dreaming"),
        ("checkpoint", "{"),
        ("source_sha256", "3"),
        ("artifacts", json.dumps([{"role": "throne"}])),
        ("started_at", "yesterday"),
    ],
)
async def test_a_record_that_makes_no_sense_is_reported(
    journal: Journal, make_job: MakeJob, path: Path, column: str, value: str
) -> None:
    job = make_job()
    await journal.add(job)
    with sqlite3.connect(path) as db:
        db.execute(f"UPDATE jobs SET {column} = ?", (value,))
    db.close()

    with pytest.raises(JournalError, match="The journal cannot be used"):
        await journal.row(job.id)
    with pytest.raises(JournalError, match="The journal cannot be used"):
        await journal.rows()
    with pytest.raises(JournalError, match="The journal cannot be used"):
        read_journal(path)


async def test_a_table_without_our_columns_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE jobs (id TEXT, seq INTEGER)")
        db.execute("INSERT INTO jobs VALUES ('a', 1)")
        db.execute("PRAGMA user_version=1")
    db.close()

    with pytest.raises(JournalError, match="The journal cannot be used"):
        read_journal(path)


async def test_a_folder_in_the_place_of_the_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "journal.db"):
        journal = Journal(path)
        with pytest.raises(JournalError, match="The journal cannot be used"):
            await journal.open()
        await journal.aclose()


async def test_a_journal_somebody_has_open_can_be_opened_once_more(
    journal: Journal, make_job: MakeJob, path: Path
) -> None:
    await journal.add(make_job())
    second = Journal(path)
    await second.open()

    assert len(await second.rows()) == 1
    await second.aclose()


async def test_a_journal_that_is_not_open_says_so(path: Path) -> None:
    journal = Journal(path)

    with pytest.raises(JournalError, match="The journal is not open"):
        await journal.rows()
    await journal.aclose()


async def test_the_same_job_cannot_be_promised_twice(journal: Journal, make_job: MakeJob) -> None:
    job = make_job()
    await journal.add(job)

    with pytest.raises(JournalError, match="UNIQUE"):
        await journal.add(job)

    assert len(await journal.rows()) == 1


@pytest.mark.parametrize("phase", Phase)
async def test_a_row_nobody_works_on_looks_queued_where_it_would_look_busy(
    journal: Journal, make_job: MakeJob, path: Path, phase: Phase
) -> None:
    job = make_job()
    await journal.add(job)
    await journal.record(job.id, result_id="r", started_at=NOW)
    in_phase(path, job.id, phase)
    row = await journal.row(job.id)

    busy = STATES[phase] is JobState.RUNNING
    assert row.status.state is STATES[phase]
    assert row.status.result_id == ("r" if phase is Phase.DONE else None)
    assert row.waiting_status.state is (JobState.QUEUED if busy else STATES[phase])
    assert row.waiting_status.started_at == (None if busy else NOW)
