"""The sentences of the Run box."""

import dataclasses
from pathlib import Path

import pytest
from msgspec.structs import replace

from depthstudio.core.job import Source
from depthstudio.jobs.web_source import source_from_address
from depthstudio.providers.base import Licence, ProviderInfo
from depthstudio.ui.inspector.run_state import describe, hosts, run_state

NBSP = "\N{NO-BREAK SPACE}"


def provider(
    *accepts: str, max_sources: int = 1, endpoints: dict[str, str] | None = None
) -> ProviderInfo:
    return ProviderInfo(
        id="acme",
        title="Acme",
        version="1",
        subtitle="A service",
        accepts=frozenset(accepts or ("image/jpeg", "image/png")),
        produces=(),
        licence=Licence("MIT", True),
        price="Free",
        endpoints=endpoints or {},
        max_sources=max_sources,
    )


def files(count: int, *, media_type: str = "image/jpeg", size_bytes: int = 38_000) -> list[Source]:
    return [
        Source(path=Path(f"{i}.bin"), media_type=media_type, size_bytes=size_bytes, mtime_ns=0)
        for i in range(count)
    ]


PHOTO, PHOTOS = files(1), files(12, size_bytes=10_500_000)
VIDEO = files(1, media_type="video/mp4")
CLIP = source_from_address("https://cdn.test/walk.mp4?sig=1")
PAGE = source_from_address("https://other.test/7")
FILM = [replace(VIDEO[0], frame_rate_hz=24.0, frame_count=240)]
NTSC = [replace(VIDEO[0], frame_rate_hz=30000 / 1001, frame_count=1)]


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ([], ""),
        (PHOTO, f"1 photo, 38.0{NBSP}kB"),
        (PHOTOS, f"12 photos, 126{NBSP}MB"),
        (VIDEO, f"1 video, 38.0{NBSP}kB"),
        (FILM, f"1 video · 24 fps · 240 frames, 38.0{NBSP}kB"),
        (NTSC, f"1 video · 29.97 fps · 1 frame, 38.0{NBSP}kB"),
        ([*FILM, *NTSC], f"2 videos · 241 frames, 76.0{NBSP}kB"),
        ([*FILM, *PHOTO], f"1 photo and 1 video, 76.0{NBSP}kB"),
        (files(2, media_type="model/gltf-binary"), f"2 files, 76.0{NBSP}kB"),
        ([*VIDEO, *PHOTO, *PHOTO], f"2 photos and 1 video, 114{NBSP}kB"),
    ],
)
@pytest.mark.usefixtures("theme")  # sets the language that the numbers are written in
def test_inputs_are_counted_by_kind_and_weighed(sources: list[Source], words: str) -> None:
    assert describe(sources) == words


def test_what_runs_here_stays_here() -> None:
    state = run_state(provider(), PHOTOS, one_scene=True)
    assert (state.where, state.leaves_computer) == ("Stays on this computer", False)


@pytest.mark.parametrize(
    ("sources", "where"),
    [
        ([], ""),
        (PHOTO, "The photo goes to acme.test, nothing else does"),
        (PHOTOS, "Photos go to acme.test, nothing else does"),
        (VIDEO, "The video goes to acme.test, nothing else does"),
        ([*PHOTO, *VIDEO], "Files go to acme.test, nothing else does"),
    ],
)
def test_what_leaves_is_named_with_its_host(sources: list[Source], where: str) -> None:
    remote = provider(endpoints={"api": "https://acme.test:8443/v1"})
    state = run_state(remote, sources, one_scene=True)
    assert (state.where, state.leaves_computer) == (where, True)


def test_every_host_is_named_once() -> None:
    urls = {"api": "https://a.test/1", "queue": "https://q.test", "rest": "https://a.test/2"}
    assert hosts(provider(endpoints=urls)) == ("a.test", "q.test")
    state = run_state(provider(endpoints=urls), PHOTOS, one_scene=True)
    assert state.where == "Photos go to a.test and q.test, nothing else does"


@pytest.mark.parametrize(
    ("sources", "host", "where"),
    [
        (VIDEO, "", "The video goes to a host you choose, then acme.test"),
        (VIDEO, "fal storage", "The video goes to fal storage, then acme.test"),
        (PHOTOS, "fal storage", "Photos go to fal storage, then acme.test"),
        ([CLIP], "fal storage", "Only the address goes to acme.test, which fetches what is there"),
    ],
)
def test_a_file_that_is_fetched_from_the_web_names_its_host_first(
    sources: list[Source], host: str, where: str
) -> None:
    remote = provider("video/*", "image/*", endpoints={"api": "https://acme.test/v1"})
    info = dataclasses.replace(remote, takes_urls=True, needs_web_address=True)
    state = run_state(info, sources, one_scene=True, host_title=host)
    assert state.where == where
    assert state.has_host is (sources != [CLIP])


