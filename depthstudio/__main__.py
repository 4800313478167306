"""Where the program starts: the window, or a command."""

import gc
import sys
from collections.abc import Sequence
from types import ModuleType


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with these words and return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if _wants_window(words):
        return window_program().main(words)
    from depthstudio.cli import main as run_command

    return run_command(words)


def window_program() -> ModuleType:
    """The module that opens the window, imported fast.

    Nearly all that a start makes stays, so looking for garbage in it is a tenth of a start
    for nothing. The window looks again from its first frame on.
    """
    gc.disable()
    from depthstudio import app

    return app


def _wants_window(words: Sequence[str]) -> bool:
    """Files or nothing open the window, and `demo` does where there is a display."""
    from depthstudio.cli.parser import COMMANDS
    from depthstudio.core.display import has_display

    if any(word in ("-h", "--help", "--version") for word in words):
        return False
    if words[:1] == ["demo"]:
        return has_display()
    return not any(word in COMMANDS for word in words[:1])


if __name__ == "__main__":
    sys.exit(main())
