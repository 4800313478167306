"""The process that decodes HEIC photos, so that a hostile one ends only this one.

It reads questions from its standard input until that ends: a line of JSON with `what` and
`size_bytes`, then the photo. It answers on its standard output: a line of JSON, then the colour
profile and the pixels, as many bytes of each as the line says.
"""

import contextlib
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

# The first word of the command that makes the program this process.
WORD = "--decode-heif"
READY = b"ready\n"
# What may be asked about a photo.
HEADER, PIXELS, DEEP_PIXELS = "header", "pixels", "deep pixels"


def main(words: list[str]) -> int:
    """Answer until nobody asks any more. The only word is how much memory may be taken."""
    questions, answers = _streams()
    _keep_to_itself(int(words[0]))
    library = import_module("pi_heif")  # has no types
    for option in ("THUMBNAILS", "DEPTH_IMAGES", "AUX_IMAGES"):
        setattr(library.options, option, False)
    answers.write(READY)
    answers.flush()
    while line := questions.readline():
        question = json.loads(line)
        _answer(library, question["what"], questions.read(question["size_bytes"]), answers)
        answers.flush()
    return 0


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """What comes in and goes out, out of reach of libraries that print."""
    # Not `sys.stdin` and `sys.stdout`, which a program without a console does not have.
    answers = os.dup(1)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    return open(0, "rb", closefd=False), open(answers, "wb")  # noqa: PTH123


def _keep_to_itself(memory_bytes: int) -> None:
    """Take no more memory than that, leave no dump, and end with whoever asks, not by Ctrl+C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "win32":
        _no_crash_window()
        return
    import resource

    with contextlib.suppress(OSError, ValueError):  # the bound is lower already
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, ValueError):  # macOS does not keep to it
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    with contextlib.suppress(OSError):  # Linux: when memory runs out, this process goes first
        Path("/proc/self/oom_score_adj").write_text("1000")


def _no_crash_window() -> None:
    """Windows shows a window about a process that crashed, unless told not to."""
    if sys.platform == "win32":
        import ctypes

        fail_critical_errors, no_fault_box = 1, 2
        ctypes.windll.kernel32.SetErrorMode(fail_critical_errors | no_fault_box)


def _answer(library: Any, what: str, data: bytes, answers: BinaryIO) -> None:
    try:
        file = library.open_heif(data, convert_hdr_to_8bit=what != DEEP_PIXELS)
        pixels = b"" if what == HEADER else file.data
        profile = file.info.get("icc_profile") or b""
        head = {
            "size_px": file.size,  # after decoding, which may change it
            "mode": file.mode,
            "bit_depth": file.info["bit_depth"],
            "profile_bytes": len(profile),
            "pixel_bytes": len(pixels),
        }
    except MemoryError:
        answers.write(_line({"failure": "memory"}))
    except Exception as error:  # noqa: BLE001  the library raises nearly any type
        answers.write(_line({"failure": f"{type(error).__name__}: {error}"}))
    else:
        answers.write(_line(head))
        answers.write(profile)
        answers.write(pixels)


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode() + b"\n"
