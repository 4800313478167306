"""What one window may tell another, and what it may not."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from depthstudio.core.errors import InputError
from depthstudio.settings.paths import Home
from depthstudio.ui.window import single_instance
from depthstudio.ui.window.single_instance import (
    Answer,
    SingleInstance,
    decode_message,
    encode_message,
    hand_over,
    server_name,
)

pytestmark = pytest.mark.usefixtures("qapp")

CHECKOUT = Path(__file__).resolve().parents[3]
TELL = """
import sys
from pathlib import Path
from depthstudio.settings.paths import Home
from depthstudio.ui.window.single_instance import hand_over

print(hand_over(Home.at(Path(sys.argv[1])), [Path(name) for name in sys.argv[2:]]).name)
"""
Tell = Callable[[list[Path]], Answer]
FILES = [Path("/photos/a b.jpg").absolute(), Path("/photos/ü – ß.png").absolute()]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    return window


@pytest.fixture
def first(home: Home, window: QWidget) -> Iterator[SingleInstance]:
    instance = SingleInstance(home, window)
    instance.listen()
    yield instance
    instance.close()


@pytest.fixture
def tell(qtbot: QtBot, home: Home) -> Tell:
    """Hands over from another process, while this one's loop goes round."""

    def tell(paths: list[Path]) -> Answer:
        words = [str(home.lock_file.parent), *map(str, paths)]
        process = subprocess.Popen(
            [sys.executable, "-c", TELL, *words], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
        )
        qtbot.waitUntil(lambda: process.poll() is not None)
        return Answer[process.communicate()[0].strip()]

    return tell


def test_a_message_keeps_every_path_and_makes_it_absolute() -> None:
    relative = Path("here", "c.glb")
    line = encode_message([*FILES, relative])

    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode_message(line) == [*FILES, relative.absolute()]


@pytest.mark.skipif(sys.platform == "win32", reason="names there are always text")
def test_a_name_that_is_no_text_survives() -> None:
    path = Path(os.fsdecode(b"/photos/\xff.jpg"))
    assert decode_message(encode_message([path])) == [path]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"[]",
        b"{}",
        b'{"open": "/a.jpg"}',
        b'{"open": [1]}',
        b'{"open": [null]}',
        b'{"open": ["a.jpg"]}',
        b'{"open": ["/a\\u0000.jpg"]}',
        b'{"open": ["/a.jpg"]',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_anything_but_absolute_paths_is_refused(line: bytes) -> None:
    with pytest.raises(InputError):
        decode_message(line)


def test_homes_are_told_apart_and_each_has_one_name(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    name = server_name(Home.at(folder))

    assert server_name(Home.at(folder / ".." / "one")) == name
    assert server_name(Home.at(tmp_path / "two")) != name


def test_nobody_is_there(home: Home) -> None:
    assert hand_over(home, FILES) is Answer.NOBODY


def test_files_arrive_and_the_window_comes_forward(
    qtbot: QtBot, first: SingleInstance, window: QWidget, tell: Tell
) -> None:
    window.showMinimized()
    with qtbot.waitSignal(first.asked) as asked:
        assert tell(FILES) is Answer.ACCEPTED
    assert asked.args == [FILES]
    qtbot.waitUntil(lambda: not window.windowState() & Qt.WindowState.WindowMinimized)


@pytest.mark.usefixtures("window")
def test_without_files_nothing_is_opened(qtbot: QtBot, first: SingleInstance, tell: Tell) -> None:
    with qtbot.assertNotEmitted(first.asked):
        assert tell([]) is Answer.ACCEPTED


def test_a_closed_window_is_nobody(first: SingleInstance, home: Home) -> None:
    first.close()
    assert hand_over(home, FILES) is Answer.NOBODY


def test_a_window_that_does_not_answer_is_silent(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "ANSWER_MS", 50)
    server = QLocalServer()
    assert server.listen(server_name(home))
    assert hand_over(home, FILES) is Answer.SILENCE
    server.close()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="a socket there is no file")
def test_only_this_user_may_connect(first: SingleInstance, home: Home) -> None:
    probe = QLocalSocket()
    probe.connectToServer(server_name(home))
    path = Path(probe.fullServerName())

    assert path.stat().st_mode & 0o077 == 0
    probe.abort()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="a socket there is no file")
def test_the_socket_of_another_user_is_not_trusted(
    first: SingleInstance, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 65533)
    assert hand_over(home, FILES) is Answer.NOBODY


@pytest.mark.parametrize(
    "sent", [b'{"open": ["../secret"]}\n', b"\x00" * 500 + b"\n", b"no line ends here" * 100]
)
def test_a_stranger_is_cut_off_and_the_window_goes_on(
    qtbot: QtBot,
    first: SingleInstance,
    home: Home,
    tell: Tell,
    monkeypatch: pytest.MonkeyPatch,
    sent: bytes,
) -> None:
    monkeypatch.setattr(single_instance, "MESSAGE_BYTES", 1000)
    stranger = QLocalSocket()
    stranger.connectToServer(server_name(home))
    assert stranger.waitForConnected()
    with qtbot.assertNotEmitted(first.asked):
        with qtbot.waitSignal(stranger.disconnected):
            stranger.write(sent)
        assert bytes(stranger.readAll().data()) == b""
    assert tell([]) is Answer.ACCEPTED


def test_one_who_says_nothing_is_cut_off_too(
    qtbot: QtBot, first: SingleInstance, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single_instance, "ANSWER_MS", 50)
    stranger = QLocalSocket()
    with qtbot.waitSignal(stranger.disconnected):
        stranger.connectToServer(server_name(home))


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="a socket there is no file")
def test_what_a_killed_process_left_is_no_hindrance(
    home: Home, window: QWidget, tell: Tell
) -> None:
    server = QLocalServer()
    assert server.listen(server_name(home))
    left = Path(server.fullServerName())
    shutil.move(left, left.with_name(f"{left.name}-kept"))
    server.close()
    shutil.move(left.with_name(f"{left.name}-kept"), left)
    assert hand_over(home, []) is Answer.NOBODY

    instance = SingleInstance(home, window)
    instance.listen()
    assert tell([]) is Answer.ACCEPTED
    instance.close()


def test_a_message_is_plain_json() -> None:
    assert json.loads(encode_message(FILES)) == {"open": [str(path) for path in FILES]}
