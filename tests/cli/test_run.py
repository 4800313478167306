import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from depthstudio.cli.main import main
from depthstudio.core.digest import sha256_file
from depthstudio.providers.registry import Registry
from depthstudio.settings.home_lock import HomeLock
from depthstudio.settings.paths import Home
from tests.support.cli_events import assert_in_order
from tests.support.scripted_service import ScriptedService
from tests.support.space_provider import SpaceServer, space_at
from tests.support.videos import write_video

Cli = Callable[..., Any]
MakePhoto = Callable[..., Path]
SCRIPTED = ("--provider", "scripted", "--json")


# Events and exit statuses


def test_a_job_is_queued_reports_and_is_done(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    photo = make_photo()

    said = cli("run", photo, *SCRIPTED)

    assert (said.status, said.err) == (0, "")
    assert_in_order(said.records)
    (queued,), (done,) = said.named("queued"), said.named("done")
    assert (queued["provider"], queued["sources"]) == ("scripted", [str(photo)])
    assert queued.keys() == {"event", "job", "provider", "sources"}
    assert said.named("progress")[0].keys() == {
        "event",
        "job",
        "stage",
        "fraction",
        "place",
        "eta_s",
        "message",
    }
    assert done.keys() == {"event", "job", "result", "cached", "artifacts", "warnings"}
    assert (done["cached"], done["warnings"]) == (False, [])
    (artifact,) = done["artifacts"]
    path = Path(artifact["path"])
    assert path.read_bytes() == b"made of " + service.jobs["1"].body.encode()
    assert (artifact["role"], artifact["media_type"]) == ("raw-depth", "application/octet-stream")
    assert (artifact["bytes"], artifact["sha256"]) == (path.stat().st_size, sha256_file(path))


def test_the_same_line_again_ends_every_job_cached_and_sends_nothing(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService, tmp_path: Path
) -> None:
    for number in range(3):
        make_photo(f"photos/{number}.png", (50 * number, 60, 70))
    line = ("run", tmp_path / "photos", *SCRIPTED, "--each")
    first = cli(*line)
    sent = len(service.requests)

    second = cli(*line)

    assert (first.status, second.status, len(service.requests)) == (0, 0, sent)
    assert_in_order(second.records)
    assert [done["cached"] for done in first.named("done")] == [False] * 3
    assert [done["cached"] for done in second.named("done")] == [True] * 3
    assert {d["result"] for d in second.named("done")} == {d["result"] for d in first.named("done")}


def test_again_runs_although_the_answer_is_known(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    photo = make_photo()
    (first,) = cli("run", photo, *SCRIPTED).named("done")

    (again,) = cli("run", photo, *SCRIPTED, "--again").named("done")

    assert again["result"] != first["result"]
    assert again["cached"] is False
    assert sum(service.accepted.values()) == 2


def test_a_failed_job_says_why_and_fails_the_command(cli: Cli, make_photo: MakePhoto) -> None:
    said = cli("run", make_photo(), *SCRIPTED, "--set", "script=fail")

    (failed,) = said.named("failed")
    assert said.status == 1
    assert_in_order(said.records)
    assert failed["error"] == {
        "type": "RemoteJobFailed",
        "message": "Scripted could not do it",
        "hint": "Try another photo",
        "retryable": False,
    }
    assert "path" not in failed


def test_a_file_that_cannot_be_used_fails_with_its_path_and_the_others_run(
    cli: Cli, make_photo: MakePhoto, tmp_path: Path
) -> None:
    text, scene = tmp_path / "notes.txt", tmp_path / "cloud.ply"
    text.write_text("buy milk")
    scene.write_bytes(b"ply\nformat ascii 1.0\nelement vertex 0\nend_header\n")

    said = cli("run", text, make_photo(), scene, tmp_path / "missing.png", *SCRIPTED)

    assert said.status == 1
    assert_in_order(said.records)
    failed = said.named("failed")
    paths = [str(text), str(tmp_path / "missing.png"), str(scene)]
    assert [record["path"] for record in failed] == paths
    assert {record["error"]["type"] for record in failed} == {"InputError"}
    assert "finished scene" in failed[2]["error"]["message"]
    assert len(said.named("done")) == 1


def test_several_photos_are_one_job_where_the_provider_takes_several(
    cli: Cli, make_photo: MakePhoto
) -> None:
    photos = [make_photo("a.png"), make_photo("b.png", (1, 2, 3))]

    together, each = cli("run", *photos, *SCRIPTED), cli("run", *photos, *SCRIPTED, "--each")

    assert [len(record["sources"]) for record in together.named("queued")] == [2]
    assert [len(record["sources"]) for record in each.named("queued")] == [1, 1]


def test_people_get_words(cli: Cli, make_photo: MakePhoto, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("buy milk")

    done = cli("run", make_photo(), "--provider", "scripted")
    known = cli("run", make_photo(), "--provider", "scripted")
    failed = cli("run", tmp_path / "notes.txt", "--provider", "scripted")
    held = cli("run", make_photo(), "--provider", "scripted", "--set", "script=silence")

    assert "photo.png: queued for scripted as " in done.out
    assert "photo.png: done, result " in done.out
    assert "photo.png: done, known already, result " in known.out
    assert "notes.txt: failed: notes.txt is a text file" in failed.out
    assert "photo.png: held: Sent or not? The answer never arrived (Send it again" in held.out


# Wrong usage


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--provider", "nobody"), "There is no provider “nobody”. Known: relief, scripted"),
        (("--set", "colour=1"), "There is no parameter “colour”"),
        (("--set", "steps=9"), "steps: must be a whole number from 1 to 3, got 9"),
        (("--set", "steps"), "--set steps lacks a value. Write --set NAME=VALUE"),
        (("--endpoint", "queue=https://a.test"), "Scripted has no endpoint “queue”. It has: api"),
        (("--endpoint", "http://a.test"), "a.test would be spoken to without encryption"),
        (("--endpoint", "a.test"), "a.test is not an address"),
        (("--endpoint", "http://[a"), "http://[a is not an address"),
        (("--scene", "--each"), "not allowed with argument"),
        (("--timeout", "nan"), "--timeout: “nan” is not a number of seconds"),
        (("--timeout", "-1"), "--timeout: “-1” is not a number of seconds"),
        (("--size", "3"), "unrecognized arguments"),
    ],
)
def test_wrong_usage_is_told_and_leaves_no_job(
    cli: Cli, make_photo: MakePhoto, words: tuple[str, ...], complaint: str
) -> None:
    said = cli("run", make_photo(), *SCRIPTED, *words)

    assert (said.status, said.out) == (2, "")
    assert complaint in said.err.replace("\n", " ")
    assert cli("jobs", "list", "--json").records == []


def test_a_video_for_a_provider_of_photos_is_wrong_usage_and_leaves_no_job(
    cli: Cli, make_photo: MakePhoto, tmp_path: Path
) -> None:
    clip = write_video(tmp_path / "clip.mp4", frames=2)

    said = cli("run", make_photo(), clip, *SCRIPTED)

    assert (said.status, said.out) == (2, "")
    assert "Scripted takes photos, not clip.mp4" in said.err
    assert cli("jobs", "list", "--json").records == []


def test_more_sources_than_one_job_takes_is_wrong_usage(cli: Cli, make_photo: MakePhoto) -> None:
    photos = [make_photo(f"{number}.png") for number in range(5)]

    said = cli("run", *photos, *SCRIPTED, "--scene")

    assert said.status == 2
    assert "One job takes at most 4 here, not 5" in said.err


def test_an_endpoint_and_values_reach_the_service(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    address = service.url.replace("127.0.0.1", "localhost")

    said = cli("run", make_photo(), *SCRIPTED, "--endpoint", address, "--set", "steps=2")

    (done,) = said.named("done")
    (shown,) = cli("library", "show", done["result"], "--json").records
    assert shown["endpoints"] == {"api": address}
    assert shown["params"] == {"script": "ok", "steps": 2, "label": ""}
    assert {step for _, step in service.accepted} == {"step-1", "step-2"}


# Holds, timeouts and the lock


def test_a_hold_longer_than_the_timeout_is_the_last_word(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    photo = make_photo()

    said = cli("run", photo, *SCRIPTED, "--set", "script=hold-once", "--timeout", "0.4")

    assert said.status == 1
    assert_in_order(said.records)
    waiting, final = said.named("held")
    assert (waiting["final"], waiting["reason"]) == (False, "Scripted has had too many requests")
    assert waiting["until"] is not None
    assert (final["final"], final["until"]) == (True, None)
    assert "--timeout ran out" in final["reason"]
    assert service.requests == ["POST /jobs"]


def test_a_job_behind_a_held_provider_says_that_it_waits(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    photo = make_photo()
    cli("run", photo, *SCRIPTED, "--set", "script=hold-once", "--timeout", "3")

    behind = cli("run", photo, *SCRIPTED, "--timeout", "0.1")

    assert behind.status == 1
    assert_in_order(behind.records)
    assert [held["final"] for held in behind.named("held")] == [False, True]
    assert behind.named("held")[0]["reason"] == "Scripted has had too many requests"
    assert service.requests == ["POST /jobs"]


def test_a_slow_job_is_left_to_resume_when_the_timeout_runs_out(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    left = cli("run", make_photo(), *SCRIPTED, "--set", "script=slow", "--timeout", "0.5")
    (listed,) = cli("jobs", "list", "--json").records
    service.release.set()
    resumed = cli("resume", "--json")

    assert (left.status, listed["state"], resumed.status) == (1, "queued", 0)
    assert left.named("held")[-1]["final"] is True
    assert len(resumed.named("done")) == 1
    assert sum(service.accepted.values()) == 1
    assert not service.jobs["1"].cancelled


def test_a_busy_home_is_waited_for_and_its_holder_named(
    cli: Cli, make_photo: MakePhoto, home: Home
) -> None:
    lock = HomeLock(home, what="window")
    asyncio.run(lock.acquire())
    try:
        said = cli("run", make_photo(), *SCRIPTED, "--timeout", "0.15")
        at_once = cli("resume", "--json")
    finally:
        lock.release()

    assert (said.status, said.out) == (3, "")
    assert "This home is in use by “window”, process " in said.err
    assert at_once.status == 3


# Copies


def test_output_gets_copies_that_are_the_user_s_own(
    cli: Cli, make_photo: MakePhoto, tmp_path: Path
) -> None:
    target = tmp_path / "copies"

    (done,) = cli("run", make_photo(), *SCRIPTED, "--output", target).named("done")

    (artifact,) = done["artifacts"]
    (copy,) = target.rglob("*.bin")
    assert copy.parent.name == f"photo-{done['result']}"
    assert copy.read_bytes() == Path(artifact["path"]).read_bytes()
    assert copy.stat().st_mode & 0o200
    copy.write_bytes(b"mine")
    assert cli("run", make_photo(), *SCRIPTED, "--output", target).status == 0
    assert copy.read_bytes() == b"mine"


def test_an_output_that_cannot_be_written_fails_after_the_job_is_safe(
    cli: Cli, make_photo: MakePhoto, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    said = cli("run", make_photo(), *SCRIPTED, "--output", tmp_path / "file")

    assert said.status == 1
    assert len(said.named("done")) == 1
    assert "The files could not be copied to" in said.err
    assert len(cli("library", "list", "--json").records) == 1


def test_a_sheet_of_seeds_is_a_job_each(
    cli: Cli, make_photo: MakePhoto, capsys: pytest.CaptureFixture[str]
) -> None:
    seeds = ["--set", "seed_mode=sheet", "--set", "sheet=3", "--set", "seed=5"]
    with SpaceServer() as server:
        words = ["run", str(make_photo()), "--provider", "space", "--json", *seeds]
        assert main(words, Registry([space_at(server.url)])) == 0

    events = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert (events.count("queued"), events.count("done")) == (3, 3)
    assert sorted(run["seed"] for run in server.runs) == [5, 6, 7]
