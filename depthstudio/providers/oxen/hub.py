"""Oxen's server: what is asked of it, and the little it says of itself."""

from dataclasses import dataclass
from typing import Any

from depthstudio.core.errors import KeyMissing
from depthstudio.providers.base import Reach
from depthstudio.providers.oxen.refusals import oxen_errors
from depthstudio.providers.transport.answers import json_answer
from depthstudio.providers.transport.repeat import repeated

SERVICE = "Oxen"


@dataclass(frozen=True)
class Hub:
    """The server at an address, which has no slash at its end."""

    reach: Reach
    url: str
    service: str = SERVICE

    @classmethod
    def at(cls, reach: Reach, endpoint: str, service: str = SERVICE) -> "Hub":
        """The server whose address stands under the name of this endpoint."""
        return cls(reach, reach.endpoints[endpoint].rstrip("/"), service)

    async def call(self, method: str, path: str, *, body: Any = None) -> Any:
        """One request, sent once, and the JSON of its answer.

        Raises
        ------
        ProviderError
            as `oxen_errors` and `json_answer` have it
        """
        with oxen_errors(self.service, self.reach.now):
            response = await self.reach.http.request(method, f"{self.url}{path}", json=body)
            response.raise_for_status()
        return json_answer(response, self.service)

    async def look_up(self, path: str) -> Any:
        """What a GET answers, asked again where that may help; see `repeated`."""
        return await repeated(self.reach, self.service, lambda: self.call("GET", path))

    def require_key(self, name: str) -> None:
        """Raise `KeyMissing` before the service does, in words that say what to do."""
        if not self.reach.secrets.get(name):
            raise KeyMissing(f"{self.service} needs its key", hint="Give it under Keys")
