"""What a provider is. What is said of it, and what it is given, stand beside this."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Generic, TypeVar

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import NotOffered
from depthstudio.core.job import Checkpoint, Source
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params
from depthstudio.core.record import Json
from depthstudio.core.views import Views
from depthstudio.providers.context import CancelFlag, Context, Reach
from depthstudio.providers.info import (
    Answer,
    Credential,
    Health,
    Licence,
    LiveSchema,
    Product,
    ProviderInfo,
    Secret,
)
from depthstudio.providers.lost import LostStep, Search

__all__ = [
    "Answer",
    "CancelFlag",
    "Context",
    "Credential",
    "Health",
    "Licence",
    "LiveSchema",
    "Product",
    "Provider",
    "ProviderInfo",
    "Reach",
    "Secret",
]

P = TypeVar("P", bound=Params)


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
