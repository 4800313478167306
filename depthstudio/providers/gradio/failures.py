"""What a Gradio app says when it fails, in our words.

Titles and texts of ZeroGPU are those of the package `spaces`, 0.51.
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from depthstudio.core.errors import ProviderError, ProviderHeld, RateLimited, RemoteJobFailed

if TYPE_CHECKING:
    import httpx

NO_GPU_WAIT_S = 60.0
UNKNOWN_QUOTA_WAIT_S = 3600.0
QUEUE_FULL_WAIT_S = 10.0
QUEUE_STOPPED_WAIT_S = 20.0
LONGEST_QUOTA_WAIT_S = 7 * 24 * 3600.0  # beyond a week a number is wrong, not patient
LONGEST_TEXT = 300
LONGEST_READ = 100 * LONGEST_TEXT

_TAG = re.compile(r"<[^<>]*>")
_CLASS_NAME = re.compile(r"[A-Z]\w+")
_RETRY_IN = re.compile(r"[Tt]ry again in (?:(\d+) days?, )?(\d+):([0-5]?\d):([0-5]?\d)")
_SECONDS = re.compile(r"\((\d+)s requested vs\. (-?\d+)s left\)")


@dataclass(frozen=True)
class AppError:
    """The last word of a function that failed, as the server put it."""

    title: str
    text: str | None  # None where the server keeps it to itself


def plain_text(text: str) -> str:
    """Text without markup, on one line, of a length that can be shown."""
    start = text[:LONGEST_READ]
    return " ".join(html.unescape(_TAG.sub("", start)).split())[:LONGEST_TEXT]


def failure(service: str, error: AppError, now: datetime, *, has_token: bool) -> ProviderError:
    """The error to raise. A `ProviderHeld` means that the function provably did not run."""
    text = plain_text(error.text or "")
    detail = f"{plain_text(error.title)}: {text}" if error.title else text
    match error.title:
        case "ZeroGPU quota exceeded":
            return _quota(service, text, now, has_token=has_token)
        case "ZeroGPU queue timeout" | "ZeroGPU client error":
            return ProviderHeld(
                f"{service} found no free GPU",
                until=now + timedelta(seconds=NO_GPU_WAIT_S),
                hint="It goes on by itself",
                detail=detail,
            )
        case "ZeroGPU illegal duration" | "ZeroGPU pending credits exceeded":
            return RemoteJobFailed(
                f"{service} may not use a GPU for this: {text or error.title}",
                hint="Use another server, or a token of an account that may",
                detail=detail,
            )
        case "ZeroGPU worker error":
            return _worker_error(service, text, detail)
        case _:
            return _own_words(service, error, text, detail)


def queue_trouble(service: str, response: "httpx.Response", now: datetime) -> ProviderHeld | None:
    """What the answer to a join means; None when it does not say that the queue took nothing."""
    if response.status_code != 503:
        return None
    text = response.text
    if "Queue is full" in text:
        wait_s, message = QUEUE_FULL_WAIT_S, f"{service} is busy: its line is full"
    elif "Queue is stopped" in text:
        wait_s, message = QUEUE_STOPPED_WAIT_S, f"{service} is starting again"
    else:
        return None
    until = now + timedelta(seconds=wait_s)
    return ProviderHeld(message, until=until, hint="It goes on by itself", detail=plain_text(text))


def _quota(service: str, text: str, now: datetime, *, has_token: bool) -> RateLimited:
    wait_s = UNKNOWN_QUOTA_WAIT_S
    if found := _RETRY_IN.search(text):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        wait_s = min(((days * 24 + hours) * 60 + minutes) * 60 + seconds, LONGEST_QUOTA_WAIT_S)
    message = f"The GPU quota for {service} is used up"
    if found := _SECONDS.search(text):
        message += f": {found[1]} s needed, {found[2]} s left"
    elif text:
        message += f": {text}"
    hint = "It goes on by itself" if has_token else "A Hugging Face token has a quota of its own"
    return RateLimited(message, until=now + timedelta(seconds=wait_s), hint=hint, detail=text)


def _worker_error(service: str, text: str, detail: str) -> RemoteJobFailed:
    if text == "GPU task aborted":
        return RemoteJobFailed(
            f"{service} ran out of its GPU time",
            hint="Send fewer or smaller pictures, or lower the settings that take long",
            detail=detail,
        )
    if "OutOfMemory" in text:
        return RemoteJobFailed(
            f"{service} ran out of GPU memory",
            hint="Send fewer or smaller pictures, or lower the resolution",
            detail=detail,
        )
    return RemoteJobFailed(
        f"{service} failed while it worked ({text or 'no reason given'})",
        hint="Try again; if it fails again, try other settings",
        detail=detail,
    )


def _own_words(service: str, error: AppError, text: str, detail: str) -> RemoteJobFailed:
    if error.text is None:
        return RemoteJobFailed(
            f"{service} failed and does not say why",
            hint="Try other settings or another picture; a server of your own says more",
            detail=detail,
        )
    if _CLASS_NAME.fullmatch(text):
        return _worker_error(service, text, detail)
    return RemoteJobFailed(
        f"{service}: {text or 'failed without a word'}",
        hint="Change what it complains about, then try again",
        detail=detail,
    )
