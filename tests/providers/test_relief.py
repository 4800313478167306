import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from PIL import Image

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import FormatError, InputError, ParamError
from depthstudio.core.job import Source, Stage
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import field_notes, result_values, validated
from depthstudio.core.views import DepthKind, Views
from depthstudio.formats.image import read_photo
from depthstudio.jobs.sources import take_in
from depthstudio.providers.builtin.relief import Curve, ReliefParams, ReliefProvider
from depthstudio.providers.relief import making
from tests.support.heic import heic

MakeSource = Callable[..., Source]

PLAIN = ReliefParams(blur=0, base=False)


@dataclass(frozen=True)
class Made:
    artifacts: list[Artifact]
    views: Views

    @property
    def depth(self) -> np.ndarray:
        assert self.views.depth is not None
        return np.asarray(self.views.depth.values[0])

    def file(self, role: Role) -> Artifact:
        (found,) = (artifact for artifact in self.artifacts if artifact.role is role)
        return found


async def make(source: Source, context: Any, params: ReliefParams = PLAIN) -> Made:
    """Run the provider and decode what it made."""
    provider = ReliefProvider()
    artifacts = await provider.fetch([source], params, context)
    return Made(artifacts, provider.decode(artifacts, params))


def gradient(height: int = 48, width: int = 64) -> np.ndarray:
    """Black on the left, white on the right."""
    row = np.linspace(0, 255, width).round().astype(np.uint8)
    return np.broadcast_to(row[None, :, None], (height, width, 3)).copy()


def noise(height: int = 48, width: int = 64) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (height, width, 3), np.uint8)


def cut_out(height: int = 48, width: int = 64) -> np.ndarray:
    """A white disc on transparent black."""
    y, x = np.mgrid[:height, :width]
    inside = (y - height / 2) ** 2 + (x - width / 2) ** 2 < (height / 3) ** 2
    picture = np.zeros((height, width, 4), np.uint8)
    picture[inside] = 255
    return picture


def test_the_card_says_that_it_is_free_local_and_no_estimate() -> None:
    info = ReliefProvider.info
    assert info.id == "relief"
    assert info.runs_locally
    assert info.licence.commercial is True
    assert info.note.endswith("It is not an estimate of real depth.")
    assert [product.label for product in info.produces] == ["Surface", "Cloud", "Depth"]
    assert info.accepts == {
        f"image/{name}" for name in ("png", "jpeg", "webp", "tiff", "heic", "avif")
    }


def test_parameters_stand_in_the_order_and_groups_of_the_inspector() -> None:
    schema = schema_of(ReliefParams)["properties"]
    shown = [(field_notes(field).get("group"), field["title"]) for field in schema.values()]
    assert shown == [
        ("Height", "Depth"),
        ("Height", "Curve"),
        ("Height", "Invert"),
        ("Height", "Blur"),
        ("Surface", "Resolution"),
        ("Surface", "Base"),
        ("Surface", "Base thickness"),
    ]
    for name in ("curve", "resolution"):
        labels = field_notes(schema[name]).get("choice_labels", [])
        assert len(schema[name]["enum"]) == len(labels) == 4
    assert field_notes(schema["base_thickness"]).get("enabled_when") == {"base": True}


def test_parameters_read_a_command_lines_words() -> None:
    words = {"resolution": "1024", "depth": "0.5", "invert": "true", "curve": "s-curve"}
    params = validated(ReliefParams, words)
    assert params == ReliefParams(resolution=1024, depth=0.5, invert=True, curve="s-curve")
    assert set(result_values(params)) == set(ReliefParams.__struct_fields__)


@pytest.mark.parametrize(
    ("name", "value"),
    [("depth", 0), ("depth", 1.5), ("blur", 21), ("resolution", 300), ("resolution", "many")],
)
def test_values_out_of_range_are_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(ParamError) as caught:
        validated(ReliefParams, {name: value})
    assert caught.value.name == name


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["HEIC", "AVIF"])
async def test_a_telephones_photo_becomes_a_relief(tmp_path: Path, context: Any, kind: str) -> None:
    path = tmp_path / "photo"
    if kind == "HEIC":
        path.write_bytes(heic(gradient(), quarter_turns=1, exif_orientation=6))
    else:
        Image.fromarray(gradient()).save(path, "AVIF", quality=95)
    (source,) = take_in([path]).sources
    made = await make(source, context)
    assert np.abs(read_photo(made.file(Role.PHOTO).path).astype(int) - gradient()).mean() < 3
    depth = made.views.depth
    assert depth is not None
    assert np.array_equal(depth.values[0].argmin(axis=1), np.full(48, 63))
    assert depth.values[0][:, 0].min() > depth.values[0][:, 32].max()


