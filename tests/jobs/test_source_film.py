"""A clip of depth is shown beside the video it was made of."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from depthstudio.core.job import Job, JobState, JobStatus, Source
from depthstudio.core.views import DepthKind, DepthStack, ImageSequence, Views
from depthstudio.jobs.queue import QueueEntry
from depthstudio.jobs.source_film import sources_of, with_source_film
from tests.support.videos import frame_number, write_video

CLIP = Views(depth=DepthStack(np.ones((24, 4, 6), np.float32), DepthKind.RELATIVE_DISPARITY))


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = write_video(tmp_path / "walk.mp4")
    found = path.stat()
    return Source(
        path=path,
        media_type="video/mp4",
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
    )


def test_the_source_is_the_photos_of_a_clip(source: Source) -> None:
    photos = with_source_film(CLIP, (source,)).photos
    assert photos is not None
    assert (photos.names, photos.is_clip, photos.frame_rate_hz) == (("walk.mp4",) * 24, True, 24)
    assert [frame_number(photos.load(index)) for index in (0, 23, 7)] == [0, 23, 7]


def test_photos_that_came_with_the_result_are_kept(source: Source) -> None:
    own = ImageSequence(("a",), lambda index: np.zeros((1, 1, 3), np.uint8))
    assert with_source_film(replace(CLIP, photos=own), (source,)).photos is own
    still = Views(depth=DepthStack(np.ones((1, 4, 6), np.float32), DepthKind.METRIC))
    assert with_source_film(still, (source,)).photos is None


def test_a_source_that_changed_or_is_gone_or_damaged_is_not_shown(source: Source) -> None:
    os.utime(source.path, ns=(1, 1))
    assert with_source_film(CLIP, (source,)).photos is None
    source.path.write_bytes(b"no video")
    found = source.path.stat()
    damaged = Source(
        path=source.path,
        media_type="video/mp4",
        size_bytes=found.st_size,
        mtime_ns=found.st_mtime_ns,
    )
    assert with_source_film(CLIP, (damaged,)).photos is None
    source.path.unlink()
    assert with_source_film(CLIP, (damaged,)).photos is None
    assert with_source_film(CLIP, ()).photos is None


def test_the_job_of_a_result_says_its_sources(source: Source) -> None:
    job = Job(name="walk", provider_id="relief", sources=(source,))
    entries = [QueueEntry(job, JobStatus(state=JobState.DONE, result_id="r1"))]
    assert sources_of("r1", entries) == (source,)
    assert sources_of("r2", entries) == ()
