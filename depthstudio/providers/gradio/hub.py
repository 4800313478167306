"""Asks the hub where a Space answers, and whether it is awake."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from depthstudio.core.errors import (
    AuthError,
    ProviderError,
    ProviderHeld,
    ServiceOffline,
    ServiceUnavailable,
)
from depthstudio.core.json_shape import object_in
from depthstudio.providers.base import Reach
from depthstudio.providers.gradio.address import Address, usual_origin
from depthstudio.providers.transport.answers import json_answer
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.repeat import repeated

WAKING_WAIT_S = 20.0
COMING = {
    "SLEEPING": "is asleep and being woken",
    "BUILDING": "is being built",
    "APP_STARTING": "is starting",
    "RUNNING_BUILDING": "",  # the old version still answers
    "RUNNING_APP_STARTING": "",
    "RUNNING": "",
}
BROKEN = {
    "PAUSED": "is paused by its owner",
    "STOPPED": "is stopped",
    "NO_APP_FILE": "has no app",
    "CONFIG_ERROR": "is configured wrongly",
    "BUILD_ERROR": "could not be built",
    "RUNTIME_ERROR": "has crashed",
    "DELETING": "is being deleted",
}


async def origin_of(reach: Reach, address: Address, hub: str, service: str) -> str:
    """Where a server answers.

    Raises
    ------
    ProviderHeld
        when the Space will be there in a while
    ServiceUnavailable
        when it will not, for a reason that its stage tells
    AuthError
        when there is no such Space, or it is not for everybody
    """
    if not address.space_id:
        return address.origin
    said = await _ask_hub(reach, address.space_id, hub, service)
    if said is None:
        return usual_origin(address.space_id)
    stage = str(object_in(said.get("runtime")).get("stage") or "")
    host = said.get("host")
    # In the clear only where the hub itself is spoken to like that, on this computer.
    is_usable = isinstance(host, str) and host.startswith(("https://", hub.partition("//")[0]))
    origin = str(host).rstrip("/") if is_usable else usual_origin(address.space_id)
    await _require_awake(reach, address.space_id, stage, origin)
    return origin


async def _ask_hub(reach: Reach, space_id: str, hub: str, service: str) -> Mapping[str, Any] | None:
    """What the hub knows of a Space; None when the hub itself has trouble."""

    async def ask() -> Mapping[str, Any]:
        with translated_errors(service, now=reach.now):
            response = await reach.http.get(f"{hub.rstrip('/')}/api/spaces/{space_id}")
            if response.status_code in (401, 403, 404):
                raise AuthError(
                    f"There is no Space {space_id}, or it is not open to everybody",
                    hint="Check its name; for a private Space give a Hugging Face token",
                    detail=f"HTTP {response.status_code}",
                    may_have_run=False,
                )
            response.raise_for_status()
        return object_in(json_answer(response, service))

    try:
        return await repeated(reach, service, ask)
    except (AuthError, ServiceOffline):
        raise
    except ProviderError:
        return None  # the Space may well answer without it


async def _require_awake(reach: Reach, space_id: str, stage: str, origin: str) -> None:
    if stage in BROKEN:
        raise ServiceUnavailable(
            f"The Space {space_id} {BROKEN[stage]}",
            hint="Duplicate it to your own account, or use another server",
            detail=f"stage {stage}",
            may_have_run=False,
        )
    if not COMING.get(stage):
        return  # awake, or a stage nobody knew yet: then the server itself will tell
    if stage == "SLEEPING":
        await _wake(reach, origin)
    raise ProviderHeld(
        f"The Space {space_id} {COMING[stage]}",
        until=reach.now() + timedelta(seconds=WAKING_WAIT_S),
        hint="It goes on by itself",
        detail=f"stage {stage}",
    )


async def _wake(reach: Reach, origin: str) -> None:
    """A visit is what wakes a Space; what it answers does not matter yet."""
    try:
        with translated_errors("The Space", now=reach.now):
            await reach.http.get(origin)
    except ProviderError:
        return