@pytest.mark.anyio
async def test_a_photo_becomes_depth_photo_preview_and_scene(
    photo_source: MakeSource, context: Any
) -> None:
    made = await make(photo_source(noise()), context, ReliefParams())
    assert {(a.role, a.path.name, a.media_type) for a in made.artifacts} == {
        (Role.RAW_DEPTH, "depth.npz", "application/x-npz"),
        (Role.PHOTO, "photo.jpg", "image/jpeg"),
        (Role.PREVIEW, "preview.png", "image/png"),
        (Role.SCENE, "scene.glb", "model/gltf-binary"),
    }
    assert all(a.path.parent == context.folder for a in made.artifacts)
    assert all(a == Artifact.of(a.path, a.role, a.media_type) for a in made.artifacts)
    stack = made.views.depth
    assert stack is not None
    assert (stack.kind, stack.lossy, stack.values.shape) == (
        DepthKind.RELATIVE_DEPTH,
        False,
        (1, 48, 64),
    )
    assert [mesh.name for mesh in made.views.meshes] == ["Relief", "Base"]
    assert made.views.photos is not None
    assert made.views.photos.load(0).shape == (48, 64, 3)
    stages = [report.stage for report in context.reports]
    fractions = [report.fraction for report in context.reports]
    assert stages[0] is Stage.PREPARING
    assert fractions == sorted(fractions)
    assert all(report.message for report in context.reports)


@pytest.mark.anyio
async def test_white_is_nearest_and_black_is_farthest(
    photo_source: MakeSource, context: Any
) -> None:
    made = await make(photo_source(gradient()), context)
    assert made.depth[:, -1] == pytest.approx(0, abs=1e-6)
    assert made.depth[:, 0] == pytest.approx(ReliefParams().depth)
    assert (np.diff(made.depth, axis=1) < 0).all()


@pytest.mark.anyio
async def test_brightness_weighs_green_most_and_blue_least(
    photo_source: MakeSource, context: Any
) -> None:
    picture = np.zeros((2, 3, 3), np.uint8)
    picture[:, 0, 0] = picture[:, 1, 1] = picture[:, 2, 2] = 255
    made = await make(photo_source(picture), context, ReliefParams(blur=0, base=False, depth=1))
    assert 1 - made.depth[0] == pytest.approx([0.2126, 0.7152, 0.0722], abs=1e-6)


@pytest.mark.anyio
async def test_inverting_turns_the_relief_over(photo_source: MakeSource, context: Any) -> None:
    source = photo_source(noise())
    plain = await make(source, context)
    depth = plain.depth.copy()
    inverted = await make(source, context, replace(PLAIN, invert=True))
    assert np.allclose(inverted.depth, PLAIN.depth - depth, atol=1e-6)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("curve", "middle"),
    [("linear", 0.5), ("gamma-soft", 0.5**0.5), ("gamma-hard", 0.25), ("s-curve", 0.5)],
)
async def test_curves_keep_black_and_white_and_move_the_tones_between(
    photo_source: MakeSource, context: Any, curve: Curve, middle: float
) -> None:
    picture = np.repeat(np.array([0, 64, 128, 192, 255], np.uint8), 2).reshape(1, 10, 1)
    params = ReliefParams(blur=0, base=False, depth=1, curve=curve)
    made = await make(photo_source(picture.repeat(4, 0).repeat(3, 2)), context, params)
    height = 1 - made.depth[0, ::2]
    assert height[[0, -1]] == pytest.approx([0, 1], abs=1e-6)
    assert height[2] == pytest.approx(middle, abs=0.005)
    assert (np.diff(height) > 0).all()
    quarter = {"linear": 0, "gamma-soft": 1, "gamma-hard": -1, "s-curve": -1}[curve]
    assert np.sign(round(float(height[1]) - 64 / 255, 4)) == quarter


@pytest.mark.anyio
async def test_depth_is_the_share_of_the_long_side(photo_source: MakeSource, context: Any) -> None:
    params = ReliefParams(blur=0, base=False, depth=0.8)
    made = await make(photo_source(gradient()), context, params)
    positions = made.views.meshes[0].positions
    assert np.ptp(positions, axis=0) == pytest.approx([1, 47 / 63, 0.8], abs=1e-5)


