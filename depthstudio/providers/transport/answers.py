"""Reads what services answer, and believes nothing of it unseen."""

from typing import TYPE_CHECKING, Any

import msgspec

from depthstudio.core.errors import BadResponse
from depthstudio.providers.transport.redaction import redacted, secrets_of
from depthstudio.providers.transport.web_page import SIGN_IN_HINT, is_web_page

if TYPE_CHECKING:
    import httpx

MOST_JSON_BYTES = 16 << 20
START_BYTES = 64 << 10
DEEPEST_JSON = 64
DETAIL_CHARACTERS = 300
BRACKETS = b"[]{}"
AS_ONE_KIND = bytes.maketrans(BRACKETS, b"()()")
NO_BRACKETS = bytes(byte for byte in range(256) if byte not in BRACKETS)


def json_answer(response: "httpx.Response", service: str, max_bytes: int = MOST_JSON_BYTES) -> Any:
    """The JSON in an answer that was read whole, after ``raise_for_status``.

    Raises
    ------
    BadResponse
        when it is no JSON, longer than `max_bytes`, or nested deeper than 64 levels; with
        a word about signing in when it is a web page
    """
    body = response.content
    if is_web_page(response.headers.get("Content-Type", ""), body[:64]):
        raise _unreadable(response, f"{service} answered with a web page", hint=SIGN_IN_HINT)
    if len(body) > max_bytes:
        raise _unreadable(response, f"{service} sent far too long an answer")
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise _unreadable(response, f"{service} sent an answer that cannot be read") from None
    if _is_deeper(body, DEEPEST_JSON):
        raise _unreadable(response, f"{service} sent an answer that cannot be read")
    return value


def start_of(response: "httpx.Response", length_bytes: int = START_BYTES) -> str:
    """The first text of an answer that was read; decoding all of a long one takes seconds."""
    start = response.content[:length_bytes]
    try:
        return start.decode(response.charset_encoding or "utf-8", errors="replace")
    except LookupError:  # an encoding nobody knows
        return start.decode(errors="replace")


def _is_deeper(body: bytes, deepest: int) -> bool:
    """Is anything in this JSON, which can be read, nested deeper?

    Not by walking through what was read: for the answers of a Gradio server, which list all it
    can do, that holds up the window.
    """
    if body.count(b"[") + body.count(b"{") <= deepest:
        return False
    body = body.replace(rb"\\", b"").replace(rb"\"", b"")
    outside_texts = b"".join(body.split(b'"')[::2])
    nest = outside_texts.translate(AS_ONE_KIND, NO_BRACKETS)
    for _ in range(deepest):
        nest = nest.replace(b"()", b"")  # the innermost
    return bool(nest)


def _unreadable(response: "httpx.Response", message: str, *, hint: str = "") -> BadResponse:
    safe = redacted(start_of(response), secrets_of(response.request))
    error = BadResponse(
        message,
        hint=hint or "Check the server's address; Details shows its answer",
        detail=f"HTTP {response.status_code} {safe[:DETAIL_CHARACTERS]}",
    )
    error.status = response.status_code
    return error
