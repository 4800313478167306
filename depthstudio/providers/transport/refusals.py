"""What the answers mean that are not a success. Imported with the first of them."""

from datetime import datetime
from http import HTTPStatus

import httpx

from depthstudio.core.errors import (
    AuthError,
    BadResponse,
    ProviderError,
    RateLimited,
    ServiceUnavailable,
)
from depthstudio.providers.transport.answers import start_of
from depthstudio.providers.transport.redaction import redacted, secrets_of
from depthstudio.providers.transport.retry_after import asked_wait_s, retry_after_s, wake_up
from depthstudio.providers.transport.server_words import server_words
from depthstudio.providers.transport.web_page import SIGN_IN_HINT

DETAIL_CHARACTERS = 500

_SENTENCES: dict[int, str] = {
    HTTPStatus.PAYMENT_REQUIRED: "{service} asks for credit",
    HTTPStatus.NOT_FOUND: "{service} has nothing at this address",
    HTTPStatus.METHOD_NOT_ALLOWED: "{service} does not answer this at its address",
    HTTPStatus.GONE: "{service} no longer has this",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "{service} finds this too large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "{service} does not take this kind of file",
}
_HINTS: dict[int, str] = {
    HTTPStatus.PAYMENT_REQUIRED: "Add credit to your account at the service, then run it again",
    HTTPStatus.NOT_FOUND: "Check the server's address; Details shows its answer",
    HTTPStatus.METHOD_NOT_ALLOWED: "Check the server's address; Details shows its answer",
    HTTPStatus.GONE: "Run it again if it is gone for good",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Send a smaller picture or a shorter video",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send a JPEG or PNG picture, or an MP4 video",
}


def refusal(service: str, response: httpx.Response, now: datetime) -> ProviderError:
    """The error for an answer that is not a success.

    `may_have_run` is False only for what a server says before it starts anything.
    """
    error = _error(service, response, now)
    error.status = response.status_code
    error.retry_after_s = asked_wait_s(response.headers.get("Retry-After"), now)
    return error


def _error(service: str, response: httpx.Response, now: datetime) -> ProviderError:
    status = response.status_code
    body = _body(response)
    detail = f"HTTP {status} {body[:DETAIL_CHARACTERS]}".strip()
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return _key_refused(service, response, body, detail)
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ServiceUnavailable(
            "The proxy of this network wants a password",
            hint="Check the proxy in the settings of this computer",
            detail=detail,
            may_have_run=False,
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait_s = retry_after_s(response.headers.get("Retry-After"), now)
        return RateLimited(
            f"{service} has had too many requests",
            until=wake_up(now, wait_s),
            hint="It goes on by itself",
            detail=detail,
        )
    if _is_passing(status):
        return ServiceUnavailable(
            f"{service} has trouble of its own ({status})",
            hint=_later(status),
            detail=detail,
            # 425: it will not begin while it cannot tell a replay from the request itself.
            may_have_run=status != HTTPStatus.TOO_EARLY,
        )
    if status >= HTTPStatus.BAD_REQUEST:
        return _refused(service, response, body, detail)
    # A redirect, if anything: of a service that moved, or of a network that wants a sign-in.
    return BadResponse(
        f"{service} gave an unexpected answer ({status})", hint=SIGN_IN_HINT, detail=detail
    )


def _key_refused(service: str, response: httpx.Response, body: str, detail: str) -> AuthError:
    """401: nobody knows this key. 403: it is known, and may not; the service says why."""
    message = f"{service} refuses the key ({response.status_code})"
    hint = "Give the key again in Preferences, Keys, or check its environment variable"
    if response.status_code == HTTPStatus.FORBIDDEN:
        words = server_words(body, response.headers.get("Content-Type", ""))
        message = f"{message}: {words}" if words else message
        hint = (
            "Check at the service what this key may do and whether there is credit, or give "
            "another in Preferences, Keys"
        )
    return AuthError(message, hint=hint, detail=detail, may_have_run=False)


def _is_passing(status: int) -> bool:
    early = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY)
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in early


def _later(status: int) -> str:
    is_sign_in = status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED
    return SIGN_IN_HINT if is_sign_in else "Try again later"


def _refused(service: str, response: httpx.Response, body: str, detail: str) -> ProviderError:
    status = response.status_code
    sentence = _SENTENCES.get(status, "{service} refused the request")
    message = f"{sentence.format(service=service)} ({status})"
    words = server_words(body, response.headers.get("Content-Type", ""))
    return ProviderError(
        f"{message}: {words}" if words else message,
        hint=_HINTS.get(status, "Check the parameters; Details shows its answer"),
        detail=detail,
        may_have_run=False,
    )


def _body(response: httpx.Response) -> str:
    """The start of an answer, without any key it may repeat."""
    try:
        text = start_of(response)
    except httpx.ResponseNotRead:
        return ""
    return redacted(text, secrets_of(response.request))
