"""A Space, or any other Gradio server, as a provider uses it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from depthstudio.core.errors import AuthError, BadResponse, ServiceUnavailable
from depthstudio.core.json_shape import object_in
from depthstudio.core.record import Json
from depthstudio.providers.base import Health, Reach
from depthstudio.providers.gradio.account import HUB, HUB_URL, PASSWORD, SPACE, TOKEN, USER
from depthstudio.providers.gradio.address import address_of
from depthstudio.providers.gradio.app import App, Function, read_app
from depthstudio.providers.gradio.hub import origin_of
from depthstudio.providers.gradio.session import GradioSession
from depthstudio.providers.transport.answers import json_answer
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.repeat import repeated


@dataclass(frozen=True)
class Space:
    """A server that has said what it offers."""

    reach: Reach
    app: App
    service: str

    def session(self, session_hash: str = "") -> GradioSession:
        """A new session, or one that was begun before."""
        has_token = bool(self.reach.secrets.get(TOKEN.name))
        return GradioSession(
            self.reach, self.app, self.service, has_token=has_token, session_hash=session_hash
        )

    def profile(self, *names: str) -> str:
        """A name for the shape of these functions: the same wherever they take the same."""
        shape = [(name, *self.app.function(name).names) for name in names if self.app.has(name)]
        return sha256(repr(shape).encode()).hexdigest()[:12]


async def connect(reach: Reach, service: str, needs: Sequence[str]) -> Space:
    """Find the server, log in where it asks for that, and read what it offers.

    Raises
    ------
    ProviderHeld
        when it will be there in a while
    BadResponse
        when it is no Gradio server, or lacks one of the functions `needs`
    """
    address = address_of(reach.endpoints[SPACE])
    origin = await origin_of(reach, address, reach.endpoints.get(HUB, HUB_URL), service)
    config = await _ask(reach, f"{origin}/config", service, origin)
    prefix = config.get("api_prefix") or ""
    info = await _ask(reach, f"{origin}{prefix}/info", service, origin)
    app = read_app(origin, config, info)
    if missing := [name for name in needs if not app.has(name)]:
        raise BadResponse(
            f"The server at {address} is another app: it has no {missing[0]}",
            hint="Check its address",
            detail=f"gradio {app.version} at {origin}",
            may_have_run=False,
        )
    return Space(reach, app, service)


async def health_of(reach: Reach, service: str, needs: Sequence[str]) -> Health:
    """Whether the server answers, and is the right one."""
    before = reach.now()
    space = await connect(reach, service, needs)
    latency_s = (reach.now() - before).total_seconds()
    version = space.app.version
    return Health(ok=True, message=f"Gradio {version} at {space.app.origin}", latency_s=latency_s)


async def _ask(reach: Reach, url: str, service: str, origin: str) -> Mapping[str, Any]:
    async def ask() -> Mapping[str, Any]:
        with translated_errors(service, now=reach.now):
            response = await reach.http.get(url)
            if response.status_code == 401:
                await _log_in(reach, service, origin)
                response = await reach.http.get(url)
            if response.is_redirect:
                raise BadResponse(
                    f"{origin} sends us elsewhere",
                    hint="Use the address it leads to",
                    detail=response.headers.get("location", ""),
                    may_have_run=False,
                )
            response.raise_for_status()
        return object_in(json_answer(response, service))

    return await repeated(reach, service, ask)


async def _log_in(reach: Reach, service: str, origin: str) -> None:
    """Get the cookies that a server with a password gives. Called inside `translated_errors`."""
    form = {
        "username": reach.secrets.get(USER.name, ""),
        "password": reach.secrets.get(PASSWORD.name, ""),
    }
    if not all(form.values()):
        raise AuthError(
            f"{service} asks for a name and password",
            hint="Give both in the inspector; they are kept until the program ends",
            may_have_run=False,
        )
    response = await reach.http.post(f"{origin}/login", data=form)
    if response.status_code == 400:
        raise AuthError(
            f"{service} does not know this name and password",
            hint="Give them again",
            may_have_run=False,
        )
    if not response.is_success:
        # Not in its own words: they may repeat what they complain about.
        error = ServiceUnavailable(
            f"{service} has trouble with the login ({response.status_code})",
            hint="Try again later",
            may_have_run=False,
        )
        error.status = response.status_code
        raise error


def named_arguments(function: Function, values: Mapping[str, Json]) -> list[Json]:
    """The arguments of a call, without those values that this server has no parameter for."""
    return function.arguments({k: v for k, v in values.items() if k in function.names})
