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
_QUERY_WORDS = ("token", "sig", "secret", "passw", "credential", "auth", "session", "key", "policy")
_QUERY_PREFIXES = ("x-amz-", "x-goog-", "x-oss-", "x-ms-")
_USER_IN_URL = re.compile(r"""(\b[a-z][a-z0-9+.-]{0,20}://)[^/\s@"'<>]{1,500}@""", re.IGNORECASE)
_SCHEME_AND_KEY = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]{4,}", re.IGNORECASE)


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """`text` without any of `secrets`, and without what looks like one in a URL."""
    # The longest first: “Bearer abc” holds “abc”.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN).replace(quote(secret, safe=""), HIDDEN)
    text = _SCHEME_AND_KEY.sub(rf"\1 {HIDDEN}", text)
    text = _USER_IN_URL.sub(rf"\1{HIDDEN}@", text)
    return _QUERY_VALUE.sub(_without_credential, text)


def _without_credential(match: re.Match[str]) -> str:
    name = match[2].lower()
    is_secret = name.startswith(_QUERY_PREFIXES) or any(word in name for word in _QUERY_WORDS)
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
