"""Keeps secrets out of everything that is shown, written down or sent in a report."""

import logging
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

from depthstudio.providers.transport.extensions import SECRETS

if TYPE_CHECKING:
    import httpx

HIDDEN = "…"

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


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without any of `secrets`, what looks like one, and pictures in data URIs."""
    # The longest first: “Bearer abc” holds “abc”.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
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
