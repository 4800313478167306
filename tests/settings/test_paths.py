from dataclasses import astuple
from pathlib import Path

import pytest

from depthstudio.core.errors import SettingsError
from depthstudio.settings.paths import Home, home_from


def test_a_home_in_one_folder_keeps_everything_inside(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    paths = [*astuple(home), home.lock_holder_file]
    assert {path.relative_to(tmp_path).as_posix() for path in paths} == {
        "settings.json",
        "servers.json",
        "window.ini",
        "journal.db",
        "library",
        "work",
        "logs",
        "lock",
        "lock-holder.json",
    }


def test_the_default_home_has_a_folder_of_its_own_everywhere() -> None:
    home = Home.default()
    assert all("DepthStudio" in path.parts for path in astuple(home))
    assert all(path.is_absolute() for path in astuple(home))
    assert home.library_folder.parent == home.journal_file.parent == home.lock_file.parent


def test_a_relative_home_does_not_move_with_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Home.at(Path("here")).library_folder == tmp_path / "here" / "library"


def test_the_option_wins_over_the_environment_and_both_over_the_default(tmp_path: Path) -> None:
    environment = {"DEPTHSTUDIO_HOME": str(tmp_path / "environment")}
    option = str(tmp_path / "option")
    assert home_from(option, environment) == Home.at(tmp_path / "option")
    assert home_from(None, environment) == Home.at(tmp_path / "environment")
    assert home_from(None, {"DEPTHSTUDIO_HOME": ""}) == Home.default()
    assert home_from(None, {}) == Home.default()


def test_a_tilde_means_the_users_own_folder() -> None:
    assert home_from("~/depth", {}) == Home.at(Path.home() / "depth")


def test_making_the_folders_makes_them_all_and_may_be_repeated(home: Home) -> None:
    assert not home.library_folder.parent.exists()
    home.make_folders()
    home.make_folders()
    assert home.library_folder.is_dir()
    assert home.work_folder.is_dir()
    assert home.logs_folder.is_dir()


def test_a_home_that_cannot_be_made_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SettingsError, match="The home folder cannot be made") as caught:
        Home.at(tmp_path / "file" / "home").make_folders()
    assert "--home" in caught.value.hint
