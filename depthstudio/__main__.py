"""Where the program starts: the window, or a command."""

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with these words and return the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if _wants_window(words):
        from depthstudio.app import main as open_window

        return open_window(words)
    from depthstudio.cli import main as run_command

    return run_command(words)


def _wants_window(words: Sequence[str]) -> bool:
    """Files or nothing open the window, and `demo` does where there is a display."""
    from depthstudio.cli.parser import COMMANDS
    from depthstudio.core.system_libraries import has_display

    if any(word in ("-h", "--help", "--version") for word in words):
        return False
    if words[:1] == ["demo"]:
        return has_display()
    return not any(word in COMMANDS for word in words[:1])


if __name__ == "__main__":
    sys.exit(main())
