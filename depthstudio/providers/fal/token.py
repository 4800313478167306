"""The token that fal's storage is spoken to with, which the key is changed for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from depthstudio.core.errors import BadResponse
from depthstudio.providers.base import Credential
from depthstudio.providers.transport.result_address import is_own, origin_of

STORAGE_HOSTS = "fal.media"
LONGEST_TOKEN = 10_000
LEAST_LEFT = timedelta(seconds=30)


@dataclass(frozen=True, repr=False)
class Token:
    """Good until `expires_at` (None: nobody says), for the hosts of the storage alone."""

    credential: Credential
    base_url: str
    expires_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        return self.expires_at is None or self.expires_at - now > LEAST_LEFT


def token_in(service: str, answer: Mapping[str, Any], cdn_url: str) -> Token:
    """The token in an answer.

    Raises
    ------
    BadResponse
        when there is none, or it is for a place that is not fal's storage
    """
    token, kind = answer.get("token"), answer.get("token_type")
    if not _is_word(token) or not _is_word(kind):
        raise BadResponse(f"{service} gave no token for uploads", hint="Run it again")
    hosts = {f"*.{STORAGE_HOSTS}", urlsplit(cdn_url).netloc.lower()}
    return Token(
        Credential({"Authorization": f"{kind} {token}"}, frozenset(hosts)),
        storage_address(service, answer.get("base_url"), cdn_url).rstrip("/"),
        _moment(answer.get("expires_at")),
    )


def storage_address(service: str, address: object, cdn_url: str) -> str:
    """An address the storage gave, if it lies there: at `cdn_url`, or by https at fal.media.

    Raises
    ------
    BadResponse
        when it lies elsewhere; it is not repeated
    """
    if isinstance(address, str):
        scheme, host, port = origin_of(address)
        is_fal = scheme == "https" and port == 443 and host.endswith(f".{STORAGE_HOSTS}")
        if is_fal or is_own(address, [cdn_url]):
            return address
    raise BadResponse(
        f"{service} gave an address that is not its own storage",
        hint="Run it again; if it goes on, tell fal",
    )


def _is_word(value: object) -> bool:
    """Whether it can stand in a header."""
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TOKEN:
        return False
    return value.isascii() and value.isprintable() and " " not in value


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
