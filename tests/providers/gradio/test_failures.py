from datetime import UTC, datetime, timedelta

import httpx
import pytest

from depthstudio.core.errors import ProviderHeld, RateLimited, RemoteJobFailed
from depthstudio.providers.gradio.failures import AppError, failure, plain_text, queue_trouble

NOW = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
QUOTA = "ZeroGPU quota exceeded"


def raised(title: str, text: str | None, *, has_token: bool = False) -> Exception:
    return failure("Acme", AppError(title, text), NOW, has_token=has_token)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        (
            "You have exceeded your free ZeroGPU quota (120s requested vs. 42s left). "
            "Try again in 23:10:05",
            timedelta(hours=23, minutes=10, seconds=5),
        ),
        (
            "You have exceeded your Pro ZeroGPU quota (90s requested vs. 0s left). "
            'Try again in 0:05:00 <a href="https://hf.co/pricing">Subscribe</a>',
            timedelta(minutes=5),
        ),
        (
            "You have exceeded your ZeroGPU quota (90s requested vs. -3s left). "
            "Try again in 1 day, 2:00:00",
            timedelta(days=1, hours=2),
        ),
        ("Space app has reached its GPU limit.", timedelta(hours=1)),
        ("You have exceeded your ZeroGPU runs limit.", timedelta(hours=1)),
    ],
)
def test_a_quota_holds_until_it_is_there_again(text: str, wait: timedelta) -> None:
    error = raised(QUOTA, text)
    assert isinstance(error, RateLimited)
    assert error.until == NOW + wait
    assert "<" not in f"{error} {error.hint} {error.detail}"


def test_a_quota_says_what_was_asked_and_what_is_left() -> None:
    text = "exceeded your free ZeroGPU quota (120s requested vs. 42s left). Try again in 1:00:00"
    error = raised(QUOTA, text)
    assert str(error) == "The GPU quota for Acme is used up: 120 s needed, 42 s left"
    assert isinstance(error, RateLimited)
    assert "token" in error.hint
    with_token = raised(QUOTA, text, has_token=True)
    assert isinstance(with_token, RateLimited)
    assert "token" not in with_token.hint


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("ZeroGPU queue timeout", "No GPU was available after 60s. Retry later"),
        ("ZeroGPU client error", "Expired ZeroGPU proxy token"),
    ],
)
def test_a_call_that_got_no_gpu_is_sent_again_later(title: str, text: str) -> None:
    error = raised(title, text)
    assert isinstance(error, ProviderHeld)
    assert error.until == NOW + timedelta(seconds=60)
    assert not error.may_have_run


@pytest.mark.parametrize(
    ("title", "text", "words"),
    [
        ("ZeroGPU worker error", "GPU task aborted", "ran out of its GPU time"),
        ("ZeroGPU worker error", "OutOfMemoryError", "ran out of GPU memory"),
        ("ZeroGPU worker error", "ValueError", "failed while it worked (ValueError)"),
        ("Error", "ValueError", "failed while it worked (ValueError)"),
        ("ZeroGPU illegal duration", "too long", "may not use a GPU for this: too long"),
        ("Error", "No images found. Check your upload.", "Acme: No images found."),
        ("Error", None, "failed and does not say why"),
        ("", "", "failed without a word"),
    ],
)
def test_a_failure_is_said_in_words_and_with_a_way_on(
    title: str, text: str | None, words: str
) -> None:
    error = raised(title, text)
    assert isinstance(error, RemoteJobFailed)
    assert words in str(error)
    assert error.hint


def test_markup_and_length_do_not_reach_the_user() -> None:
    assert plain_text("<b>a</b>\n\n &amp; b <script>x</script>") == "a & b x"
    assert len(plain_text("word " * 1000)) <= 300


@pytest.mark.parametrize(
    ("text", "wait_s"),
    [("Queue is full. Max size is 20 and size is 20.", 10), ("Queue is stopped.", 20)],
)
def test_a_join_that_the_queue_refused_is_tried_again(text: str, wait_s: int) -> None:
    held = queue_trouble("Acme", httpx.Response(503, json={"detail": text}), NOW)
    assert held is not None
    assert held.until == NOW + timedelta(seconds=wait_s)


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(503, text="<html><h1>503 Service Unavailable</h1>nginx</html>"),
        httpx.Response(500, json={"detail": "Queue is full."}),
        httpx.Response(200, json={"event_id": "Queue is full."}),
    ],
)
def test_no_other_answer_proves_that_nothing_was_taken(response: httpx.Response) -> None:
    assert queue_trouble("Acme", response, NOW) is None
