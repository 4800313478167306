from collections.abc import Callable

import pytest

from depthstudio.core.errors import LibraryError
from depthstudio.core.result import Result
from depthstudio.library.annotations import Annotations
from depthstudio.library.store import Library

Store = Callable[..., Result]

MORNING = "2025-11-21T08:00:00+00:00"


def test_the_newest_result_with_a_key_answers_it(library: Library, store: Store) -> None:
    store(1)
    newest = store(2)
    store(3, key="ef" * 32)
    store(4, created_at=MORNING)
    assert library.find_by_key("ab" * 32) == newest
    assert library.find_by_key("00" * 32) is None


def test_times_in_other_zones_are_put_in_order(library: Library, store: Store) -> None:
    store(1, created_at="2025-11-21T10:00:00+02:00")
    store(2, created_at="2025-11-21T09:00:00+00:00")
    assert [summary.name for summary in library.summaries()] == ["Vase 2", "Vase 1"]


def test_a_result_that_lost_a_file_answers_no_key(
    library: Library, store: Store, unseal: Callable[..., object]
) -> None:
    older, newer = store(1), store(2)
    newer.artifacts[0].path.unlink()
    assert library.find_by_key(older.key) == older
    unseal(older.artifacts[0].path)
    older.artifacts[0].path.write_bytes(b"cut")
    assert library.find_by_key(older.key) is None


def test_a_result_with_a_damaged_manifest_answers_no_key(library: Library, store: Store) -> None:
    older, newer = store(1), store(2)
    (newer.folder / "manifest.json").unlink()
    assert library.find_by_key(older.key) == older


def test_a_result_is_found_by_the_beginning_of_its_id(library: Library, store: Store) -> None:
    result = store(1)
    store(21)
    assert library.get("20251121-110101") == result


def test_a_beginning_that_fits_several_names_them(library: Library, store: Store) -> None:
    ids = [store(number).id for number in range(1, 3)]
    with pytest.raises(LibraryError) as caught:
        library.get("20251121")
    assert str(caught.value) == f"“20251121” could mean {ids[0]}, {ids[1]}"


def test_of_many_that_fit_only_a_few_are_named(library: Library, store: Store) -> None:
    for number in range(1, 8):
        store(number)
    with pytest.raises(LibraryError, match=r"0000000005 …$"):
        library.get("20251121")


def test_an_unknown_or_too_short_id_is_an_error(library: Library) -> None:
    with pytest.raises(LibraryError, match="There is no result “20251121”"):
        library.get("20251121")
    with pytest.raises(LibraryError, match="is not the id of a result"):
        library.get("2025")


def test_a_damaged_result_is_found_by_its_id_and_says_what_is_wrong(
    library: Library, store: Store
) -> None:
    result = store(1)
    (result.folder / "manifest.json").unlink()
    library.recover()
    assert library.count() == 1 - 0  # the row was made while it was whole
    with pytest.raises(LibraryError, match="has no manifest"):
        library.get(result.id[:15])


def test_pages_of_the_list_join_without_gap_or_repeat(library: Library, store: Store) -> None:
    for number in range(1, 8):
        store(number)
    pages = [library.summaries(limit=3, offset=offset) for offset in (0, 3, 6)]
    assert [summary.name for page in pages for summary in page] == [
        f"Vase {number}" for number in range(7, 0, -1)
    ]
    assert [len(page) for page in pages] == [3, 3, 1]


def test_a_summary_has_what_a_card_shows(library: Library, store: Store) -> None:
    result = store(1)
    (summary,) = library.summaries()
    assert (summary.id, summary.name, summary.kinds) == (result.id, "Vase 1", ("depth", "surface"))
    assert (summary.provider_id, summary.provider_title) == ("relief", "Relief")
    assert summary.created_at == result.created_at
    assert library.thumbnail(summary) == result.thumbnail


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("", ["Grüße", "Blue vase"]),
        ("  ", ["Grüße", "Blue vase"]),
        ("VASE", ["Blue vase"]),
        ("vase blue", ["Blue vase"]),
        ("vase green", []),
        ("grüsse", ["Grüße"]),
        ("relief", ["Grüße", "Blue vase"]),
        ("2", []),  # every id has digits; they are no words
        ("100%", []),
    ],
)
def test_search_wants_every_word_in_any_case(
    library: Library, store: Store, search: str, names: list[str]
) -> None:
    store(1, name="Blue vase")
    store(2, name="Grüße")
    assert [summary.name for summary in library.summaries(search=search)] == names
    assert library.count(search) == len(names)


def test_a_new_name_is_listed_found_and_kept_apart_from_the_sealed_one(
    library: Library, store: Store
) -> None:
    sealed = store(1)
    library.annotate(sealed.id, Annotations(name="Urn", notes="for the catalogue"))
    for reader in (library, Library(library.layout.folder)):
        assert [summary.name for summary in reader.summaries(search="urn")] == ["Urn"]
        assert reader.get(sealed.id).name == "Urn"
    assert library.annotate(sealed.id, Annotations()).name == "Vase 1"
    assert library.count("urn") == 0


def test_an_empty_library_lists_nothing_and_is_not_made_by_looking(library: Library) -> None:
    assert (library.summaries(), library.count(), library.size_bytes()) == ([], 0, 0)
    assert not library.layout.folder.exists()
