"""How the program starts and ends, as a person or a system sees it: real processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from depthstudio.core.job import JobState
from depthstudio.core.resources import resource
from depthstudio.jobs.journal_file import read_journal
from depthstudio.jobs.phase import Phase
from depthstudio.settings.app_settings import load_settings
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
POLL_S = 0.02
SAMPLE = resource("sample", "view_0.jpg")

Process = subprocess.Popen[str]
Launch = Callable[..., Process]


@pytest.fixture
def launch(home: Path) -> Generator[Launch]:
    """Starts the program on the test's home; `deed` says what its window shall do."""
    started: list[Process] = []

    def launch(*words: object, deed: str = "", display: str = "") -> Process:
        what = ["tests.support.window_driver", deed] if deed else ["depthstudio"]
        command = [sys.executable, "-m", *what, *map(str, words)]
        environment = {**os.environ, "DEPTHSTUDIO_HOME": str(home)}
        if display:
            environment |= {"DISPLAY": display, "WAYLAND_DISPLAY": ""}
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=pipe
        )
        started.append(process)
        return process

    yield launch
    for process in started:
        process.kill()
        process.communicate()


def ended(process: Process, answer: str = "") -> tuple[int, str, str]:
    """Exit status, standard output and standard error, once it has ended."""
    out, err = process.communicate(answer, timeout=PATIENCE_S)
    return process.returncode, out, err


