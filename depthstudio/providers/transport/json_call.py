"""Asks services in JSON, once or until they answer."""

from collections.abc import Mapping
from typing import Any

from depthstudio.providers.base import Reach
from depthstudio.providers.transport.answers import json_answer
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.repeat import repeated


async def call_json(
    reach: Reach,
    service: str,
    method: str,
    url: str,
    *,
    body: Any = None,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    """One request, sent once, and the JSON of its answer. Any status of success will do.

    Raises
    ------
    ProviderError
        as `translated_errors` and `json_answer` have it
    """
    import httpx

    with translated_errors(service, now=reach.now):
        where = httpx.URL(url)
        response = await reach.http.request(
            method,
            where.copy_merge_params(params) if params else where,
            json=body,
            headers=headers,
        )
        response.raise_for_status()
    return json_answer(response, service)


async def get_json(
    reach: Reach,
    service: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    attempts: int = 5,
) -> Any:
    """The JSON at an address, asked for again where that may help; see `repeated`."""
    return await repeated(
        reach,
        service,
        lambda: call_json(reach, service, "GET", url, params=params),
        attempts=attempts,
    )
