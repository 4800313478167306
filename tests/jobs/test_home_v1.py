"""A home that the first version left must open in every later one."""

import shutil
from pathlib import Path

import pytest

from depthstudio.core.job import HoldKind, JobState
from depthstudio.jobs.journal_file import read_journal
from depthstudio.jobs.phase import Phase
from depthstudio.jobs.session import Session
from depthstudio.providers.registry import Registry
from depthstudio.settings.paths import Home

FIXTURE = Path(__file__).resolve().parents[1] / "data" / "home_v1"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    shutil.copytree(FIXTURE, tmp_path / "home")
    home = Home.at(tmp_path / "home")
    home.make_folders()
    return home


@pytest.mark.anyio
async def test_its_jobs_come_back_in_states_that_are_true(home: Home) -> None:
    async with Session(home, Registry.load()) as session:
        states = {entry.job.name: entry.status for entry in session.queue}
        assert [entry.job.name for entry in session.queue] == ["dome.jpg", "sent.jpg", "notes.txt"]
        assert states["dome.jpg"].state is JobState.DONE
        assert states["sent.jpg"].state is JobState.HELD
        assert states["sent.jpg"].hold is not None
        assert states["sent.jpg"].hold.kind is HoldKind.SUBMIT_LOST
        assert states["notes.txt"].failure is not None
        assert states["notes.txt"].failure.message == "notes.txt is a text file, not a picture"


@pytest.mark.anyio
async def test_its_result_opens_from_its_row(home: Home) -> None:
    async with Session(home, Registry.load()) as session:
        result_id = session.queue.at(0).status.result_id
        assert result_id is not None
        result = await session.result(result_id)
        views = await session.load(result)
        assert result.name == "Dome"
        assert views.depth is not None
        assert views.depth.values.shape == (1, 8, 12)
        assert len(views.meshes) == 1


def test_its_journal_is_read_without_being_opened_for_writing(home: Home) -> None:
    before = home.journal_file.read_bytes()
    phases = [row.phase for row in read_journal(home.journal_file)]
    assert phases == [Phase.DONE, Phase.SUBMITTING, Phase.FAILED]
    assert home.journal_file.read_bytes() == before
