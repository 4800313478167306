"""What of a service's wiring a user may say: a path, the name of a header, a scheme.

The ending of its name tells what an entry is: ``_path``, ``_header`` or ``_scheme``.
"""

import re

from depthstudio.core.errors import UsageError

NO_SCHEME = "none"  # the key stands alone in its header
LONGEST = 500
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_PATH = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@{}-]|%[0-9A-Fa-f]{2})*)+")
_PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
# These are the connection's own; a key in one of them would break it, or be lost.
_TAKEN = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)


def checked_wiring(name: str, text: str, default: str) -> str:
    """The entry as it is kept, or why it cannot be used.

    default : the provider's own, which shows how it is written

    Raises
    ------
    UsageError
        when it is not what its name says
    """
    value = text.strip()
    if name.endswith("_path"):
        if not _is_path(value, default):
            raise UsageError(f"{text} is not a path", hint=f"Write it as {default}")
    elif name.endswith("_header"):
        if not _TOKEN.fullmatch(value) or value.lower() in _TAKEN:
            raise UsageError(f"{text} cannot name the header", hint=f"Write it as {default}")
    elif name.endswith("_scheme"):
        if value and not _TOKEN.fullmatch(value):
            hint = f"Write it as {default}, or “{NO_SCHEME}” for the key alone"
            raise UsageError(f"{text} is not a scheme", hint=hint)
        return value or NO_SCHEME
    else:
        raise ValueError(f"nobody can tell what the wiring “{name}” is")
    return value


def _is_path(value: str, default: str) -> bool:
    steps = value.split("/")
    wanted = sorted(_PLACEHOLDER.findall(default))
    return (
        len(value) <= LONGEST
        and _PATH.fullmatch(value) is not None
        and not value.startswith("//")
        and ".." not in steps
        and "." not in steps
        and sorted(_PLACEHOLDER.findall(value)) == wanted
        and value.count("{") == value.count("}") == len(wanted)
    )
