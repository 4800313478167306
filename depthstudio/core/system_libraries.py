"""Names the system libraries that are missing, before something that needs them is imported.

Standard library only: packaging/start.py imports this before anything is installed.
"""

import ctypes
import re
import sys
from collections.abc import Collection
from dataclasses import dataclass

from depthstudio.core.errors import DepthStudioError
from depthstudio.core.resources import resource

PICTURE, WINDOW, CHECK = "picture", "window", "check"


@dataclass(frozen=True)
class SystemPackage:
    """One line of the list.

    package : its name in Debian
    file : what it is recognised by, a library (`libEGL.so.1`) or a program (`Xvfb`)
    section : what needs it: a picture, a window, or only the tests
    """

    package: str
    file: str
    section: str

    @property
    def is_present(self) -> bool:
        """Can this process load the library, or find the program?"""
        if ".so" not in self.file:
            import shutil  # only the tests need programs

            return shutil.which(self.file) is not None
        try:
            ctypes.CDLL(self.file)
        except OSError:
            return False
        return True


def parse_packages(text: str) -> list[SystemPackage]:
    """Read the list: `[section]` lines, then `package file`, `#` starts a comment.

    Raises
    ------
    ValueError
        naming the first line that is none of these
    """
    packages: list[SystemPackage] = []
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].strip()
        if heading := re.fullmatch(r"\[(\w+)\]", content):
            section = heading[1]
        elif content:
            words = content.split()
            if len(words) != 2 or not section:
                raise ValueError(f"line {number} is not “package file” under a section: {line}")
            packages.append(SystemPackage(words[0], words[1], section))
    return packages


def missing_packages(sections: Collection[str]) -> list[SystemPackage]:
    """Every package of these sections that this system lacks. Linux only; elsewhere none."""
    if not sys.platform.startswith("linux"):
        return []
    listed = parse_packages(resource("debian.txt").read_text(encoding="utf-8"))
    return [entry for entry in listed if entry.section in sections and not entry.is_present]


def missing_libraries(*, display: bool) -> list[tuple[str, str]]:
    """Libraries this system lacks, each with the Debian package that brings it.

    `display`: a window is wanted too; without it, only what draws off-screen counts.
    """
    return [(entry.file, entry.package) for entry in missing_packages(_sections(display))]


def require_libraries(*, display: bool) -> None:
    """Stop with names, where going on would end in a crash.

    Raises
    ------
    DepthStudioError
        naming every missing library, and the command that brings them
    """
    if missing := missing_packages(_sections(display)):
        message, hint = missing_message(missing)
        raise DepthStudioError(message, hint=hint)


def _sections(display: bool) -> tuple[str, ...]:
    return (PICTURE, WINDOW) if display else (PICTURE,)


def missing_message(missing: Collection[SystemPackage]) -> tuple[str, str]:
    """What happened and what to do about it, as one sentence each."""
    files = ", ".join(entry.file for entry in missing)
    packages = " ".join(entry.package for entry in missing)
    return f"This system lacks {files}", f"On Debian or Ubuntu: sudo apt-get install {packages}"
