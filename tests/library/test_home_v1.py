"""The home of schema version 1 that is kept in the repository: every later program opens it."""

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from depthstudio.core.artifact import Role
from depthstudio.core.digest import job_key
from depthstudio.library.annotations import read_annotations
from depthstudio.library.manifest import Manifest
from depthstudio.library.manifest_file import encode_manifest, read_manifest
from depthstudio.library.store import Library
from depthstudio.library.verify import verify_library
from depthstudio.settings.app_settings import ThemeChoice, load_settings
from depthstudio.settings.paths import Home

FIXTURE = Path(__file__).resolve().parents[1] / "data" / "home_v1"
RESULT_ID = "20251121-110100-00c0ffee00"
NOBODY = 65534


@pytest.fixture
def home(tmp_path: Path) -> Home:
    shutil.copytree(FIXTURE, tmp_path / "home")
    return Home.at(tmp_path / "home")


@pytest.fixture
def read_only_home() -> Iterator[Home]:
    """A copy that nobody may write to, not even a test that runs as root."""
    # Not below tmp_path: pytest closes that to other users.
    folder = Path(tempfile.mkdtemp())
    shutil.copytree(FIXTURE, folder / "home")
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    yield Home.at(folder / "home")
    if is_root:
        os.seteuid(0)
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o755)
    shutil.rmtree(folder)


def dump(index_file: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(index_file)) as connection:
        return list(connection.iterdump())


def assert_everything_is_found(home: Home) -> None:
    library = Library(home.library_folder)
    (summary,) = library.summaries(search="dome")
    assert (summary.id, summary.name, summary.kinds) == (RESULT_ID, "Dome", ("surface", "depth"))
    thumbnail = library.thumbnail(summary)
    assert thumbnail is not None
    assert thumbnail.read_bytes()[:3] == b"\xff\xd8\xff"
    result = library.get(RESULT_ID)
    assert [a.role for a in result.artifacts] == [
        Role.PHOTO,
        Role.RAW_DEPTH,
        Role.PREVIEW,
        Role.SCENE,
    ]
    assert library.find_by_key(result.key) == result
    assert verify_library(home.library_folder) == []


def test_a_home_of_version_1_is_listed_verified_and_answers_its_key(home: Home) -> None:
    assert_everything_is_found(home)


def test_the_key_in_it_is_still_made_in_the_same_way(home: Home) -> None:
    result = Library(home.library_folder).get(RESULT_ID)
    assert result.key == job_key(
        provider_id=result.provider_id,
        provider_version=result.provider_version,
        endpoints=result.endpoints,
        server_profile="",
        params=result.params,
        source_sha256=[source.sha256 for source in result.sources],
    )


def test_its_settings_and_annotations_are_read(home: Home) -> None:
    loaded = load_settings(home.settings_file)
    assert (loaded.settings.theme, loaded.problem) == (ThemeChoice.DARK, "")
    folder = Library(home.library_folder).get(RESULT_ID).folder
    assert read_annotations(folder).notes == "Made for the first version"


def test_its_manifest_is_spelled_as_this_program_would_spell_it(home: Home) -> None:
    folder = Library(home.library_folder).layout.result_folder(RESULT_ID)
    manifest = read_manifest(folder)
    assert isinstance(manifest, Manifest)
    assert encode_manifest(manifest) == (folder / "manifest.json").read_bytes()


def test_its_index_is_rebuilt_with_the_same_content(home: Home) -> None:
    library = Library(home.library_folder)
    before = dump(library.layout.index_file)
    library.layout.index_file.unlink()
    library.recover()
    assert dump(library.layout.index_file) == before


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_it_is_read_where_nothing_can_be_written(read_only_home: Home) -> None:
    with pytest.raises(PermissionError):
        (read_only_home.library_folder / "probe").touch()
    assert_everything_is_found(read_only_home)


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_a_read_only_home_without_its_index_is_read_from_the_manifests(tmp_path: Path) -> None:
    shutil.copytree(FIXTURE, tmp_path / "home")
    home = Home.at(tmp_path / "home")
    (home.library_folder / "index.db").unlink()
    home.library_folder.chmod(0o555)
    assert_everything_is_found(home)
    assert [path.name for path in home.library_folder.iterdir()] == ["results"]
    home.library_folder.chmod(0o755)
