"""Measuring in the scene of a Depth Anything 3 session that is still alive."""

import math

import pytest

from depthstudio.core.errors import ResultLost, UsageError
from tests.services.conftest import MakePhotos, OpenService
from tests.support.gradio_servers import GradioServer

pytestmark = pytest.mark.anyio


async def test_two_points_have_depths_and_a_distance_while_the_session_lives(
    da3: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    async with open_service("depth-anything-3", da3.url) as service:
        job = await service.add(photos(2))
        await service.settled(job)
        first, second, third = [
            (await service.session.interact(job.id, {"view": 1, "points": [point]})).values
            for point in ([5, 5], [40, 20], [9, 9])
        ]

    (near,) = first["depths"]
    assert near > 0
    assert (first["distance"], first["unit"]) == (None, "m")
    assert second["depths"][0] == near
    assert len(second["depths"]) == 2
    assert math.isfinite(second["distance"])
    assert second["distance"] > 0
    assert len(third["depths"]) == 1  # the server counts to two and begins anew


async def test_a_point_beside_the_picture_has_no_depth(
    da3_seed: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    async with open_service("depth-anything-3", da3_seed.url) as service:
        job = await service.add(photos(1))
        await service.settled(job)
        answer = await service.session.interact(job.id, {"view": 0, "points": [[9000, 9000]]})

    assert answer.values["depths"] == [None]


async def test_a_session_the_server_has_forgotten_cannot_be_measured_in(
    da3_seed: GradioServer, open_service: OpenService, photos: MakePhotos
) -> None:
    async with open_service("depth-anything-3", da3_seed.url) as service:
        job = await service.add(photos(1))
        await service.settled(job)
        da3_seed.forget()
        with pytest.raises(ResultLost, match="forgotten this scene"):
            await service.session.interact(job.id, {"view": 0, "points": [[5, 5]]})


@pytest.mark.parametrize(
    "action", [{}, {"view": 0}, {"view": "1", "points": [[1, 1]]}, {"view": 0, "points": [[1]]}]
)
async def test_what_is_no_measurement_is_refused(
    da3_seed: GradioServer, open_service: OpenService, photos: MakePhotos, action: dict
) -> None:
    async with open_service("depth-anything-3", da3_seed.url) as service:
        job = await service.add(photos(1))
        await service.settled(job)
        with pytest.raises(UsageError):
            await service.session.interact(job.id, action)
