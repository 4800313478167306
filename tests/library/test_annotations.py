from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from depthstudio.core.errors import LibraryError
from depthstudio.core.result import Result
from depthstudio.core.views import Polarity
from depthstudio.library.annotations import Annotations, read_annotations, write_annotations
from depthstudio.library.result_folder import read_result


def test_annotations_come_back_as_written(tmp_path: Path) -> None:
    annotations = Annotations(name="Urn – été", notes="two\nlines", favourite=True)
    write_annotations(tmp_path, annotations)
    assert read_annotations(tmp_path) == annotations
    assert [path.name for path in tmp_path.iterdir()] == ["annotations.json"]


def test_a_result_nobody_annotated_has_the_defaults(tmp_path: Path) -> None:
    assert read_annotations(tmp_path) == Annotations()


def test_entries_of_a_newer_program_survive_a_change(tmp_path: Path) -> None:
    text = '{"schema_version": 1, "calibration_m": 2.5, "unknown": [1]}'
    (tmp_path / "annotations.json").write_text(text)
    changed = replace(read_annotations(tmp_path), favourite=True)
    write_annotations(tmp_path, changed)
    assert read_annotations(tmp_path).unknown == {"calibration_m": 2.5, "unknown": [1]}


@pytest.mark.parametrize("text", ["{", "[]", '{"favourite": "perhaps"}'])
def test_damaged_annotations_are_reported_with_the_file_to_mend(tmp_path: Path, text: str) -> None:
    (tmp_path / "annotations.json").write_text(text)
    with pytest.raises(LibraryError, match="are damaged") as caught:
        read_annotations(tmp_path)
    assert str(tmp_path / "annotations.json") in caught.value.hint


def test_annotations_that_cannot_be_opened_say_why(tmp_path: Path) -> None:
    (tmp_path / "annotations.json").mkdir()
    with pytest.raises(LibraryError, match="cannot be read"):
        read_annotations(tmp_path)
    with pytest.raises(LibraryError, match="could not be saved"):
        write_annotations(tmp_path, Annotations())


def test_a_result_with_damaged_annotations_is_read_under_its_sealed_name(
    store: Callable[..., Result],
) -> None:
    result = store(1)
    (result.folder / "annotations.json").write_text("{")
    assert read_result(result.folder) == result


def test_what_is_said_of_pictures_of_depth_is_kept_and_checked(tmp_path: Path) -> None:
    write_annotations(tmp_path, Annotations(polarity=Polarity.NEAR_BLACK))
    assert read_annotations(tmp_path).polarity is Polarity.NEAR_BLACK
    assert Annotations().polarity is None

    (tmp_path / "annotations.json").write_text('{"polarity": "near-blue"}')
    with pytest.raises(LibraryError, match="damaged"):
        read_annotations(tmp_path)
