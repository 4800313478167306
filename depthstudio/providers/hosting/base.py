"""What a host is: it takes a file and says under which address a service can fetch it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from depthstudio.providers.base import Credential, Reach, Secret


@dataclass(frozen=True)
class HostInfo:
    """What the user should know before agreeing. The question shows all of it.

    privacy : who can see the file there, and for how long, in plain words
    """

    id: str
    title: str
    privacy: str
    max_bytes: int
    endpoints: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: tuple[Secret, ...] = ()
    page: str = ""  # https address with more

    def addresses(self, chosen: Mapping[str, str] | None = None) -> dict[str, str]:
        """Its endpoints by name, those the user chose in place of the host's own."""
        given = chosen or {}
        return {name: given.get(name, default) for name, default in self.endpoints.items()}


@dataclass(frozen=True)
class Hosted:
    """A file on the web; `until` is None where the host does not say how long."""

    url: str
    until: datetime | None = None


class Host(ABC):
    """Gives files an address. Its names are of our making: the user's stay here."""

    info: ClassVar[HostInfo]

    @abstractmethod
    def credential(
        self, secrets: Mapping[str, str], endpoints: Mapping[str, str]
    ) -> Credential | None:
        """What is sent along to the host, and to whom."""

    @abstractmethod
    async def put(
        self,
        reach: Reach,
        path: Path,
        *,
        name: str,
        media_type: str,
        progress: Callable[[int, int], None],
    ) -> Hosted:
        """Put a file there under `name`, a plain name that nobody else has.

        `progress` gets the bytes sent and of how many.

        Raises
        ------
        ProviderError
            when the host cannot be reached, or refuses
        """
