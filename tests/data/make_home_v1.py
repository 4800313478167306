"""How `home_v1` was made: a home of schema version 1 that every later program must open.

It has one result and three jobs. Made with ``python tests/data/make_home_v1.py FOLDER`` by a
program of schema version 1.
The fixture itself is never made again: a later program has to open the one that is there.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.digest import job_key, sha256_file
from depthstudio.core.job import Failure, Job, Source
from depthstudio.core.result import SourceRecord
from depthstudio.core.views import DepthKind, DepthStack, TriangleMesh
from depthstudio.formats import media_type
from depthstudio.formats.depth import write_depth_npz
from depthstudio.formats.glb_write import write_glb
from depthstudio.formats.image import write_jpeg, write_png
from depthstudio.jobs.journal import Journal
from depthstudio.jobs.phase import Phase
from depthstudio.library.annotations import Annotations
from depthstudio.library.manifest import ProviderRecord, ResultDraft
from depthstudio.library.store import Library
from depthstudio.settings.app_settings import AppSettings, ThemeChoice, save_settings
from depthstudio.settings.paths import Home

MOMENT = datetime(2025, 11, 21, 11, 1, tzinfo=UTC)
RESULT_ID = "20251121-110100-00c0ffee00"
HEIGHT_PX, WIDTH_PX = 8, 12
PARAMS = {"depth": 0.3, "curve": "linear", "invert": False, "blur": 1.5, "resolution": 256}


def dome() -> NDArray[np.float32]:
    """(H, W) float32, 0 to 0.3: a dome that bulges towards the camera."""
    v, u = np.mgrid[-1 : 1 : HEIGHT_PX * 1j, -1 : 1 : WIDTH_PX * 1j]
    return (0.3 * np.minimum(u * u + v * v, 1)).astype(np.float32)


def surface(depth: NDArray[np.float32]) -> TriangleMesh:
    v, u = np.mgrid[:HEIGHT_PX, :WIDTH_PX]
    positions = np.stack([u / WIDTH_PX, v / WIDTH_PX, depth], axis=-1).reshape(-1, 3)
    corner = (v * WIDTH_PX + u)[:-1, :-1].ravel()
    right, below = corner + 1, corner + WIDTH_PX
    triangles = np.concatenate(
        [np.stack([corner, right, below], 1), np.stack([right, below + 1, below], 1)]
    )
    return TriangleMesh(positions.astype(np.float32), triangles.astype(np.uint32), name="Surface")


def write_artifacts(folder: Path) -> list[Artifact]:
    depth = dome()
    gray = np.rint(255 * (1 - depth / 0.3)).astype(np.uint8)
    photo = np.stack([gray, gray, gray // 2], axis=-1)
    write_jpeg(folder / "photo.jpg", photo)
    write_depth_npz(folder / "depth.npz", DepthStack(depth[np.newaxis], DepthKind.RELATIVE_DEPTH))
    write_png(folder / "preview.png", photo)
    write_glb(folder / "scene.glb", meshes=[surface(depth)])
    return [
        Artifact.of(folder / "photo.jpg", Role.PHOTO, media_type.JPEG),
        Artifact.of(folder / "depth.npz", Role.RAW_DEPTH, media_type.NPZ),
        Artifact.of(folder / "preview.png", Role.PREVIEW, media_type.PNG),
        Artifact.of(folder / "scene.glb", Role.SCENE, media_type.GLB),
    ]


def draft(photo: Path) -> ResultDraft:
    source = SourceRecord(
        name="dome.jpg",
        media_type=media_type.JPEG,
        size_bytes=photo.stat().st_size,
        sha256=sha256_file(photo),
    )
    key = job_key(
        provider_id="relief",
        provider_version="1",
        endpoints={},
        server_profile="",
        params=PARAMS,
        source_sha256=[source.sha256],
    )
    return ResultDraft(
        id=RESULT_ID,
        name="dome.jpg",
        key=key,
        provider=ProviderRecord(
            id="relief", title="Relief", version="1", licence="Yours: no model involved"
        ),
        created_at=MOMENT,
        duration_s=0.25,
        params=dict(PARAMS),
        sources=(source,),
        kinds=("surface", "depth"),
    )


def make_home(folder: Path) -> None:
    home = Home.at(folder)
    save_settings(
        home.settings_file,
        AppSettings(theme=ThemeChoice.DARK, last_provider_id="relief"),
    )
    library = Library(home.library_folder)
    with tempfile.TemporaryDirectory() as work:
        artifacts = write_artifacts(Path(work))
        result = library.store(draft(artifacts[0].path), artifacts)
    library.annotate(result.id, Annotations(name="Dome", notes="Made for the first version"))
    asyncio.run(make_journal(home))


async def make_journal(home: Home) -> None:
    """One job that is done, one whose file was no photo, and one that a crash caught sending."""
    journal = Journal(home.journal_file)
    await journal.open()
    done, lost, failed = (job(name) for name in ("dome.jpg", "sent.jpg", "notes.txt"))
    for each in (done, lost):
        await journal.add(each)
        await journal.move(each.id, Phase.PREPARING, started_at=MOMENT)
    await journal.move(done.id, Phase.DOWNLOADED, result_id=RESULT_ID)
    await journal.move(done.id, Phase.DONE, ended_at=MOMENT)
    await journal.move(lost.id, Phase.SUBMITTING, intent="run")
    failure = Failure(type="InputError", message="notes.txt is a text file, not a picture")
    await journal.add(failed, Phase.FAILED, failure=failure, ended_at=MOMENT)
    await journal.aclose()


def job(name: str) -> Job:
    source = Source(path=Path("/photos", name), media_type="image/jpeg", size_bytes=9, mtime_ns=1)
    return Job(
        id=f"20251121-110000-{name.partition('.')[0]}",
        name=name,
        provider_id="relief",
        sources=(source,),
        params=dict(PARAMS),
        created_at=MOMENT,
    )


if __name__ == "__main__":
    make_home(Path(sys.argv[1]))
