import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from depthstudio.core.artifact import Role
from depthstudio.core.digest import canonical_json, sha256_bytes
from depthstudio.core.errors import LibraryError
from depthstudio.core.record import RecordError, checked
from depthstudio.core.result import Result
from depthstudio.library import manifest_file
from depthstudio.library.manifest import Manifest, ResultDraft, SealedArtifact
from depthstudio.library.manifest_file import decode_manifest, encode_manifest, read_manifest


@pytest.fixture
def manifest(make_draft: Callable[..., ResultDraft]) -> Manifest:
    file = SealedArtifact(
        name="scene.glb",
        role=Role.SCENE,
        media_type="model/gltf-binary",
        size_bytes=7,
        sha256="01" * 32,
    )
    draft = make_draft(name="Vase – à côté")
    return Manifest(**asdict(draft), program_version="0.1.0", files=(file,))


def resealed(document: dict[str, Any]) -> bytes:
    """What somebody would write who knows how the seal is made."""
    rest = {name: value for name, value in document.items() if name != "seal"}
    sealed = {**rest, "seal": sha256_bytes(canonical_json(rest))}
    return json.dumps(sealed, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"


def test_a_manifest_comes_back_as_it_was_written(manifest: Manifest) -> None:
    assert decode_manifest(encode_manifest(manifest), where="x") == manifest


def test_the_seal_is_the_hash_of_the_canonical_rest(manifest: Manifest) -> None:
    data = encode_manifest(manifest)
    assert data == resealed(json.loads(data))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flip_of_any_bit_is_noticed(manifest: Manifest, data: st.DataObject) -> None:
    sealed = bytearray(encode_manifest(manifest))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(LibraryError) as caught:
        decode_manifest(bytes(sealed), where="x")
    assert caught.value.hint


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_manifest_cut_short_is_refused(manifest: Manifest, data: st.DataObject) -> None:
    sealed = encode_manifest(manifest)
    length = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(LibraryError, match="damaged"):
        decode_manifest(sealed[:length], where="x")


@pytest.mark.parametrize(
    "junk",
    [
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
    ids=["list", "null", "empty", "not-utf8", "deep", "nan", "surrogate", "huge-number"],
)
def test_json_that_is_no_manifest_is_damaged(junk: bytes) -> None:
    with pytest.raises(LibraryError, match="The manifest of result x is damaged"):
        decode_manifest(junk, where="x")


def test_a_manifest_of_a_newer_schema_asks_for_a_newer_program(manifest: Manifest) -> None:
    document = json.loads(encode_manifest(manifest))
    with pytest.raises(LibraryError, match="newer DepthStudio") as caught:
        decode_manifest(resealed({**document, "schema_version": 2}), where="x")
    assert caught.value.hint == "Update DepthStudio to open it"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": 0}, "schema_version"),
        ({"id": "../../elsewhere"}, "cannot name a result folder"),
        ({"unheard_of": 1}, "unheard_of"),
        ({"duration_s": -1}, "duration_s"),
        ({"created_at": "2025-11-21T11:01:00"}, "timezone"),
    ],
)
def test_a_well_sealed_manifest_that_lies_is_still_refused(
    manifest: Manifest, change: dict[str, Any], said: str
) -> None:
    document = json.loads(encode_manifest(manifest))
    with pytest.raises(LibraryError, match=said):
        decode_manifest(resealed({**document, **change}), where="x")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "../scene.glb"}, "no file name may have"),
        ({"name": "nul"}, "device on Windows"),
        ({"sha256": "xyz"}, "files.0.sha256"),
        ({"sha256": "01" * 32 + "\n"}, "files.0.sha256"),
        ({"size_bytes": 1 << 60}, "size_bytes"),
        ({"role": "weapon"}, "role"),
    ],
)
def test_a_file_entry_that_could_do_harm_is_refused(
    manifest: Manifest, change: dict[str, Any], said: str
) -> None:
    document = json.loads(encode_manifest(manifest))
    document["files"][0] |= change
    with pytest.raises(LibraryError, match=said):
        decode_manifest(resealed(document), where="x")


def test_two_files_of_one_name_are_refused_whatever_their_case(manifest: Manifest) -> None:
    document = json.loads(encode_manifest(manifest))
    document["files"].append({**document["files"][0], "name": "SCENE.glb"})
    with pytest.raises(LibraryError, match="two files have the same name"):
        decode_manifest(resealed(document), where="x")


def test_a_draft_needs_a_moment_with_a_time_zone(make_draft: Callable[..., ResultDraft]) -> None:
    with pytest.raises(RecordError, match=r"created_at: .* timezone"):
        checked(make_draft(created_at=datetime(2025, 11, 21, 11, 1)))  # noqa: DTZ001 - without one


def test_a_result_has_absolute_paths_and_everything_the_manifest_says(manifest: Manifest) -> None:
    result = manifest.as_result(Path("somewhere"))
    assert isinstance(result, Result)
    assert result.folder == Path.cwd() / "somewhere"
    assert [artifact.path for artifact in result.artifacts] == [result.folder / "scene.glb"]
    assert (result.name, result.licence, result.thumbnail) == ("Vase – à côté", "MIT", None)
    assert result.provider_title == "Relief"
    assert manifest.as_result(Path("somewhere"), name="Urn").name == "Urn"


def test_the_size_of_a_manifest_is_that_of_its_files(manifest: Manifest) -> None:
    (file,) = manifest.files
    thumbnail = replace(file, name="thumbnail.jpg")
    assert replace(manifest, thumbnail=thumbnail).size_bytes == 14


def test_a_folder_without_a_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=f"Result {tmp_path.name} has no manifest"):
        read_manifest(tmp_path)


def test_a_manifest_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(LibraryError, match="cannot be read"):
        read_manifest(tmp_path)


def test_a_giant_manifest_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest_file, "MAX_MANIFEST_BYTES", 10)
    (tmp_path / "manifest.json").write_bytes(b" " * 11)
    with pytest.raises(LibraryError, match="larger than 10 bytes"):
        read_manifest(tmp_path)
