"""Where the program starts: the window, or a command."""

import gc
import sys
from collections.abc import Sequence
from types import ModuleType


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program with these words and return the exit status."""
    words = with_home_last(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["--decode-heif"]:  # we are the decoder of another one of us
        from depthstudio.formats.heif_worker import main as decode_heif

        return decode_heif(words[1:])
    _save_time()
    if _wants_window(words):
        return window_program().main(words)
    gc.enable()
    from depthstudio.cli.main import main as run_command

    return run_command(words)


def with_home_last(words: Sequence[str]) -> list[str]:
    """The words with a leading ``--home DIR`` put last: people write it before the command,
    and each command knows it behind."""
    if words and words[0] == "--home":
        return [*words[2:], *words[:2]]
    if words and words[0].startswith("--home="):
        return [*words[1:], words[0]]
    return list(words)


def window_program() -> ModuleType:
    """The module that opens the window, imported fast."""
    _save_time()
    from depthstudio.app import program

    return program


def _save_time() -> None:
    """Look for no garbage: nearly all that a start makes stays, so it is a tenth of a start
    for nothing. `ui.process.garbage` takes over from the first frame on."""
    gc.disable()


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
