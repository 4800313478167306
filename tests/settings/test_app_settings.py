import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from depthstudio.core.errors import SettingsError
from depthstudio.settings import app_settings
from depthstudio.settings.app_settings import (
    AppSettings,
    ThemeChoice,
    load_settings,
    save_settings,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "settings.json"


@pytest.fixture
def write(path: Path) -> Callable[[str], None]:
    def write_text(text: str) -> None:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    return write_text


def at_noon() -> datetime:
    return datetime(2025, 11, 21, 12, tzinfo=UTC)


def test_settings_come_back_as_saved(path: Path) -> None:
    settings = AppSettings(
        theme=ThemeChoice.DARK,
        colour_map="turbo",
        last_provider_id="relief",
        params_by_provider={"relief": {"depth": 0.5, "curve": "weich – ä"}},
    )
    assert save_settings(path, settings) is None
    loaded = load_settings(path)
    assert (loaded.settings, loaded.problem) == (settings, "")
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]


def test_a_first_start_has_the_defaults_and_no_complaint(path: Path) -> None:
    assert load_settings(path) == app_settings.LoadedSettings(AppSettings())
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", "nul\x00l", '{"theme": "dark"}', '{"schema_version": 0}', "[" * 99999]
)
def test_a_damaged_file_means_defaults_and_is_kept_when_saving(
    path: Path, write: Callable[[str], None], text: str
) -> None:
    write(text)
    loaded = load_settings(path)
    assert loaded.settings == AppSettings()
    assert loaded.problem.startswith("The settings start afresh: ")
    assert path.read_text() == text
    kept = save_settings(path, AppSettings(theme=ThemeChoice.LIGHT), at_noon)
    assert kept == path.with_name("settings.json.damaged-20251121-120000")
    assert kept is not None
    assert kept.read_text() == text
    assert load_settings(path).settings.theme is ThemeChoice.LIGHT


def test_one_bad_entry_costs_only_itself(path: Path, write: Callable[[str], None]) -> None:
    write('{"schema_version": 1, "theme": "pink", "colour_map": "magma", "later": 1}')
    loaded = load_settings(path)
    assert loaded.settings == AppSettings(colour_map="magma")
    assert loaded.problem == "Some settings cannot be read and start afresh: theme"
    assert save_settings(path, loaded.settings) is not None


def test_settings_of_a_newer_program_are_not_used_and_not_lost(
    path: Path, write: Callable[[str], None]
) -> None:
    write('{"schema_version": 2, "theme": "dark"}')
    loaded = load_settings(path)
    assert loaded.settings == AppSettings()
    assert "a newer DepthStudio wrote their file (version 2)" in loaded.problem
    kept = save_settings(path, loaded.settings)
    assert kept is not None
    assert '"schema_version": 2' in kept.read_text()


def test_an_old_file_is_upgraded_version_by_version(
    path: Path, write: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def palette_became_colour_map(values: dict[str, Any]) -> dict[str, Any]:
        return {"schema_version": 2, "colour_map": values["palette"]}

    def number_became_word(values: dict[str, Any]) -> dict[str, Any]:
        return {"schema_version": 1, "colour_map": f"map {values['colour_map']}"}

    # As if this program's version 1 were version 3.
    monkeypatch.setattr(app_settings, "SCHEMA_VERSION", 3)
    steps = {1: palette_became_colour_map, 2: number_became_word}
    monkeypatch.setattr(app_settings, "UPGRADES", steps)
    write('{"schema_version": 1, "palette": 7}')
    assert load_settings(path) == app_settings.LoadedSettings(AppSettings(colour_map="map 7"))


def test_a_file_that_cannot_be_opened_means_defaults(path: Path) -> None:
    path.mkdir(parents=True)
    loaded = load_settings(path)
    assert loaded.settings == AppSettings()
    assert "settings.json cannot be read" in loaded.problem


def test_a_disk_that_refuses_leaves_the_old_settings(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_settings(path, AppSettings(theme=ThemeChoice.DARK))

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(SettingsError, match="could not be saved: No space left") as caught:
        save_settings(path, AppSettings())
    assert caught.value.hint
    assert load_settings(path).settings.theme is ThemeChoice.DARK
    assert [p.name for p in path.parent.iterdir()] == ["settings.json"]
