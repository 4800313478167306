"""What fal says when it refuses a request, or fails at it, in our words."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import msgspec

from depthstudio.core.errors import ProviderError, ProviderHeld, RemoteJobFailed, ResultLost
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.providers.transport.answers import start_of
from depthstudio.providers.transport.redaction import redacted, secrets_of
from depthstudio.providers.transport.retry_after import wake_up
from depthstudio.providers.transport.server_words import server_words

if TYPE_CHECKING:
    import httpx

GATEWAY_WAIT_S = 15.0
LONGEST_READ = 16_384
LONGEST_START_BYTES = 64 << 10
LONGEST_JSON_BYTES = 16 << 20  # it may repeat a picture of 10 MB
MOST_MARKS = 2000  # commas and brackets in an answer that is long and yet quickly read
LONGEST_DETAIL = 500
MOST_ITEMS = 3
REQUEST_ID = "x-fal-request-id"  # fal's own servers send it, a gateway before them does not
ERROR_TYPE = "x-fal-error-type"
TIMEOUT_TYPE = "x-fal-request-timeout-type"

_PASSING = frozenset(
    {
        "request_timeout", "startup_timeout", "internal_error", "generation_timeout",
        "downstream_service_error", "downstream_service_unavailable", "internal_server_error",
    }
)  # fmt: skip
_RUN_AGAIN = "Run it again later; fal has tried it several times by itself"
_HINTS = {
    "file_download_error": "Check that the address leads to a picture that anybody may see",
    "file_too_large": "Send a smaller picture",
    "image_too_large": "Send a smaller picture",
    "image_too_small": "Send a larger picture",
    "image_load_error": "Save the picture as PNG or JPEG, then run it again",
    "content_policy_violation": "fal does not run this; send another picture",
    "client_cancelled": "Run it again if that was not meant",
}
_NO_CREDIT = ("exhausted balance", "insufficient", "top up", "user is locked")
_BALANCE_HINT = "Look at https://fal.ai/dashboard/billing, then run it again"


@dataclass(frozen=True)
class Said:
    """What fal's answer says of a failure. `kind` is its type of error, "" where it has none."""

    words: str
    kind: str
    detail: str


