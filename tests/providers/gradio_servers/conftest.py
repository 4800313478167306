from collections.abc import Iterator

import pytest

from tests.providers.gradio_servers.raw import Raw
from tests.support.gradio_servers import GradioServer


@pytest.fixture
def raw(da3: GradioServer) -> Iterator[Raw]:
    """A session with the Depth Anything 3 server."""
    session = Raw(da3.url)
    yield session
    session.close()
