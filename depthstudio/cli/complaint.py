"""How a command, or a window that cannot open, says what went wrong."""

import sys

from depthstudio.core.errors import DepthStudioError


def complain(error: DepthStudioError) -> None:
    """Tell a person on standard error what went wrong and what to do."""
    hint = f"\n{error.hint}." if error.hint else ""
    sys.stderr.write(f"depthstudio: {error}.{hint}\n")
