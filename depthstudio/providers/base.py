"""What a provider is, and what it is given to work with."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import NotOffered
from depthstudio.core.job import Checkpoint, Progress, Source
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params
from depthstudio.core.record import Json
from depthstudio.core.views import Views
from depthstudio.providers.cancel_answer import CancelAnswer
from depthstudio.providers.lost import LostStep, Search

if TYPE_CHECKING:
    import httpx

P = TypeVar("P", bound=Params)
T = TypeVar("T")


@dataclass(frozen=True)
class Licence:
    """Under which terms results may be used; `commercial` is None when nobody says."""

    text: str
    commercial: bool | None


@dataclass(frozen=True)
class Product:
    """One kind of output, as the card shows it: a word and the name of its icon."""

    kind: str  # depth, cloud, surface, parts, cameras, video
    label: str


@dataclass(frozen=True)
class Secret:
    """Something only the user has, such as a key. Where it is kept is not the provider's affair.

    `variable` is the environment variable it is usually found in.
    """

    name: str
    label: str
    variable: str = ""
    help: str = ""
    absent: str = ""  # what it means that there is none
    is_needed: bool = False
    page: str = ""  # https address where the user finds it


@dataclass(frozen=True)
class Credential:
    """Headers that say who asks, and the only hosts that may see them.

    A host is a name (``huggingface.co``), a name with its port (``127.0.0.1:7860``), or
    everything below a name (``*.hf.space``).
    """

    headers: Mapping[str, str] = field(repr=False)
    hosts: frozenset[str]


@dataclass(frozen=True)
class ProviderInfo:
    """What the user should know before Run. Everything the card shows comes from here."""

    id: str
    title: str
    version: str  # of our recipe: a change makes new cache keys
    subtitle: str
    accepts: frozenset[str]  # media types
    produces: tuple[Product, ...]
    licence: Licence
    price: str
    icon: str = "cube-outline"  # a Material Design icon name
    note: str = ""
    page: str = ""  # https address with more
    privacy: str = ""  # what leaves this computer, and where it stays
    quota: str = ""  # how much may be asked for
    endpoints: Mapping[str, str] = field(default_factory=dict[str, str])  # "": the user's to say
    # What else of its server nobody could look up, such as a path: the user can change it. At
    # run time these stand among the endpoints.
    wiring: Mapping[str, str] = field(default_factory=dict[str, str])
    history: str = ""  # https address where users see at the service what they ran there
    # Steps whose work the service lists, so that `find_lost` can find one that got no answer.
    listed_steps: frozenset[str] = frozenset()
    keeps_jobs: bool = False  # it works on and keeps results while nobody listens
    takes_urls: bool = False  # as sources, beside files
    needs_web_address: bool = False  # a file of this computer has to be put on a host first
    asks_only: frozenset[str] = frozenset()  # endpoints that get nothing of the user's files
    space_endpoints: frozenset[str] = frozenset()  # those that a Space's owner/name will do for
    secrets: tuple[Secret, ...] = ()
    actions: frozenset[str] = frozenset()  # what can be asked of a live result
    max_sources: int = 1
    max_parallel: int = 1

    def addresses(self, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
        """Endpoints and wiring by name, those the user chose in place of the provider's own.

        What `chosen` has beside them belongs to somebody else, such as a host.
        """
        own = {**self.endpoints, **self.wiring}
        return {name: (chosen or {}).get(name, default) for name, default in own.items()}

    def missing_address(self, chosen: Mapping[str, str] | None = None) -> str:
        """The name of the first endpoint that nobody has given; "" when there are all."""
        addresses = self.addresses(chosen)
        return next((name for name in self.endpoints if not addresses[name]), "")

    @property
    def runs_locally(self) -> bool:
        """Nothing leaves this computer and nothing is paid: a drop may run at once."""
        return not self.endpoints and not self.secrets


@dataclass(frozen=True)
class Health:
    """What `check` found out."""

    ok: bool
    message: str
    latency_s: float | None = None


@dataclass(frozen=True)
class LiveSchema:
    """What a server offers now: its parameters as JSON Schema, and a name for its shape."""

    schema: Mapping[str, Any]
    profile: str = ""


@dataclass(frozen=True)
class Answer:
    """What a live remote session answered to an action."""

    values: Mapping[str, Json]


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


class Provider(ABC, Generic[P]):
    """Turns a job's sources into artifacts, and artifacts into views."""

    info: ClassVar[ProviderInfo]
    params_type: type[P]

    @abstractmethod
    async def fetch(self, sources: Sequence[Source], params: P, ctx: Context) -> list[Artifact]:
        """Prepare, upload, submit, follow, download. Cancelled with `task.cancel()`."""

    async def reattach(self, checkpoint: Checkpoint, params: P, ctx: Context) -> list[Artifact]:
        """Follow work that an earlier process submitted, without submitting again.

        Raises
        ------
        ResultLost
            when the service cannot bring it back
        """
        raise NotOffered(f"{self.info.title} has nothing to re-attach to")

    @abstractmethod
    def decode(self, artifacts: Sequence[Artifact], params: P) -> Views:
        """Turn artifacts into views. Pure and offline; blocking, so call it in a thread."""

    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        """What `Context.http` sends along, and to whom."""
        return None

    def jobs_of(self, params: P) -> list[P]:
        """The parameters of each job that one Run makes; chance is settled here."""
        return [params]

    def forecast(self, sources: Sequence[Source], params: P) -> str:
        """What a run would send, in a few words, as “24 frames at 12 fps”."""
        return ""

    async def check(self, reach: Reach) -> Health:
        """Does the endpoint answer, is the key good? Costs nothing."""
        return Health(ok=True, message="Runs on this computer")

    async def describe(self, reach: Reach) -> LiveSchema:
        """What this server offers now."""
        return LiveSchema(schema_of(self.params_type))

    async def find_lost(self, lost: LostStep, params: P, reach: Reach) -> Search:
        """Look in the service's own list for a submit whose answer never came. Sends nothing.

        Only what can be no other job is found; see `LostStep` for what tells them apart.
        """
        raise NotOffered(f"{self.info.title} has no list to look in")

    async def interact(
        self, checkpoint: Checkpoint, action: Mapping[str, Json], reach: Reach
    ) -> Answer:
        """Ask a remote session that is still alive, such as a measurement."""
        raise NotOffered(f"{self.info.title} offers no actions on a finished result")
