from typing import Any

import pytest

from depthstudio.core.errors import NotOffered
from depthstudio.core.job import Checkpoint
from depthstudio.core.param_schema import schema_of
from depthstudio.providers.builtin.relief import ReliefParams, ReliefProvider


@pytest.mark.anyio
async def test_a_local_provider_is_always_healthy_and_describes_its_own_parameters(
    context: Any,
) -> None:
    provider = ReliefProvider()
    health = await provider.check(context)
    assert health.ok
    assert health.message == "Runs on this computer"
    described = await provider.describe(context)
    assert described.schema == schema_of(ReliefParams)


@pytest.mark.anyio
async def test_what_a_provider_does_not_do_is_said_in_its_name(context: Any) -> None:
    provider = ReliefProvider()
    with pytest.raises(NotOffered, match="Relief has nothing to re-attach to"):
        await provider.reattach(Checkpoint(), ReliefParams(), context)
    with pytest.raises(NotOffered, match="Relief offers no actions"):
        await provider.interact(Checkpoint(), {}, context)