@pytest.mark.parametrize(
    ("sources", "what"),
    [
        ([CLIP], "1 video from cdn.test"),
        ([CLIP, PAGE], "1 video and 1 file from cdn.test and other.test"),
        ([*PHOTO, CLIP], f"1 photo and 1 video, 38.0{NBSP}kB of it here"),
    ],
)
@pytest.mark.usefixtures("theme")
def test_what_lies_on_the_web_is_named_by_its_host(sources: list[Source], what: str) -> None:
    assert describe(sources) == what


def test_a_known_answer_says_of_what_moment_it_is() -> None:
    known = {"is_known": True, "known_when": "today 14:02", "one_scene": True}
    here = run_state(provider(), PHOTO, **known)
    assert here.known_note == "The library has this result of today 14:02"
    taker = dataclasses.replace(provider("video/*"), takes_urls=True)
    there = run_state(taker, [CLIP], **known)
    assert there.is_known
    assert there.known_note == (
        "The library has a result of today 14:02; the address may hold something else now"
    )


def test_an_address_without_a_server_names_none() -> None:
    info = provider(endpoints={"api": ""})
    state = run_state(info, PHOTO, one_scene=True)
    assert state.where == "The photo goes to Acme, nothing else does"


def test_a_host_that_is_only_asked_gets_no_photo() -> None:
    urls = {"space": "owner/name", "hub": "https://hub.test"}
    info = dataclasses.replace(provider(endpoints=urls), asks_only=frozenset({"hub"}))
    state = run_state(info, PHOTOS, one_scene=True)
    assert state.where == "Photos go to owner/name, nothing else does"


@pytest.mark.parametrize(
    ("accepts", "reason"),
    [
        (("image/jpeg", "image/png"), "Add a photo first"),
        (("video/mp4",), "Add a video first"),
        (("video/mp4", "image/png"), "Add a photo or a video first"),
        (("model/gltf-binary",), "Add a file first"),
    ],
)
def test_without_inputs_it_says_what_to_add(accepts: tuple[str, ...], reason: str) -> None:
    state = run_state(provider(*accepts), [], one_scene=True)
    assert (state.reason, state.sentence) == (reason, "Run")


def test_an_input_it_cannot_take_is_named() -> None:
    state = run_state(provider(), [*PHOTO, *VIDEO], one_scene=True)
    assert state.reason == "Acme takes photos, not 0.bin"


def test_a_family_of_types_may_be_accepted_at_once() -> None:
    assert run_state(provider("image/*"), PHOTOS, one_scene=True).reason == ""


def test_a_provider_of_one_source_runs_each_without_asking() -> None:
    state = run_state(provider(), PHOTOS, one_scene=True)
    assert (state.sentence, state.offers_grouping, state.reason) == ("Run 12 photos", False, "")


@pytest.mark.parametrize(
    ("one_scene", "sentence"),
    [(True, "Run 12 photos as one scene"), (False, "Run 12 photos, one job each")],
)
def test_a_provider_of_several_sources_offers_the_choice(one_scene: bool, sentence: str) -> None:
    state = run_state(provider(max_sources=16), PHOTOS, one_scene=one_scene)
    assert (state.sentence, state.short_sentence) == (sentence, "Run 12 photos")
    assert state.offers_grouping
    assert state.reason == ""


def test_one_photo_offers_no_choice() -> None:
    state = run_state(provider(max_sources=16), PHOTO, one_scene=True)
    assert (state.sentence, state.offers_grouping) == ("Run 1 photo", False)


def test_too_many_for_one_scene_can_still_run_one_by_one() -> None:
    few = provider(max_sources=8)
    assert (
        run_state(few, PHOTOS, one_scene=True).reason
        == "One scene holds at most 8: choose fewer, or one job each"
    )
    assert run_state(few, PHOTOS, one_scene=False).reason == ""


def test_a_wrong_parameter_is_named() -> None:
    state = run_state(provider(), PHOTO, one_scene=True, wrong_param="Blur", is_known=True)
    assert state.reason == "Correct “Blur” first"
    assert not state.is_known


def test_an_address_only_the_user_knows_is_asked_for_before_the_key() -> None:
    info = dataclasses.replace(provider(endpoints={"api": ""}), wiring={"get_path": "/{id}"})

    unknown = run_state(info, PHOTO, one_scene=False, missing_secret="Acme key")
    known = {"api": "https://acme.test", "get_path": "/v3/{id}"}
    told = run_state(info, PHOTO, one_scene=False, missing_secret="Acme key", endpoints=known)

    assert unknown.reason == "Give Acme's address first"
    assert unknown.where == "The photo goes to Acme, nothing else does"
    assert told.reason == "Give the Acme key first"
    assert told.where == "The photo goes to acme.test, nothing else does"
    assert hosts(info, known) == ("acme.test",)
    assert hosts(info) == ()
