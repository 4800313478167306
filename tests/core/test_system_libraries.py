"""Missing libraries are named before anything that needs them is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from depthstudio.core import system_libraries as system
from depthstudio.core.errors import DepthStudioError

CHECKOUT = Path(__file__).resolve().parents[2]
LIST = """
# a comment
[picture]  # a section may have one too
libm        libm.so.6            # present on every Linux
libnowhere  libnowhere-ds.so.7   # present on none
[window]
libother    libother-ds.so.3
[check]
sh          sh
nothing     no-such-program-ds
"""


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "debian.txt"
    path.write_text(LIST, encoding="utf-8")
    monkeypatch.setattr(system, "resource", lambda name: path)
    monkeypatch.setattr(sys, "platform", "linux")


def test_a_list_is_read_with_its_sections() -> None:
    entries = system.parse_packages(LIST)

    assert [entry.package for entry in entries] == [
        "libm", "libnowhere", "libother", "sh", "nothing",
    ]  # fmt: skip
    assert entries[2] == system.SystemPackage("libother", "libother-ds.so.3", "window")


@pytest.mark.parametrize("line", ["[picture]\nlibm", "libm libm.so.6", "[picture]\na b c"])
def test_a_line_that_is_no_entry_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(ValueError, match=rf"^line {line.count(chr(10)) + 1} is not"):
        system.parse_packages(line)


def test_the_shipped_list_names_every_section_and_each_file_once() -> None:
    text = (CHECKOUT / "packaging" / "debian.txt").read_text(encoding="utf-8")
    entries = system.parse_packages(text)

    assert {entry.section for entry in entries} == {"picture", "window", "check"}
    assert len({entry.file for entry in entries}) == len(entries)
    assert ("libEGL.so.1", "picture") in {(entry.file, entry.section) for entry in entries}


@pytest.mark.usefixtures("listed")
@pytest.mark.skipif(sys.platform != "linux", reason="loads the C library of Linux")
def test_only_what_is_absent_is_named_and_windows_only_with_a_display() -> None:
    picture = ("libnowhere-ds.so.7", "libnowhere")

    assert system.missing_libraries(display=False) == [picture]
    assert system.missing_libraries(display=True) == [picture, ("libother-ds.so.3", "libother")]
    assert [entry.package for entry in system.missing_packages(["check"])] == ["nothing"]


@pytest.mark.usefixtures("listed")
def test_other_systems_are_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")

    assert system.missing_libraries(display=True) == []
    system.require_libraries(display=True)


@pytest.mark.usefixtures("listed")
def test_a_missing_library_stops_with_the_command_that_brings_it() -> None:
    with pytest.raises(
        DepthStudioError, match=r"This system lacks .*libnowhere-ds\.so\.7"
    ) as caught:
        system.require_libraries(display=False)

    assert caught.value.hint.startswith("On Debian or Ubuntu: sudo apt-get install ")
    assert caught.value.hint.endswith("libnowhere")


def test_it_runs_on_a_python_with_nothing_installed() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r});"
        "from depthstudio.core import system_libraries as s; s.missing_packages(['picture'])"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