@pytest.mark.anyio
async def test_blur_smooths_and_keeps_the_mean(photo_source: MakeSource, context: Any) -> None:
    source = photo_source(noise(200, 200))
    rough = (await make(source, context)).depth.copy()
    smooth = (await make(source, context, ReliefParams(blur=3, base=False))).depth
    assert smooth.std() < rough.std() / 5
    assert smooth.mean() == pytest.approx(rough.mean(), abs=0.002)


@pytest.mark.anyio
@pytest.mark.parametrize(("side", "expected"), [(256, (192, 256)), (512, (300, 400))])
async def test_resolution_is_the_long_side_and_never_more_than_the_photo_has(
    photo_source: MakeSource, context: Any, side: Any, expected: tuple[int, int]
) -> None:
    params = ReliefParams(resolution=side, base=False)
    made = await make(photo_source(noise(300, 400)), context, params)
    assert made.depth.shape == expected
    assert len(made.views.clouds[0]) == expected[0] * expected[1]
    assert read_photo(made.file(Role.PHOTO).path).shape == (300, 400, 3)


@pytest.mark.anyio
async def test_a_large_photo_is_kept_at_texture_size_and_previewed_small(
    photo_source: MakeSource, context: Any
) -> None:
    source = photo_source(gradient(60, 3000), "wide.jpg")
    made = await make(source, context, ReliefParams(resolution=2048))
    assert read_photo(made.file(Role.PHOTO).path).shape == (41, 2048, 3)
    assert read_photo(made.file(Role.PREVIEW).path).shape == (13, 640, 3)
    texture = made.views.meshes[0].texture
    assert texture is not None
    assert texture.shape == (41, 2048, 3)


@pytest.mark.anyio
async def test_the_surface_faces_the_camera_and_wears_the_photo(
    photo_source: MakeSource, context: Any
) -> None:
    made = await make(photo_source(gradient()), context)
    (surface,) = made.views.meshes
    assert np.array_equal(surface.transform, np.eye(4))
    assert len(surface.triangles) == 2 * 47 * 63
    a, b, c = (surface.positions[surface.triangles[:, i]] for i in range(3))
    assert (np.cross(b - a, c - a)[:, 2] < 0).all()
    assert surface.uv is not None
    assert surface.texture is not None
    # A point's texture coordinate leads to its own pixel.
    columns = (surface.uv[:, 0] * 64).astype(int)
    wanted = (surface.positions[:, 0] + 0.5) * 63
    assert np.allclose(columns, wanted, atol=0.01)
    assert np.abs(surface.texture.astype(int) - gradient()).max() <= 6


@pytest.mark.anyio
@pytest.mark.parametrize("picture", [noise(20, 30), cut_out(20, 30)], ids=["full", "cut out"])
async def test_surface_and_base_are_watertight_together(
    photo_source: MakeSource, context: Any, picture: np.ndarray
) -> None:
    made = await make(photo_source(picture), context, ReliefParams(base_thickness=0.1))
    surface, base = made.views.meshes
    points = np.concatenate([surface.positions, base.positions])
    shifted = np.asarray(base.triangles, np.int64) + len(surface.positions)
    unique, where = np.unique(points, axis=0, return_inverse=True)
    triangles = where[np.concatenate([surface.triangles, shifted])]
    edges = Counter((int(t[i]), int(t[(i + 1) % 3])) for t in triangles for i in range(3))
    assert set(edges.values()) == {1}
    assert all((end, start) in edges for start, end in edges)
    assert unique[:, 2].max() == pytest.approx(ReliefParams().depth + 0.1)
    assert base.texture is None


@pytest.mark.anyio
async def test_points_have_the_colours_of_the_photo(photo_source: MakeSource, context: Any) -> None:
    picture = noise(300, 600)
    made = await make(photo_source(picture), context, ReliefParams(resolution=256))
    (cloud,) = made.views.clouds
    assert cloud.colours is not None
    assert cloud.colours.mean(axis=0) == pytest.approx(picture.mean(axis=(0, 1)), abs=1.5)
    assert np.array_equal(cloud.positions[:, 2].reshape(128, 256), made.depth)


@pytest.mark.anyio
async def test_transparent_parts_are_unknown_everywhere(
    photo_source: MakeSource, context: Any
) -> None:
    picture = cut_out()
    known = picture[..., 3] > 0
    made = await make(photo_source(picture), context, ReliefParams())
    assert np.array_equal(np.isfinite(made.depth), known)
    assert np.allclose(made.depth[known], 0, atol=1e-6)  # white, not pulled down by the void
    assert len(made.views.clouds[0]) == known.sum()
    assert (made.views.clouds[0].colours == 255).all()
    assert made.file(Role.PHOTO).path.name == "photo.png"
    assert np.array_equal(read_photo(made.file(Role.PHOTO).path), picture)
    assert np.array_equal(read_photo(made.file(Role.PREVIEW).path)[..., 3] > 0, known)


