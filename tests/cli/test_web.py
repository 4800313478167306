"""Addresses and hosts on the command line."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from depthstudio.cli import run
from depthstudio.jobs import session
from depthstudio.providers.builtin.relief import ReliefProvider
from depthstudio.providers.registry import Registry
from depthstudio.settings.app_settings import AppSettings, save_settings
from depthstudio.settings.paths import Home
from tests.support.cli_events import assert_in_order
from tests.support.scripted_provider import scripted_at
from tests.support.scripted_service import ScriptedService
from tests.support.shelf_host import Shelf, shelf_at

Cli = Callable[..., Any]
MakePhoto = Callable[..., Path]

SCRIPTED = ("--provider", "scripted", "--json")
ADDRESS = "https://cdn.test/clips/walk.png?sig=s3cret"
SHOWN = "https://cdn.test/clips/walk.png"


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    with Shelf() as shelf:
        yield shelf


@pytest.fixture
def registry(service: ScriptedService, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """A service that takes addresses and wants one of every file, and a host for those."""
    monkeypatch.setattr(run, "load_hosts", lambda: {"shelf": shelf_at(shelf.url)})
    web = scripted_at(
        service.url, takes_urls=True, needs_web_address=True, history="https://scripted.test/runs"
    )
    return Registry([web, ReliefProvider()])


def test_an_address_runs_and_its_query_is_in_no_word(cli: Cli, service: ScriptedService) -> None:
    said = cli("run", ADDRESS, *SCRIPTED)
    words = cli("run", ADDRESS, "--provider", "scripted")
    listed, shown = cli("jobs", "list", "--json"), cli("jobs", "list")
    (done,) = said.named("done")
    result = cli("library", "show", done["result"], "--json")

    assert (said.status, words.status) == (0, 0)
    assert [job.body for job in service.jobs.values()] == [ADDRESS, ADDRESS]
    assert said.named("queued")[0]["sources"] == listed.records[0]["sources"] == [SHOWN]
    assert listed.records[0]["name"] == "walk.png"
    assert result.records[0]["sources"][0]["url"] == SHOWN
    for spoken in (said, words, listed, shown, result):
        assert "s3cret" not in spoken.out + spoken.err


def test_an_earlier_result_of_an_address_is_named_with_its_date_and_it_is_asked_anew(
    cli: Cli, service: ScriptedService
) -> None:
    (first,) = cli("run", ADDRESS, *SCRIPTED).named("done")

    said, words = cli("run", ADDRESS, *SCRIPTED), cli("run", ADDRESS, "--provider", "scripted")
    again = cli("run", ADDRESS, *SCRIPTED, "--again")

    assert_in_order(said.records)
    (warning,) = said.named("warning")
    (earlier,) = cli("library", "list", "--json", "--limit", "9").records[-1:]
    assert (warning["result"], warning["created_at"]) == (first["result"], earlier["created_at"])
    assert warning["message"] == "this address was asked about before, and is asked anew"
    assert said.named("done")[0]["cached"] is False
    (newest,) = said.named("done")
    assert f"asked anew: result {newest['result']} of 20" in words.out
    assert again.named("warning") == []
    assert sum(service.accepted.values()) == 4


def test_files_and_addresses_of_one_scene_keep_their_order(cli: Cli, make_photo: MakePhoto) -> None:
    photo = make_photo()

    said = cli("run", ADDRESS, photo, "https://cdn.test/b.png", *SCRIPTED, "--host-via", "shelf")

    assert said.named("queued")[0]["sources"] == [SHOWN, str(photo), "https://cdn.test/b.png"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((ADDRESS, "--provider", "relief"), "Relief takes files, not addresses on the web"),
        (("http://cdn.test/x?sig=s3cret", *SCRIPTED), "cdn.test would be spoken to without"),
        (("ftp://cdn.test/x?sig=s3cret", *SCRIPTED), "This is not an address on the web"),
        (("https://me:s3cret@cdn.test/x", *SCRIPTED), "may not hold a name or password"),
        ((ADDRESS, "https://cdn.test/x.mp4", *SCRIPTED), "Scripted takes photos, not x.mp4"),
        ((ADDRESS, *SCRIPTED, "--host-via", "cloud"), "no host “cloud”. Known: shelf"),
        ((ADDRESS, *SCRIPTED, "--endpoint", "shelf=https://a.test"), "no endpoint “shelf”"),
    ],
)
def test_wrong_usage_is_told_without_a_query_and_leaves_no_job(
    cli: Cli, words: tuple[str, ...], complaint: str
) -> None:
    said = cli("run", *words)

    assert (said.status, said.out) == (2, "")
    assert complaint in said.err.replace("\n", " ")
    assert "s3cret" not in said.err
    assert cli("jobs", "list", "--json").records == []


def test_a_file_without_an_agreed_host_is_wrong_usage_that_names_the_hosts(
    cli: Cli, make_photo: MakePhoto, shelf: Shelf
) -> None:
    said = cli("run", make_photo(), ADDRESS, *SCRIPTED, "--each")

    assert (said.status, said.out) == (2, "")
    assert "Scripted fetches its input from the web" in said.err
    assert "Add --host-via NAME, one of: shelf (Shelf)" in said.err
    assert cli("jobs", "list", "--json").records == []
    assert shelf.files == {}


def test_agreeing_to_a_host_puts_the_file_there_for_that_run_only(
    cli: Cli, make_photo: MakePhoto, shelf: Shelf, service: ScriptedService
) -> None:
    photo = make_photo()

    said = cli("run", photo, *SCRIPTED, "--host-via", "shelf")
    without = cli("run", make_photo("b.png", (1, 2, 3)), *SCRIPTED)

    (done,) = said.named("done")
    ((name, content),) = shelf.files.items()
    assert content == photo.read_bytes()
    assert service.jobs["1"].body.startswith(f"{shelf.url}/{name}?")
    (shown,) = cli("library", "show", done["result"], "--json").records
    assert shown["sources"][0]["hosted"]["host_id"] == "shelf"
    assert shown["sources"][0]["hosted"]["url"] == f"{shelf.url}/{name}"
    assert (without.status, len(shelf.files)) == (2, 1)


def test_the_host_is_where_the_command_says(
    cli: Cli, make_photo: MakePhoto, service: ScriptedService
) -> None:
    with Shelf() as other:
        said = cli(
            *("run", make_photo(), *SCRIPTED, "--host-via", "shelf"),
            *("--endpoint", f"shelf={other.url}"),
        )
        (name,) = other.files
        assert said.status == 0
        assert service.jobs["1"].body.startswith(f"{other.url}/{name}?")


def moved(home: Home, **addresses: str) -> None:
    """As the window remembers that the user moved hosts elsewhere."""
    by_host = {host_id: {"shelf": address} for host_id, address in addresses.items()}
    save_settings(home.settings_file, AppSettings(endpoints_by_host=by_host))


def test_the_host_is_where_the_settings_say_unless_the_command_says_otherwise(
    cli: Cli, make_photo: MakePhoto, shelf: Shelf, home: Home
) -> None:
    hosted = ("run", make_photo(), *SCRIPTED, "--again", "--host-via", "shelf")
    with Shelf() as own, Shelf() as other:
        moved(home, shelf=own.url)
        assert cli(*hosted).status == 0
        assert (len(own.files), len(other.files)) == (1, 0)
        assert cli(*hosted, "--endpoint", f"shelf={other.url}").status == 0
        assert (len(own.files), len(other.files)) == (1, 1)
        moved(home, shelf="http://nas.test")  # nobody allowed that it is spoken to in the clear
        assert cli(*hosted).status == 0
    assert len(shelf.files) == 1


def test_resume_says_what_is_known_of_a_lost_submit(cli: Cli, service: ScriptedService) -> None:
    (lost,) = cli("run", ADDRESS, *SCRIPTED, "--set", "script=silence").named("held")

    (held,) = cli("resume", "--json").named("held")
    words = cli("resume").out

    assert held == lost
    assert (held["kind"], held["final"]) == ("submit-lost", True)
    assert (held["service"], held["servers"]) == ("Scripted", ["127.0.0.1"])
    assert (held["sources"], held["history"]) == (["walk.png"], "https://scripted.test/runs")
    local = datetime.fromisoformat(held["sent_at"]).astimezone()
    assert f"  Sent {local:%Y-%m-%d %H:%M:%S} to Scripted (127.0.0.1): walk.png" in words
    assert "  What the service ran: https://scripted.test/runs" in words
    assert f"  It is not there: depthstudio resume {held['job']} --send-again" in words
    assert "s3cret" not in words
    assert sum(service.accepted.values()) == 1


def test_a_retry_puts_no_file_on_a_host_that_is_not_agreed_to_any_more(
    cli: Cli,
    make_photo: MakePhoto,
    service: ScriptedService,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "load_hosts", lambda: {"shelf": shelf_at(shelf.url)})
    failing = cli("run", make_photo(), *SCRIPTED, "--set", "script=fail", "--host-via", "shelf")
    (failed,) = failing.named("failed")

    refused = cli("jobs", "retry", failed["job"], "--json")
    unknown = cli("jobs", "retry", failed["job"], "--host-via", "attic")
    assert (refused.status, unknown.status, refused.out, len(shelf.files)) == (2, 2, "", 1)
    assert "photo.png would be put on Shelf again.\nAdd --host-via shelf" in refused.err
    assert "There is no host “attic”" in unknown.err
    assert sum(service.accepted.values()) == 1

    agreed = cli("jobs", "retry", failed["job"], "--json", "--host-via", "shelf")
    assert agreed.named("failed")[0]["job"] == failed["job"]
    assert (len(shelf.files), sum(service.accepted.values())) == (2, 2)


def test_a_retry_with_another_host_puts_the_file_there(
    cli: Cli, make_photo: MakePhoto, shelf: Shelf, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = {"shelf": shelf_at(shelf.url), "attic": shelf_at(shelf.url, id="attic")}
    monkeypatch.setattr(session, "load_hosts", lambda: hosts)
    failing = cli("run", make_photo(), *SCRIPTED, "--set", "script=fail", "--host-via", "shelf")
    (failed,) = failing.named("failed")

    said = cli("jobs", "retry", failed["job"], "--json", "--host-via", "attic")

    assert said.named("failed")[0]["job"] != failed["job"]
    assert len(shelf.files) == 2

    with Shelf() as own:
        moved(home, attic=own.url)
        cli("jobs", "retry", failed["job"], "--json", "--host-via", "attic")
        assert (len(own.files), len(shelf.files)) == (1, 2)


@pytest.mark.parametrize("script", ["ok", "silence"])
def test_a_job_that_did_not_stop_is_not_ordered_once_more_by_naming_another_host(
    cli: Cli,
    make_photo: MakePhoto,
    service: ScriptedService,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
) -> None:
    hosts = {"shelf": shelf_at(shelf.url), "attic": shelf_at(shelf.url, id="attic")}
    monkeypatch.setattr(session, "load_hosts", lambda: hosts)
    order = ("--set", f"script={script}", "--host-via", "shelf")
    (queued,) = cli("run", make_photo(), *SCRIPTED, *order).named("queued")

    said = cli("jobs", "retry", queued["job"], "--host-via", "attic")

    assert said.status == 2
    assert "has neither failed nor been cancelled" in said.err
    assert (len(shelf.files), sum(service.accepted.values())) == (1, 1)


def test_a_file_that_was_mended_is_looked_at_again_and_goes_to_the_other_host(
    cli: Cli, make_photo: MakePhoto, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts = {"shelf": shelf_at(shelf.url), "attic": shelf_at(shelf.url, id="attic")}
    monkeypatch.setattr(session, "load_hosts", lambda: hosts)
    (tmp_path / "photo.png").write_text("not yet")
    failing = cli("run", tmp_path / "photo.png", *SCRIPTED, "--host-via", "shelf")
    (failed,) = failing.named("failed")
    retry = ("jobs", "retry", failed["job"], "--json", "--host-via", "attic")
    still = cli(*retry).named("failed")
    make_photo("photo.png")

    (done,) = cli(*retry).named("done")

    assert [record["job"] for record in still] == [failed["job"]]
    shown = cli("library", "show", done["result"], "--json").records[0]
    assert shown["sources"][0]["hosted"]["host_id"] == "attic"
    assert [record["state"] for record in cli("jobs", "list", "--json").records] == ["done"]


def test_a_retry_that_only_follows_needs_no_consent(
    cli: Cli,
    make_photo: MakePhoto,
    service: ScriptedService,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session, "load_hosts", lambda: {"shelf": shelf_at(shelf.url)})
    slow = ("--set", "script=slow", "--timeout", "1.5", "--host-via", "shelf")
    (held,) = cli("run", make_photo(), *SCRIPTED, *slow).named("held")
    cancelled = cli("jobs", "cancel", held["job"], "--json").named("cancelled")
    service.release.set()

    said = cli("jobs", "retry", held["job"], "--json")

    assert f"depthstudio jobs retry {held['job']}" in cancelled[0]["error"]["hint"]
    assert len(said.named("done")) == len(shelf.files) == sum(service.accepted.values()) == 1
