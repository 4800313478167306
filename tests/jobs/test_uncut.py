import asyncio

import pytest

from depthstudio.jobs.uncut import uncut

pytestmark = pytest.mark.anyio


class Work:
    """Says when it has begun, goes on when told, and remembers whether it got to its end."""

    def __init__(self, error: Exception | None = None) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.error = error
        self.ended = False

    async def __call__(self) -> str:
        self.begun.set()
        await self.go_on.wait()
        self.ended = True
        if self.error:
            raise self.error
        return "done"


async def test_without_a_cancel_it_gives_the_result() -> None:
    work = Work()
    work.go_on.set()

    assert await uncut(work()) == "done"


async def test_an_error_of_the_work_is_raised() -> None:
    work = Work(ValueError("broken"))
    work.go_on.set()

    with pytest.raises(ValueError, match="broken"):
        await uncut(work())


@pytest.mark.parametrize("cancels", [1, 3])
async def test_however_often_it_is_cancelled_the_work_ends_first(cancels: int) -> None:
    work = Work()
    task = asyncio.create_task(uncut(work()))
    await work.begun.wait()
    for _ in range(cancels):
        task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not task.done()
    work.go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.ended


async def test_an_error_of_the_work_comes_before_the_cancel() -> None:
    work = Work(ValueError("the disk is full"))
    task = asyncio.create_task(uncut(work()))
    await work.begun.wait()
    task.cancel()
    work.go_on.set()

    with pytest.raises(ValueError, match="the disk is full"):
        await task