@pytest.mark.anyio
async def test_an_opaque_alpha_channel_changes_nothing(
    photo_source: MakeSource, context: Any
) -> None:
    picture = noise()
    plain = (await make(photo_source(picture), context)).depth.copy()
    opaque = np.dstack([picture, np.full(picture.shape[:2], 255, np.uint8)])
    made = await make(photo_source(opaque, "opaque.png"), context)
    assert np.array_equal(made.depth, plain)
    assert made.file(Role.PHOTO).media_type == "image/jpeg"


@pytest.mark.anyio
async def test_sixteen_bits_become_finer_steps_than_eight(
    photo_source: MakeSource, context: Any
) -> None:
    source = photo_source(gradient())
    ramp = np.linspace(0, 65535, 300 * 4).round().astype(np.uint16).reshape(300, 4)
    Image.fromarray(ramp).save(source.path)
    made = await make(source, context)
    assert len(np.unique(made.depth)) > 1000


@pytest.mark.anyio
@pytest.mark.parametrize("tone", [0, 128, 255])
async def test_a_flat_picture_still_works(
    photo_source: MakeSource, context: Any, tone: int
) -> None:
    made = await make(photo_source(np.full((8, 8, 3), tone, np.uint8)), context, ReliefParams())
    assert np.allclose(made.depth, ReliefParams().depth * (1 - tone / 255), atol=1e-6)
    assert len(made.views.meshes) == 2


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["photo.png", "photo.jpg", "photo.webp"])
async def test_a_photo_that_cannot_be_read_is_refused_by_name(
    photo_source: MakeSource, context: Any, name: str
) -> None:
    source = photo_source(noise(), name)
    source.path.write_bytes(source.path.read_bytes()[:200])
    with pytest.raises(InputError, match=f"“{name}” cannot be read as a photo") as caught:
        await make(source, context)
    assert caught.value.hint
    assert caught.value.detail
    assert list(context.folder.iterdir()) == []


@pytest.mark.anyio
async def test_a_photo_that_is_gone_is_refused(photo_source: MakeSource, context: Any) -> None:
    source = photo_source(noise())
    source.path.unlink()
    with pytest.raises(InputError) as caught:
        await make(source, context)
    assert caught.value.hint


@pytest.mark.anyio
@pytest.mark.parametrize("shape", [(1, 50, 3), (50, 1, 3), (1, 1, 3), (9, 9, 4)])
async def test_a_picture_without_an_area_is_refused(
    photo_source: MakeSource, context: Any, shape: tuple[int, int, int]
) -> None:
    with pytest.raises(InputError, match="no area") as caught:
        await make(photo_source(np.zeros(shape, np.uint8)), context)
    assert "2 × 2" in caught.value.hint


@pytest.mark.anyio
async def test_the_same_question_has_the_same_answer(
    photo_source: MakeSource, context: Any
) -> None:
    source = photo_source(noise())
    first = await make(source, context, ReliefParams())
    second = await make(source, context, ReliefParams())
    assert first.artifacts == second.artifacts


@pytest.mark.anyio
@pytest.mark.parametrize("step", ["read_precise", "gaussian_blur", "write_glb"])
async def test_a_cancel_is_answered_at_once_and_stops_the_thread(
    photo_source: MakeSource, context: Any, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    original = getattr(making, step)
    busy, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def held(*args: Any, **options: Any) -> Any:
        loop.call_soon_threadsafe(busy.set)
        go_on.wait()
        return original(*args, **options)

    monkeypatch.setattr(making, step, held)
    source = photo_source(noise())
    task = asyncio.create_task(ReliefProvider().fetch([source], ReliefParams(), context))
    await busy.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task  # while the thread is still held
    assert context.flags[-1].raised.is_set()
    assert not context.works[-1].done()
    go_on.set()
    await asyncio.wait([asyncio.wrap_future(context.works[-1])])
    # The thread gave up at its next check, so no artifact was ever claimed.
    assert context.works[-1].cancelled() or isinstance(
        context.works[-1].exception(), asyncio.CancelledError
    )


def test_a_result_that_lacks_a_file_says_which() -> None:
    with pytest.raises(FormatError, match="no raw-depth file"):
        ReliefProvider().decode([], ReliefParams())
