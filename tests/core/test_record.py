"""Values in files: read in full or refused with the place, and written as ever."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.job import Job, Source
from depthstudio.core.record import (
    Json,
    RecordError,
    checked,
    from_json,
    from_plain,
    to_json,
    to_plain,
)

SOURCE = Source(
    path=Path("/photos/à côté.png"),
    media_type="image/png",
    size_bytes=9,
    mtime_ns=1_763_722_860_123_456_789,
)
JOB = Job(
    id="20251121-110100-0123456789",
    name="à côté.png",
    provider_id="relief",
    sources=(SOURCE,),
    params={"depth": 0.5, "seed": None, "sizes": [1, 2]},
    created_at=datetime(2025, 11, 21, 11, 1, 0, 250_000, tzinfo=UTC),
)
# As the first version of the program, which used another library for it, wrote that job.
WRITTEN = (
    '{"id":"20251121-110100-0123456789","name":"à côté.png","provider_id":"relief",'
    '"sources":[{"path":"/photos/à côté.png","media_type":"image/png","size_bytes":9,'
    '"mtime_ns":1763722860123456789,"width_px":0,"height_px":0}],'
    '"params":{"depth":0.5,"seed":null,"sizes":[1,2]},"endpoints":{},"again":false,'
    '"created_at":"2025-11-21T11:01:00.250000Z"}'
)


ADDED = (',"frame_rate_hz":0.0,"frame_count":0,"url":""', ',"host_via":""')


def test_a_job_is_written_and_read_as_it_always_was() -> None:
    written = to_json(JOB)
    for added in ADDED:
        written = written.replace(added, "")
    assert written == WRITTEN
    assert from_json(Job, to_json(JOB)) == from_json(Job, WRITTEN) == JOB


def test_a_path_comes_back_as_a_path() -> None:
    read = from_json(Source, to_json(SOURCE))
    assert read == SOURCE
    assert isinstance(read.path, Path)
    assert from_plain(Source, to_plain(SOURCE)) == SOURCE
    assert to_plain(SOURCE)["path"] == str(SOURCE.path)


def test_several_values_are_one_text() -> None:
    artifacts = tuple(
        Artifact(role=Role.LOG, path=Path(name), media_type="text/plain", size_bytes=1, sha256="")
        for name in "ab"
    )
    assert from_json(tuple[Artifact, ...], to_json(artifacts)) == artifacts


def test_plain_values_hide_nothing_that_json_lacks() -> None:
    plain = to_plain(replace(SOURCE, path=Path("/\udcff"), media_type=(float("inf"),)))
    assert (plain["path"], plain["media_type"]) == ("/\udcff", [float("inf")])


def test_a_value_that_is_no_json_is_not_written() -> None:
    with pytest.raises(NotImplementedError, match="object is no JSON"):
        to_json({"what": object()})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "truncated"),
        (b"\xff", "malformed"),
        (b'{"path": "\xff"}', "utf-8"),
        ("[]", "Expected object, got array"),
        ('{"colour": 1}', "Object contains unknown field colour"),
        ('{"path": 5}', "path: "),
        ('{"path": "/a", "media_type": 5}', "media_type: Expected str, got int"),
        ('{"path": "/a", "media_type": "", "size_bytes": 1.0}', "size_bytes: Expected int"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: Any, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        from_json(Source, text)


@pytest.mark.parametrize("kind", [Job, Artifact])
def test_json_nested_too_deeply_is_refused(kind: type) -> None:
    for name in ("params", "unheard_of"):
        with pytest.raises(RecordError):
            from_json(kind, f'{{"{name}": {"[" * 100_000}')
    with pytest.raises(RecordError, match="nested too deeply"):
        from_json(dict[str, Json], '{"a": ' + "[" * 100_000)


def test_the_place_leads_through_lists_and_objects() -> None:
    with pytest.raises(RecordError, match=r"^sources\.1\.path: "):
        from_plain(Job, {"name": "", "provider_id": "", "sources": [to_plain(SOURCE), {"path": 5}]})
    with pytest.raises(RecordError, match=r"^endpoints\.\*: Expected str, got int"):
        from_plain(Job, {"name": "", "provider_id": "", "sources": [], "endpoints": {"a": 5}})


def test_whole_numbers_may_be_written_otherwise_where_that_is_allowed() -> None:
    assert from_json(tuple[int, ...], "[2.0]", strict=False) == (2,)
    with pytest.raises(RecordError, match="Expected int, got float"):
        from_json(tuple[int, ...], "[2.0]")


def test_checking_finds_what_building_does_not() -> None:
    wrong: Any = "many"
    built = Source(path=Path("/a"), media_type="", size_bytes=wrong, mtime_ns=0)
    with pytest.raises(RecordError, match="size_bytes: Expected int, got str"):
        checked(built)
    assert checked(SOURCE) == SOURCE


def test_json_of_any_shape_is_kept() -> None:
    values: dict[str, Json] = {"a": [1, 2.5, None, {"b": [True]}], "c": 2**70}
    assert from_json(dict[str, Json], to_json(values)) == values


def test_a_record_is_built_by_name_and_never_changes() -> None:
    build: Any = Source
    with pytest.raises(TypeError, match="positional"):
        build(Path("/a"), "", 1, 0)
    with pytest.raises(AttributeError, match="immutable"):
        setattr(SOURCE, "size_bytes", 1)  # noqa: B010 - what is being refused
