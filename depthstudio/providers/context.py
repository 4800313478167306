"""What a provider is given to work with."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from depthstudio.core.job import Checkpoint, Progress, Source
from depthstudio.core.record import Json
from depthstudio.providers.cancel_answer import CancelAnswer

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")


class Reach(Protocol):
    """What it takes to ask a service something that makes no job."""

    @property
    def endpoints(self) -> Mapping[str, str]:
        """Where the servers are: the provider's own, or what the user put instead."""
        ...

    @property
    def http(self) -> "httpx.AsyncClient":
        """The client of this provider and credential."""
        ...

    @property
    def secrets(self) -> Mapping[str, str]:
        """What the user has given of the provider's secrets, by name."""
        ...

    def now(self) -> datetime:
        """The moment it is, in UTC; a test may stop this clock."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait on the same clock."""
        ...


class Context(Reach, Protocol):
    """What one job gives its provider. Lives as long as the job runs."""

    @property
    def folder(self) -> Path:
        """A folder of this job; artifacts are written here."""
        ...

    @property
    def sources(self) -> Sequence[Source]:
        """What the job is made of, for a re-attached one that still has steps to send."""
        ...

    @property
    def checkpoint(self) -> Checkpoint:
        """Every remote id recorded so far."""
        ...

    async def remember(self, step: str, ids: Mapping[str, Json]) -> None:
        """Write down what a step brought that starts no work, such as an upload."""
        ...

    async def web_address(self, source: Source, path: Path | None = None) -> str:
        """An https address at which the service can fetch a source.

        One from the web has its own. A file, or what at `path` was made of it to be sent in
        its place, is put on the host the user agreed to, once: a later attempt at this job
        gets the same address for as long as it holds.

        Raises
        ------
        UsageError
            when the user agreed to none
        ProviderError
            when the host cannot be reached, or refuses
        """
        ...

    async def met_server(self, profile: str) -> None:
        """Say which shape of server this is, before anything is sent to it.

        A profile other than the one last seen there makes another question of the job,
        which the library may know the answer to: then this does not return.
        """
        ...

    def report(self, progress: Progress) -> None:
        """Say how far the job is. Cheap: call it as often as there is news."""
        ...

    def note(self, text: str) -> None:
        """Leave a word for the row: what cancelling really did, or a warning."""
        ...

    async def submit(
        self, step: str, send: Callable[[], Awaitable[Mapping[str, Json]]]
    ) -> Mapping[str, Json]:
        """Send a request that starts work, and record the ids it brings, as one unit.

        The intent is on disk before `send` runs, the ids before this returns. A cancel
        that arrives meanwhile takes effect afterwards, so the ids are always in
        `checkpoint` when the provider has to cancel remotely. A `ProviderError` with
        ``may_have_run=False`` takes the intent back; any other makes the submit
        `SubmitUnknown`, which only a person resolves.
        """
        ...

    async def cancel_remotely(self, ask: Callable[[], Awaitable[CancelAnswer]]) -> None:
        """In ``except CancelledError``, before re-raising: tell the service to stop.

        The words of what `ask` returns become the row's note. It gets five seconds. Does
        nothing when the user did not cancel but only left the program: the work is re-attached
        next time. So it is after a cancel that the service did not hear, or that came too late.
        """
        ...

    async def in_thread(self, work: Callable[["CancelFlag"], T]) -> T:
        """Run blocking work off the loop; cancelling sets the flag it is given."""
        ...


class CancelFlag(Protocol):
    """Lets blocking work notice that nobody waits for it any more."""

    def check(self) -> None:
        """Raise `CancelledError` if the job was cancelled."""
        ...
