"""The HTTP trouble of the services in our words.

httpx is imported on first use: a start that sends nothing does not wait for it.
"""

import contextlib
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from depthstudio.core.errors import (
    AuthError,
    BadResponse,
    ProviderError,
    RateLimited,
    ServiceUnavailable,
)

if TYPE_CHECKING:
    import httpx

DEFAULT_RETRY_AFTER_S = 60.0
LONGEST_RETRY_AFTER_S = 7 * 24 * 3600.0  # beyond a week a header is wrong, not patient
DETAIL_CHARACTERS = 500

_CREDENTIAL_HEADERS = ("authorization", "x-api-key", "cookie")


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextlib.contextmanager
def translated_errors(
    service: str, *, now: Callable[[], datetime] = utc_now
) -> Generator[None, None, None]:
    """Turn what httpx raises inside into a `ProviderError` about `service`.

    `may_have_run` is False only where the service provably did not start: no connection
    was made, or it answered that it refuses. Call ``response.raise_for_status()`` inside.
    """
    import httpx

    try:
        yield
    except httpx.HTTPStatusError as error:
        raise _from_status(service, error.response, now) from error
    except httpx.RequestError as error:
        raise _from_transport(service, error) from error
    except httpx.InvalidURL as error:
        raise ServiceUnavailable(
            f"The address of {service} is not valid",
            hint="Check the endpoint in Settings",
            detail=str(error),
            may_have_run=False,
        ) from error


def retry_after_s(header: str | None, now: datetime) -> float:
    """Seconds to wait, from a Retry-After header: seconds, an HTTP date, or nothing usable."""
    wait_s = DEFAULT_RETRY_AFTER_S
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        # More digits than this cannot be a wait, and a float has no room for thousands.
        wait_s = float(text[:12])
    elif text:
        from email.utils import parsedate_to_datetime  # slow to import, and seldom needed

        with contextlib.suppress(ValueError, OverflowError):
            moment = parsedate_to_datetime(text)
            wait_s = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return min(max(wait_s, 0.0), LONGEST_RETRY_AFTER_S)


def _from_transport(service: str, error: "httpx.RequestError") -> ProviderError:
    """An error without an answer: what matters is whether the request had left."""
    import httpx

    detail = f"{type(error).__name__}: {error}"
    if isinstance(error, httpx.DecodingError | httpx.TooManyRedirects):
        return BadResponse(f"{service} sent an answer that cannot be read", detail=detail)
    before_sending = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
    )
    may_have_run = not isinstance(error, before_sending)
    if isinstance(error, httpx.TimeoutException) and may_have_run:
        message, hint = f"{service} did not answer in time", "Try again in a moment"
    elif may_have_run:
        message, hint = f"The connection to {service} broke off", "Check the network"
    else:
        message, hint = f"{service} cannot be reached", "Check the network and the endpoint"
    return ServiceUnavailable(message, hint=hint, detail=detail, may_have_run=may_have_run)


def _from_status(
    service: str, response: "httpx.Response", now: Callable[[], datetime]
) -> ProviderError:
    """An answer that is not a success."""
    from http import HTTPStatus  # slow to import, and httpx has it by now

    status = response.status_code
    detail = f"HTTP {status} {_excerpt(response)}".strip()
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return AuthError(
            f"{service} refuses the key ({status})",
            hint="Check the key in Settings, Keys",
            detail=detail,
            may_have_run=False,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        moment = now()
        wait_s = retry_after_s(response.headers.get("Retry-After"), moment)
        return RateLimited(
            f"{service} has had too many requests",
            until=moment + timedelta(seconds=wait_s),
            hint="It goes on by itself",
            detail=detail,
        )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return ServiceUnavailable(
            f"{service} has trouble of its own ({status})", hint="Try again later", detail=detail
        )
    if status >= HTTPStatus.BAD_REQUEST:
        return ProviderError(
            f"{service} refused the request ({status})",
            hint="Check the parameters; Details shows its answer",
            detail=detail,
            may_have_run=False,
        )
    return BadResponse(f"{service} gave an unexpected answer ({status})", detail=detail)


def _excerpt(response: "httpx.Response") -> str:
    """The start of an answer for developers, without any key it may repeat."""
    import httpx

    try:
        text = response.text
    except httpx.ResponseNotRead:
        return ""
    for name in _CREDENTIAL_HEADERS:
        value = response.request.headers.get(name, "")
        # “Bearer abc” may come back whole, or only the key itself.
        for secret in filter(None, (value, value.rpartition(" ")[2])):
            text = text.replace(secret, "…")
    return text[:DETAIL_CHARACTERS]
