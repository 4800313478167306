"""What Oxen says when it refuses, found in the shapes it has for that."""

import contextlib
from collections.abc import Callable, Collection, Generator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from depthstudio.core.errors import ProviderError
from depthstudio.core.json_shape import object_in
from depthstudio.providers.transport.answers import start_of
from depthstudio.providers.transport.errors import translated_errors
from depthstudio.providers.transport.redaction import redacted, secrets_of

if TYPE_CHECKING:
    import httpx

LONGEST_WORDS = 300
LONGEST_DETAIL = 500
LONGEST_READ = 64 << 10
CREDIT_HINT = "Add credits to your account at Oxen, then run it again"
PARAMETERS_HINT = "Check the parameters; Details shows its answer"
RUN_HINT = (
    "Oxen fetches the video itself: its address must open for anybody, without a sign-in. "
    "Otherwise check the parameters, then run it again"
)
_PAYMENT_REQUIRED = 402
# Not refusals of this request: who asks, how often, and trouble on the way.
_ELSEWHERE = frozenset({401, 403, 407, 408, 425, 429})


def words_in(answer: object, secrets: Collection[str] = ()) -> str:
    """The sentence for people in an answer about an error; "" where there is none.

    None of `secrets` is in it, though the service may repeat them.
    """
    whole = object_in(answer)
    inner = object_in(whole.get("error"))
    candidates = (
        inner.get("title"),
        inner.get("message"),
        inner.get("detail"),
        whole.get("error"),
        whole.get("error_message"),
        whole.get("status_message"),
    )
    found = next((text for text in candidates if isinstance(text, str) and text.strip()), "")
    return said(found, secrets)


def said(text: str, secrets: Collection[str] = ()) -> str:
    """A server's own words on one line, and no more of them than a row can show."""
    words = " ".join(redacted(text[:LONGEST_READ], secrets).split()).rstrip(".")
    fitting = words if len(words) <= LONGEST_WORDS else f"{words[: LONGEST_WORDS - 1]}…"
    return fitting if fitting.isprintable() else ""


def is_about_credit(words: str) -> bool:
    """Whether the money is the matter, which needs another hint than the rest."""
    return "credit" in words.lower()


@contextlib.contextmanager
def oxen_errors(service: str, now: Callable[[], datetime]) -> Generator[None]:
    """`translated_errors`, with the sentence of Oxen where an answer has one."""
    import httpx

    with translated_errors(service, now=now):
        try:
            yield
        except httpx.HTTPStatusError as error:
            if refused := _refused(service, error.response):
                raise refused from None
            raise


def _refused(service: str, response: "httpx.Response") -> ProviderError | None:
    status = response.status_code
    if not 400 <= status < 500 or status in _ELSEWHERE:
        return None
    secrets = secrets_of(response.request)
    try:
        words = words_in(msgspec.json.decode(response.content[:LONGEST_READ]), secrets)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if not words:
        return None
    is_credit = status == _PAYMENT_REQUIRED or is_about_credit(words)
    what = "asks for credit" if is_credit else "refused the request"
    error = ProviderError(
        f"{service} {what} ({status}): {words}",
        hint=CREDIT_HINT if is_credit else PARAMETERS_HINT,
        detail=f"HTTP {status} {redacted(start_of(response), secrets)[:LONGEST_DETAIL]}".strip(),
        may_have_run=False,  # it says so before it takes anything on
    )
    error.status = status
    return error
