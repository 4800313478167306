import contextlib
import errno
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import LibraryError
from depthstudio.core.result import Result
from depthstudio.library import index, index_file, layout
from depthstudio.library.annotations import Annotations
from depthstudio.library.manifest import ResultDraft
from depthstudio.library.store import Library

Store = Callable[..., Result]


def content(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return [*connection.iterdump(), str(index.version_of(connection))]


def everything_below(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def overwrite_pages(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xaa" * (len(data) - 4096))


def of_another_version(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")


def with_a_row_too_few(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM results WHERE name = 'Vase 1'")


def no_database(path: Path) -> None:
    path.write_text("this is not SQLite")


TROUBLES = [Path.unlink, no_database, cut_short, overwrite_pages, of_another_version]


@pytest.fixture
def three(store: Store) -> list[Result]:
    return [store(number) for number in (1, 2, 3)]


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("trouble", [*TROUBLES, with_a_row_too_few])
def test_whatever_happened_to_the_index_recover_makes_the_same_one_again(
    library: Library, trouble: Callable[[Path], None]
) -> None:
    path = library.layout.index_file
    before = content(path)
    trouble(path)
    Library(library.layout.folder).recover()
    assert content(path) == before


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("trouble", [*TROUBLES, with_a_row_too_few])
def test_a_reader_lists_everything_whatever_happened_and_changes_nothing(
    library: Library, trouble: Callable[[Path], None]
) -> None:
    trouble(library.layout.index_file)
    before = everything_below(library.layout.folder)
    reader = Library(library.layout.folder)
    assert [summary.name for summary in reader.summaries()] == ["Vase 3", "Vase 2", "Vase 1"]
    assert reader.find_by_key("ab" * 32) is not None
    assert reader.count("vase") == 3
    assert everything_below(library.layout.folder) == before


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_index_that_breaks_while_in_use_is_mended_by_the_next_change(
    library: Library, store: Store, trouble: Callable[[Path], None]
) -> None:
    trouble(library.layout.index_file)
    store(4)
    assert library.count() == 4
    assert len([line for line in content(library.layout.index_file) if "Vase" in line]) == 4


@pytest.mark.usefixtures("three")
def test_a_journal_left_beside_a_lost_index_does_not_spoil_the_new_one(library: Library) -> None:
    path = library.layout.index_file
    before = content(path)
    path.unlink()
    journal = path.with_name("index.db-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(600))
    Library(library.layout.folder).recover()
    assert not journal.exists()
    assert content(path) == before


def test_a_folder_deleted_by_hand_leaves_the_list(library: Library, three: list[Result]) -> None:
    three[0].folder.rename(library.layout.folder.parent / "elsewhere")
    reader = Library(library.layout.folder)
    assert reader.count() == 2
    assert reader.recover().damaged == {}
    assert [summary.name for summary in library.summaries()] == ["Vase 3", "Vase 2"]


def test_a_damaged_manifest_is_reported_and_the_rest_is_listed(
    library: Library, three: list[Result], unseal: Callable[[Path], Path]
) -> None:
    manifest = unseal(three[1].folder / "manifest.json")
    sealed = manifest.read_bytes()
    manifest.write_bytes(sealed.replace(b"Vase 2", b"Vase 9"))
    library.layout.index_file.unlink()
    fresh = Library(library.layout.folder)
    assert list(fresh.recover().damaged) == [three[1].id]
    assert [summary.name for summary in fresh.summaries()] == ["Vase 3", "Vase 1"]
    with pytest.raises(LibraryError, match="does not match its seal"):
        fresh.get(three[1].id[:-1])
    manifest.write_bytes(sealed)
    assert fresh.recover().damaged == {}
    assert fresh.count() == 3


def test_a_folder_under_another_name_is_reported_as_damaged(
    library: Library, three: list[Result]
) -> None:
    folder = three[0].folder
    folder.rename(folder.with_name("20251121-110101-000000beef"))
    (reason,) = library.recover().damaged.values()
    assert reason == f"The folder 20251121-110101-000000beef holds result {three[0].id}"


def test_strange_names_among_the_results_are_left_alone(
    library: Library, three: list[Result]
) -> None:
    shelf = three[0].folder.parent
    (shelf / "notes.txt").write_text("mine")
    (shelf / "My folder").mkdir()
    (shelf / "20240101-000000-0000000000").mkdir()  # of another month
    assert library.recover().damaged == {}
    assert library.count() == 3


@pytest.mark.usefixtures("three")
def test_a_rebuild_reports_how_far_it_is_and_can_be_stopped(library: Library) -> None:
    library.layout.index_file.unlink()
    seen: list[tuple[int, int]] = []

    def until_the_second(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 2:
            raise InterruptedError(errno.EINTR, "stopped")

    fresh = Library(library.layout.folder)
    with pytest.raises(LibraryError, match="stopped"):
        fresh.recover(until_the_second)
    assert seen == [(1, 3), (2, 3)]
    fresh.recover()
    assert fresh.count() == 3


def test_an_index_that_cannot_be_written_costs_no_result(
    library: Library, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(index, "insert", full)
        result = store(1)
    assert library.get(result.id) == result
    assert library.count() == 1


def test_recover_says_when_the_index_cannot_be_written(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(index_file.index, "create_tables", full)
    with pytest.raises(LibraryError, match="index of the library could not be written") as caught:
        library.recover()
    assert caught.value.hint


@pytest.mark.usefixtures("three")
def test_folders_that_cannot_be_listed_are_an_error_of_the_library(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    library.layout.index_file.unlink()
    monkeypatch.setattr(layout.os, "scandir", refuse)
    with pytest.raises(LibraryError, match="The library cannot be listed: Permission denied"):
        Library(library.layout.folder).summaries()


def test_a_change_by_another_process_is_seen_by_a_reader(library: Library, store: Store) -> None:
    store(1)
    reader = Library(library.layout.folder)
    assert reader.count() == 1
    result = store(2)
    library.annotate(result.id, Annotations(name="Urn"))
    assert [summary.name for summary in reader.summaries()] == ["Urn", "Vase 1"]


def test_a_library_in_a_folder_with_odd_characters_works(
    tmp_path: Path, artifacts: list[Artifact], make_draft: Callable[..., ResultDraft]
) -> None:
    library = Library(tmp_path / "50% off? #1 ünï")
    library.store(make_draft(1), artifacts)
    assert Library(library.layout.folder).count() == 1
    assert library.layout.index_file.is_file()
