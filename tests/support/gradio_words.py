"""What Gradio, ZeroGPU and the gateways in front of them say when they do not do the work."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """What a ZeroGPU Space says when it does not, or cannot, do the work."""

    title: str
    text: str


ZEROGPU: Mapping[str, Refusal] = {
    "quota": Refusal(
        "ZeroGPU quota exceeded",
        "You have exceeded your free ZeroGPU quota (120s requested vs. 42s left). "
        "Try again in 23:10:05",
    ),
    "quota-html": Refusal(
        "ZeroGPU quota exceeded",
        "You have exceeded your free ZeroGPU quota (120s requested vs. 42s left). "
        'Try again in 0:42:07 or <a href="https://huggingface.co/subscribe/pro">subscribe</a>',
    ),
    "space-limit": Refusal("ZeroGPU quota exceeded", "Space app has reached its GPU limit."),
    "runs-limit": Refusal("ZeroGPU quota exceeded", "You have exceeded your ZeroGPU runs limit."),
    "no-gpu": Refusal("ZeroGPU queue timeout", "No GPU was available after 60s. Try again later"),
    "proxy-token": Refusal("ZeroGPU client error", "Expired ZeroGPU proxy token"),
    "duration": Refusal(
        "ZeroGPU illegal duration", "The requested GPU duration (120s) is larger than allowed"
    ),
    "aborted": Refusal("ZeroGPU worker error", "GPU task aborted"),
    "class-name": Refusal("ZeroGPU worker error", "ValueError"),
    "out-of-memory": Refusal("ZeroGPU worker error", "OutOfMemoryError"),
}

NGINX_502 = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
QUEUE_STOPPED = '{"detail":"Queue is stopped."}'  # with status 503
CAPTIVE_PORTAL = "<!doctype html><title>Sign in to Hotel WiFi</title>"  # with status 200
