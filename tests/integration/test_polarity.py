"""What a person says of a map of Tengr in the window holds in the library and in the next start."""

import io
import json
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from depthstudio.cli.main import main
from depthstudio.core.job import JobState, Source
from depthstudio.core.views import DepthKind, Polarity
from depthstudio.jobs.order import Order
from depthstudio.providers.builtin.tengr_depth_map import TengrDepthMap
from depthstudio.providers.registry import Registry
from depthstudio.ui.images.polarity_button import PolarityButton
from tests.support.shelf_host import Shelf
from tests.support.studio import Start, Studio, until
from tests.support.tengr_jobs import SMALL, png
from tests.support.tengr_service import KEY, TengrService

pytestmark = pytest.mark.anyio


@pytest.fixture
def url() -> Generator[str]:
    with Shelf() as web:
        yield web.add("ramp.png", png())


@pytest.fixture
def tengr(monkeypatch: pytest.MonkeyPatch) -> Generator[TengrService]:
    monkeypatch.setenv("TENGR_API_KEY", KEY)
    with TengrService() as service:
        yield service


async def ordered(studio: Studio, url: str, service_url: str) -> str:
    """Order a map, and wait until the window can show it; the id of the result."""
    source = Source(
        path=Path("ramp.png"), media_type="image/png", size_bytes=0, mtime_ns=0, url=url
    )
    order = Order("tengr-depth-map", SMALL, endpoints={"api": service_url})
    await studio.session.enqueue([source], order)
    await until(lambda: studio.states == [JobState.DONE])
    return studio.rows[0].status.result_id or ""


async def show(studio: Studio) -> PolarityButton:
    studio.click_row(0)
    await studio.shows("ramp.png")
    (button,) = studio.window.centre.depth_view.strip.findChildren(PolarityButton)
    return button


async def test_it_is_seen_at_once_kept_and_exported(
    start: Start, tengr: TengrService, url: str, home: Path, tmp_path: Path
) -> None:
    registry = Registry([TengrDepthMap()])
    async with start(registry) as studio:
        result_id = await ordered(studio, url, tengr.url)
        button = await show(studio)
        scale = studio.window.centre.depth_view.scale
        assert scale is not None
        assert scale.kind is DepthKind.RELATIVE_DISPARITY
        button.action(Polarity.NEAR_BLACK).trigger()
        notes = studio.session.library.layout.result_folder(result_id) / "annotations.json"
        await until(notes.is_file)
        assert json.loads(notes.read_text())["polarity"] == "near-black"
        scale = studio.window.centre.depth_view.scale
        assert (scale.kind, scale.near < scale.far) == (DepthKind.RELATIVE_DEPTH, True)
    async with start(registry) as studio:
        button = await show(studio)
        assert button.action(Polarity.NEAR_BLACK).isChecked()
        scale = studio.window.centre.depth_view.scale
        assert scale is not None
        assert scale.kind is DepthKind.RELATIVE_DEPTH
    picture, depth = tmp_path / "map.png", tmp_path / "map.npz"
    words = ["--home", str(home), "--output"]
    assert main(["render", result_id, *words, str(picture)], registry) == 0
    assert main(["export", result_id, "--to", "npz", *words, str(depth)], registry) == 0
    with Image.open(io.BytesIO(picture.read_bytes())) as image:
        drawn = np.asarray(image.convert("L"), float)
    assert drawn[:, :20].mean() > drawn[:, -20:].mean()  # dark is near now, and near is bright
    with np.load(depth) as archive:
        assert str(archive["kind"]) == "relative-depth"
        assert archive["depth"][0, :, :20].mean() < archive["depth"][0, :, -20:].mean()
