"""A file is there whole, or as it was before."""

from pathlib import Path

import pytest

from depthstudio.formats.whole_file import whole_file


def test_the_file_appears_when_everything_is_written(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    with whole_file(target) as temporary:
        temporary.write_text("half")
        assert temporary.parent == tmp_path
        assert not target.exists()
        temporary.write_text("whole")
    assert target.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [target]


def write_and_fail(target: Path, error: BaseException) -> None:
    with whole_file(target) as temporary:
        temporary.write_text("half")
        raise error


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path, error) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(type(error)):
        write_and_fail(target, error)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("n" * 255)
    with whole_file(target) as temporary:
        temporary.write_text("x")
    assert target.read_text() == "x"


def test_a_missing_folder_is_an_error_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), whole_file(tmp_path / "none" / "a.txt"):
        pytest.fail("the body must not run")
