"""What the window remembers is written as it is said: one write at a time, and the newest last."""

import asyncio
from pathlib import Path

import pytest

from depthstudio.app import keeping
from depthstudio.app.keeping import SettingsKeeper
from depthstudio.core.errors import DepthStudioError, SettingsError
from depthstudio.settings.app_settings import AppSettings, load_settings, save_settings

pytestmark = pytest.mark.anyio

FIRST, SECOND, LAST = (AppSettings(agreed_hosts=(name,)) for name in ("first", "second", "last"))


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[AppSettings]:
    """What was written, in that order; two writes at a time fail the test."""
    written: list[AppSettings] = []
    busy: list[Path] = []

    def watched(path: Path, settings: AppSettings) -> Path | None:
        assert busy == []
        busy.append(path)
        try:
            return save_settings(path, settings)
        finally:
            written.append(settings)
            busy.clear()

    monkeypatch.setattr(keeping, "save_settings", watched)
    return written


async def test_the_newest_of_several_wishes_is_what_stays(
    tmp_path: Path, writes: list[AppSettings]
) -> None:
    path = tmp_path / "settings.json"
    keeper = SettingsKeeper(path, AppSettings(), pytest.fail)
    keeper.keep_soon(FIRST)
    await asyncio.sleep(0)
    keeper.keep_soon(SECOND)
    await keeper.keep(LAST)

    assert load_settings(path).settings == LAST
    assert writes[-1] == LAST
    await keeper.keep(LAST)
    assert writes.count(LAST) == 1  # what is on disk already is not written again


async def test_what_is_as_it_was_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    await SettingsKeeper(path, FIRST, pytest.fail).keep(FIRST)
    assert not path.exists()


async def test_a_disk_that_refuses_is_told_and_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.write_text("not a folder")
    told: list[DepthStudioError] = []
    heard = asyncio.Event()

    def hear(error: DepthStudioError) -> None:
        told.append(error)
        heard.set()

    keeper = SettingsKeeper(folder / "settings.json", AppSettings(), hear)
    keeper.keep_soon(FIRST)
    async with asyncio.timeout(20):
        await heard.wait()
    assert [type(error) for error in told] == [SettingsError]

    folder.unlink()
    await keeper.keep(FIRST)
    assert load_settings(folder / "settings.json").settings == FIRST
