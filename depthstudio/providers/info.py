"""What is said of a provider, and what it answers to questions that make no job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from depthstudio.core.record import Json


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
