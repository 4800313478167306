"""Keeps secrets out of everything that is shown, written down or sent in a report."""

import logging
import re
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_plus

from depthstudio.providers.transport.extensions import SECRETS

if TYPE_CHECKING:
    import httpx

HIDDEN = "…"
LEAST_VALUE = 6  # characters: hidden wherever it stands

_SECRET_HEADERS = ("authorization", "proxy-authorization", "x-hf-authorization", "x-api-key")
_SECRET_HEADERS_WHOLE = ("cookie",)
_QUERY_VALUE = re.compile(r"""([?&;]|&amp;)([\w.~%-]{1,80})=([^&;\s"'<>\\]+)""")
_QUERY_WORDS = (
    "token", "sig", "secret", "passw", "credential", "auth", "session", "key", "policy", "accessid",
    "hmac",
)  # fmt: skip
# A link that opens a file for a while is worth as much as a key: Azure's names are two letters.
_QUERY_NAMES = frozenset(
    ("se", "sp", "sv", "sr", "st", "spr", "sip", "skt", "ske", "sks", "skv", "skoid", "sktid",
     "exp", "expires", "expiry")
)  # fmt: skip
_QUERY_PREFIXES = ("x-amz-", "x-goog-", "x-oss-", "x-ms-")
_USER_IN_URL = re.compile(r"""(\b[a-z][a-z0-9+.-]{0,20}://)[^/\s@"'<>]{1,500}@""", re.IGNORECASE)
_SCHEME_AND_KEY = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{4,}", re.IGNORECASE)
# “Key” is also a word: only what stands in a header, or looks like a key of fal's, is one.
_HEADER = re.compile(
    r"""(\b(?:proxy-|x-hf-)?authorization\b["']?\s{0,9}[:=,]\s{0,9}b?["']?\w{0,20})"""
    r"""\s[\w.~+/=:-]{4,}""",
    re.IGNORECASE,
)
_FAL_KEY = re.compile(r"\b[0-9a-f]{8}-[0-9a-f-]{22,30}:[0-9a-f]{16,}", re.IGNORECASE)
_SIGNED_TOKEN = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{2,}\.[\w-]*")
_NAMED = re.compile(
    r"""(\\?["']\w{0,30}(?:token|secret|password|api_?key|authorization)\w{0,30}\\?["']"""
    r"""\s{0,9}:\s{0,9}\\?["'])[^"'\\]{4,}""",
    re.IGNORECASE,
)
# A picture, whole: it is the user's, and nothing a message could say.
_DATA_URI = re.compile(
    r"""\b(data:[\w.+/-]{0,100}(?:;[\w.=+-]{0,100}){0,5}),[^\s"'<>\\)]+(?:\\/[^\s"'<>\\)]+)*""",
    re.IGNORECASE,
)
_LONG_CODE = re.compile(r"(?:[A-Za-z0-9+/_=-]|\\/|%2[BbFf]|%3[Dd]){200,}")


@dataclass(frozen=True)
class _Hidden:
    """What no text may say while one job is worked on."""

    places: frozenset[str] = frozenset()  # addresses without their queries
    words: frozenset[str] = frozenset()


_hidden: ContextVar[_Hidden] = ContextVar("hidden", default=_Hidden())  # noqa: B039, never changed


def hide_queries(addresses: Iterable[str]) -> None:
    """Have `redacted` hide the queries of these too, for the rest of the task and what it starts.

    What the user gives an address of may open for its query, whatever the names in it; a service
    that cannot fetch it repeats the address.
    """
    known = _hidden.get()
    given = [address.partition("#")[0] for address in addresses]
    places = {place for place, mark, _ in (one.partition("?") for one in given) if mark}
    words = {word for one in given for word in _words_of_query(one.partition("?")[2])}
    _hidden.set(_Hidden(known.places | places, known.words | words))


def _words_of_query(query: str) -> set[str]:
    """The whole of it, each pair, and each value that is too long to be an everyday word."""
    pairs = re.split("[&;]", query)
    values = [value or name for name, _, value in (pair.partition("=") for pair in pairs)]
    long = {text for value in values for text in (value, unquote(value), unquote_plus(value))}
    with_values = {pair for pair in pairs if pair.partition("=")[2]}
    return {query, *with_values, *(text for text in long if len(text) >= LEAST_VALUE)} - {""}


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without any of `secrets`, what looks like one, and pictures in data URIs."""
    hidden = _hidden.get()
    for place in hidden.places:
        # However much of it is repeated, and however it is escaped there.
        text = re.sub(rf"({re.escape(place)}\?)[^\s\"'<>]+", rf"\1{HIDDEN}", text)
    # The longest first: “Bearer abc” holds “abc”.
    for secret in sorted({*filter(None, secrets), *hidden.words}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN).replace(quote(secret, safe=""), HIDDEN)
    text = _LONG_CODE.sub(HIDDEN, _DATA_URI.sub(rf"\1,{HIDDEN}", text))
    text = _NAMED.sub(rf"\1{HIDDEN}", _HEADER.sub(rf"\1 {HIDDEN}", text))
    text = _SIGNED_TOKEN.sub(HIDDEN, _FAL_KEY.sub(HIDDEN, text))
    text = _SCHEME_AND_KEY.sub(rf"\1 {HIDDEN}", text)
    text = _USER_IN_URL.sub(rf"\1{HIDDEN}@", text)
    return _QUERY_VALUE.sub(_without_credential, text)


def _without_credential(match: re.Match[str]) -> str:
    name = match[2].lower()
    is_secret = (
        name.startswith(_QUERY_PREFIXES)
        or name in _QUERY_NAMES
        or any(word in name for word in _QUERY_WORDS)
    )
    return f"{match[1]}{match[2]}={HIDDEN}" if is_secret else match[0]


def secrets_of(request: "httpx.Request") -> set[str]:
    """Everything in a request that says who asks."""
    found = set(request.extensions.get(SECRETS, ()))
    for name in _SECRET_HEADERS:
        found |= words_of(request.headers.get(name, ""))
    found |= {request.headers.get(name, "") for name in _SECRET_HEADERS_WHOLE}
    return found - {""}


def words_of(value: str) -> set[str]:
    """A header's value and the key in it: “Bearer abc” may come back whole, or only “abc”."""
    return {value, value.rpartition(" ")[2]} - {""}


def keep_secrets_out_of_logs() -> None:
    """See to what httpx logs: whole addresses, and under it every header of an answer."""
    logging.getLogger("httpx").addFilter(_redact_record)
    logging.getLogger("httpcore").setLevel(logging.WARNING)


def _redact_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = redacted(record.getMessage()), ()
    return True
