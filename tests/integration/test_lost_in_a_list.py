"""A submit whose answer never came, found again at the service by the buttons of the window."""

from collections.abc import Generator
from functools import partial
from pathlib import Path

import pytest

from depthstudio.core.job import JobState
from depthstudio.jobs import looking
from depthstudio.jobs.order import Order
from depthstudio.settings.secrets import Secrets
from depthstudio.ui.queue.actions import RowAction
from tests.support.oxen_jobs import ENVIRONMENT, PROVIDER, put_on_the_web, web_source
from tests.support.oxen_service import OxenService
from tests.support.rest_service import Answer
from tests.support.studio import Start, Studio, until
from tests.support.videos import write_video

pytestmark = pytest.mark.anyio

ENQUEUE, LIST = r"^POST /api/ai/queue$", r"^GET /api/ai/queue\?"
NONE_LISTED = Answer.of({"count": 0, "generations": []})
ALL_STATES = 5  # requests of one look


@pytest.fixture
def oxen() -> Generator[OxenService]:
    with OxenService() as service:
        yield service


@pytest.fixture
def start_paid(start: Start, monkeypatch: pytest.MonkeyPatch) -> Start:
    monkeypatch.setattr(looking, "APPEARS_WITHIN_S", 0.01)
    return partial(start, secrets=Secrets(ENVIRONMENT))


async def lose(studio: Studio, oxen: OxenService, folder: Path) -> None:
    """Send a video, and have neither an answer nor, at first, a list that has it."""
    oxen.fault(ENQUEUE, "lose_answer")
    oxen.fault(LIST, "answer", answer=NONE_LISTED, times=ALL_STATES)
    source = web_source(put_on_the_web(oxen, write_video(folder / "walk.mp4", frames=4)))
    await studio.session.add([source], Order(PROVIDER, {}, {"api": oxen.url}))
    await until(lambda: studio.rows[0].status.hold and studio.rows[0].status.hold.look)


async def test_the_button_of_the_question_finds_the_job(
    start_paid: Start, oxen: OxenService, tmp_path: Path
) -> None:
    async with start_paid() as studio:
        await lose(studio, oxen, tmp_path)
        studio.click_row(0, RowAction.DETAILS)
        question = studio.window.queue_panel.explaining.question
        assert ": not in the service's list. It may appear there later." in question.text()
        held = oxen.fault(LIST, "hold_answer")
        question.look.click()
        await until(lambda: not question.look.isEnabled())
        assert question.look.text() == "Looking in the service's list…"
        assert "not in the service's list" not in question.text()
        held.released.set()
        await until(lambda: studio.states[0] is JobState.DONE)
        assert not question.isVisible()
    assert len(oxen.accepted) == 1


async def test_a_list_that_cannot_be_read_is_told_where_it_was_asked_for(
    start_paid: Start, oxen: OxenService, tmp_path: Path
) -> None:
    async with start_paid() as studio:
        await lose(studio, oxen, tmp_path)
        studio.click_row(0, RowAction.DETAILS)
        question = studio.window.queue_panel.explaining.question
        oxen.fault(LIST, "answer", answer=Answer.of({"error": {"title": "who?"}}, 401))
        question.look.click()
        await until(lambda: "could not be read. Oxen refuses the key (401)" in question.text())
        assert question.look.isEnabled()
        assert studio.states == [JobState.HELD]