def said_in(response: "httpx.Response") -> Said:
    """Read an answer that is no success.

    fal's text is a string, or a list of what is wrong. Of an item only these parts are used: it
    repeats the input too, which may be a whole picture.
    """
    secrets = secrets_of(response.request)
    body: object = None
    with contextlib.suppress(msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        body = msgspec.json.decode(_soon_read(response.content))
    told = object_in(body)
    items = [object_in(item) for item in list_in(told.get("detail"))[:MOST_ITEMS]]
    kind = _short(told.get("error_type") or response.headers.get(ERROR_TYPE) or _kind_of(items))
    if told:
        kept = [{name: _short(item.get(name)) for name in ("loc", "msg", "type")} for item in items]
        rest = {name: _short(told.get(name)) for name in ("detail", "error", "message", "status")}
        plain = {**rest, "detail": kept or rest["detail"], "error_type": kind}
        text = msgspec.json.encode(plain).decode()
    else:
        text = start_of(response)[:LONGEST_READ]
    safe = redacted(text, secrets)
    return Said(
        words=server_words(safe, response.headers.get("Content-Type", "")),
        kind=kind if isinstance(kind, str) else "",
        detail=f"HTTP {response.status_code} {safe[:LONGEST_DETAIL]}".strip(),
    )


def _soon_read(content: bytes) -> bytes:
    """All of an answer that has few parts, however long they are, else the start of it."""
    if len(content) <= LONGEST_START_BYTES:
        return content
    is_soon_read = len(content) <= LONGEST_JSON_BYTES and (
        sum(content.count(mark) for mark in (b",", b"[", b"{")) <= MOST_MARKS
    )
    return content if is_soon_read else content[:LONGEST_START_BYTES]


def _short(value: object) -> object:
    """What can be said of a value in an error: the start of it."""
    if isinstance(value, str):
        return value[:LONGEST_READ]
    if items := list_in(value):
        return [_short(one) for one in items[:MOST_ITEMS] if not isinstance(one, list)]
    if told := object_in(value):
        return {name[:LONGEST_DETAIL]: _short(told[name]) for name in list(told)[:MOST_ITEMS]}
    return value if isinstance(value, int | float) else None


def _kind_of(items: Sequence[Mapping[str, Any]]) -> object:
    return items[0].get("type") if items else None


def is_gateway(response: "httpx.Response") -> bool:
    """Whether a gateway answered in place of fal, as fal's own clients tell it."""
    is_down = response.status_code in (502, 503, 504)
    return is_down and REQUEST_ID not in response.headers and "nginx" in start_of(response).lower()


def submit_trouble(service: str, response: "httpx.Response", now: datetime) -> ProviderError | None:
    """What the answer to a submit means; None where it is like that of any other service.

    Of a gateway's answers only a 503 proves that nobody was asked: with a 504 the request was
    passed on and not answered in time, and a 502 may come after that too.
    """
    if response.is_success:
        return None
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE and is_gateway(response):
        return ProviderHeld(
            f"{service} cannot be reached behind its gateway ({response.status_code})",
            until=wake_up(now, GATEWAY_WAIT_S),
            hint="It goes on by itself",
            detail=said_in(response).detail,
        )
    if _is_start_deadline(response):
        return _not_begun(service, response)
    return _no_credit(service, response)


def final_failure(
    service: str, response: "httpx.Response", error: str, kind: str
) -> ProviderError | None:
    """Why there is no result, where asking again would not change that; else None.

    fal repeats the model's own answer, its status included. `error` and `kind` are what the
    queue says of the failure, "" where it knows of none: then a 5xx is trouble on the way.
    """
    status, has_failed = response.status_code, bool(error or kind)
    if response.is_success or is_gateway(response):
        return None
    if _is_start_deadline(response):
        return _not_begun(service, response)
    if status == 404 and not has_failed:
        return ResultLost(
            f"{service} no longer has this result",
            hint="It keeps results for a short while only. Run it again",
            detail=said_in(response).detail,
        )
    is_on_the_way = status in (401, 403, 408, 425, 429) or (status >= 500 and not has_failed)
    if is_on_the_way or status < 400:
        return _no_credit(service, response)
    said = said_in(response)
    return failed(service, said.words or error, said.kind or kind, detail=said.detail)


def failed(service: str, words: str, kind: str, *, detail: str = "") -> RemoteJobFailed:
    """A request that fal ran, or tried to, without a result."""
    is_passing = kind in _PASSING or kind.startswith("runner_")
    hint = _RUN_AGAIN if is_passing else "Change what it complains about, then run it again"
    error = RemoteJobFailed(
        f"{service}: {words or kind.replace('_', ' ') or 'it failed and does not say why'}",
        hint=_HINTS.get(kind, hint),
        detail=detail or kind,
    )
    error.retryable = is_passing
    return error


def _is_start_deadline(response: "httpx.Response") -> bool:
    return response.status_code == 504 and response.headers.get(TIMEOUT_TYPE, "") == "user"


def _not_begun(service: str, response: "httpx.Response") -> RemoteJobFailed:
    return RemoteJobFailed(
        f"{service} did not begin within the time you gave it",
        hint="Give it longer to begin, or run it when fewer others wait",
        detail=said_in(response).detail,
        may_have_run=False,
    )


def _no_credit(service: str, response: "httpx.Response") -> ProviderError | None:
    """fal says with a 403 that the balance is used up, which a better key would not change."""
    said = said_in(response)
    is_about_credit = any(sign in said.words.lower() for sign in _NO_CREDIT)
    if response.status_code == 402 or (response.status_code == 403 and is_about_credit):
        error = ProviderError(
            f"{service} asks for credit: {said.words or response.status_code}",
            hint=_BALANCE_HINT,
            detail=said.detail,
            may_have_run=False,
        )
        error.status = response.status_code
        return error
    return None