def facts(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def next_fact(process: Process) -> dict[str, Any]:
    """What the driver says next; fails where it has ended instead."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    return json.loads(line)


@pytest.fixture
def window(launch: Launch) -> Process:
    """A window that stays open until it is told to close."""
    process = launch(deed="stay")
    assert next_fact(process) == {"at_work": True}
    return process


@pytest.mark.parametrize("deed", ["close", "press_quit"])
def test_closing_the_window_ends_the_program_without_a_word(launch: Launch, deed: str) -> None:
    assert ended(launch(deed=deed)) == (0, "", "")


def test_threads_that_take_turns_all_the_time_do_no_harm(launch: Launch) -> None:
    assert ended(launch(SAMPLE, deed="turn_short")) == (0, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_a_signal_closes_the_window_in_order(
    window: Process, home: Path, number: signal.Signals, status: int
) -> None:
    window.send_signal(number)

    assert ended(window) == (status, "", "")
    assert Home.at(home).settings_file.exists()
    assert not Home.at(home).lock_holder_file.exists()


def test_closing_while_a_job_runs_asks_and_enter_leaves_it_running(
    launch: Launch, home: Path
) -> None:
    status, out, err = ended(launch(SAMPLE, deed="quit_while_running"))

    assert (status, err) == (0, "")
    (said,) = facts(out)
    assert said["title"] == "1 job is running"
    assert said["words"] == "One works on this computer. It starts again at the next start."
    assert [row.phase for row in read_journal(Home.at(home).journal_file)] == [Phase.PREPARING]


def test_a_signal_while_a_job_runs_asks_nobody(launch: Launch, home: Path) -> None:
    assert ended(launch(SAMPLE, deed="interrupt_while_running")) == (130, "", "")
    assert [row.phase for row in read_journal(Home.at(home).journal_file)] == [Phase.PREPARING]


def test_a_signal_before_the_viewer_has_arrived_closes_the_window_too(launch: Launch) -> None:
    assert ended(launch(deed="interrupt")) == (130, "", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
def test_a_signal_at_the_first_frame_ends_the_program_at_once(launch: Launch, home: Path) -> None:
    assert ended(launch(deed="interrupt_early")) == (-signal.SIGINT, "", "")
    assert not Home.at(home).journal_file.exists()


def test_a_second_start_hands_its_files_to_the_first_and_ends(
    launch: Launch, window: Process, home: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "a photo – ü.png"
    Image.new("RGB", (64, 48), (90, 120, 60)).save(photo)
    second = launch(os.path.relpath(photo, CHECKOUT))

    assert ended(second) == (0, "", "")
    while not (rows := read_journal(Home.at(home).journal_file)):
        assert window.poll() is None
    assert [row.job.sources[0].path.resolve() for row in rows] == [photo.resolve()]


def test_a_second_start_without_files_ends_as_quietly(launch: Launch, window: Process) -> None:
    assert ended(launch()) == (0, "", "")
    assert window.poll() is None


def test_scenes_are_shown_and_photos_run_from_one_command_line(
    launch: Launch, home: Path, glb: Path
) -> None:
    process = launch(glb, SAMPLE, deed="tell_shown")
    while (said := next_fact(process))["titles"][-1] != SAMPLE.name:
        pass
    process.send_signal(signal.SIGTERM)

    assert ended(process)[0] == 0
    assert said["titles"] == [glb.name, SAMPLE.name]
    assert [row.job.name for row in read_journal(Home.at(home).journal_file)] == [SAMPLE.name]


@pytest.fixture
def glb(tmp_path: Path) -> Path:
    """A finished scene."""
    kept = CHECKOUT / "tests" / "data" / "home_v1" / "library" / "results"
    (scene,) = kept.rglob("scene.glb")
    path = tmp_path / "statue.glb"
    path.write_bytes(scene.read_bytes())
    return path


def test_a_home_in_use_by_a_command_can_be_waited_for_or_left(launch: Launch, home: Path) -> None:
    lock = HomeLock(Home.at(home), what="run")
    assert lock.try_acquire()
    waiting, leaving = launch(deed="close"), launch(deed="close")
    says = next_fact(waiting)
    busy = f"This home is in use by “run”, process {os.getpid()} on "

    assert says["box"].startswith(busy)
    assert says["buttons"] == ["Quit", "Retry"]
    status, _, err = ended(leaving, "Quit\n")
    assert status == 3
    assert err.startswith(f"depthstudio: {busy}")
    lock.release()
    assert ended(waiting, "Retry\n")[0] == 0


def _damage_journal(home: Path) -> None:
    Home.at(home).make_folders()
    Home.at(home).journal_file.write_bytes(b"this was a database once, and is none now" * 50)


def _put_file_in_place_of_home(home: Path) -> None:
    home.write_text("not a folder")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_damage_journal, "The journal cannot be used"),
        (_put_file_in_place_of_home, "The home folder cannot be made"),
    ],
)
def test_a_home_that_cannot_be_used_is_said_in_terminal_and_window(
    launch: Launch, home: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(home)
    status, out, err = ended(launch(deed="stay"), "Close\n")
    (says,) = facts(out)

    assert status == 1
    assert says["box"].startswith(words)
    assert says["hint"]
    assert err.startswith(f"depthstudio: {words}")


def test_what_was_chosen_is_there_at_the_next_start(launch: Launch) -> None:
    assert ended(launch(deed="change")) == (0, "", "")
    status, out, err = ended(launch(deed="tell"))
    (says,) = facts(out)

    assert (status, err) == (0, "")
    assert (says["theme"], says["provider"], says["message"]) == ("light", "relief", "")
    assert says["values"]["invert"] is True


def test_what_the_user_agreed_to_outlives_a_crash(launch: Launch, home: Path) -> None:
    process = launch(deed="agree")
    assert next_fact(process) == {"at_work": True}
    path = Home.at(home).settings_file
    agreed = (("shelf",), "shelf", ("studio.test",))
    give_up_at_s = time.monotonic() + PATIENCE_S
    while True:  # the write is under way beside the window
        settings = load_settings(path).settings
        if (settings.agreed_hosts, settings.host_via, settings.plain_hosts) == agreed:
            break
        assert time.monotonic() < give_up_at_s
        time.sleep(POLL_S)
    process.kill()
    ended(process)

    assert load_settings(path).problem == ""
    assert list(home.glob(".*.part")) == []


def test_damaged_settings_are_said_in_the_status_bar_and_kept(launch: Launch, home: Path) -> None:
    places = Home.at(home)
    places.make_folders()
    places.settings_file.write_text("{")
    _, out, err = ended(launch(deed="tell"))

    assert err == ""
    assert facts(out)[0]["message"].startswith("The settings start afresh")
    (kept,) = home.glob("settings.json.damaged-*")
    assert kept.read_text() == "{"


def test_what_nobody_foresaw_is_shown_and_logged_and_the_window_lives_on(
    launch: Launch, home: Path
) -> None:
    status, out, err = ended(launch(deed="fail_in_a_slot"))
    log_file = Home.at(home).logs_folder / "depthstudio.log"
    log = log_file.read_text(encoding="utf-8")

    assert status == 0
    assert str(log_file) in facts(out)[0]["message"]
    assert "ZeroDivisionError: a mistake of ours" in err
    assert "ZeroDivisionError: a mistake of ours" in log
    assert "WARNING qt: default: Qt is not amused" in log


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_a_dead_display_is_said_before_qt_dies_of_it(launch: Launch) -> None:
    status, _, err = ended(launch(display=":7654321"))

    assert status == 1
    assert err.startswith("depthstudio: The display :7654321 does not answer.\n")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_the_demo_draws_a_picture_where_the_display_is_dead(launch: Launch, tmp_path: Path) -> None:
    picture = tmp_path / "demo.png"
    status, out, err = ended(launch("demo", "--picture", picture, display=":7654321"))

    assert (status, err) == (0, "")
    assert f"Picture: {picture}" in out
    assert picture.exists()


def test_the_demo_shows_its_relief_the_first_time_and_the_second(
    launch: Launch, home: Path, tmp_path: Path
) -> None:
    pictures = [tmp_path / "first.png", tmp_path / "second.png"]
    for picture in pictures:
        assert ended(launch("demo", "--picture", picture)) == (0, f"Picture: {picture}\n", "")

    rows = read_journal(Home.at(home).journal_file)
    assert [row.status.state for row in rows] == [JobState.DONE, JobState.DONE]
    assert len({row.status.result_id for row in rows}) == 1
    for picture in pictures:  # a photo on a relief, not an empty ground
        assert len(np.unique(_middle(picture), axis=0)) > 500


def _middle(picture: Path) -> NDArray[np.uint8]:
    """Pixels (N, 3) from the middle of the 3D view, wherever the docks end."""
    image = np.asarray(Image.open(picture).convert("RGB"))
    height, width = image.shape[:2]
    return image[height * 2 // 5 : height * 3 // 5, width * 2 // 5 : width * 3 // 5].reshape(-1, 3)
