"""Real Gradio servers for tests: `da3` and `partpacker`, and handles to look into them.

A pytest plugin. Servers start when a test first asks for them, stay for the session and are
reset before each test; their environments are made after collection, if a test needs them.
"""

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.servers.environments import EnvironmentFailedError, ensure
from tests.support.gradio_server import GradioServer, ServerFailedError, Version
from tests.support.gradio_words import ZEROGPU, Refusal

__all__ = ["ZEROGPU", "GradioServer", "Refusal", "ServerFailedError"]

DA3 = [
    pytest.param(("5.49", "seed"), id="gradio5.49-seed"),
    pytest.param(("5.49", "head"), id="gradio5.49-head", marks=pytest.mark.long),
    pytest.param(("6", "seed"), id="gradio6-seed", marks=pytest.mark.long),
    pytest.param(("6", "head"), id="gradio6-head"),
]
PARTPACKER = [
    pytest.param("5.25", id="gradio5.25"),
    pytest.param("5.49", id="gradio5.49", marks=pytest.mark.long),
    pytest.param("6", id="gradio6"),
]


Find = Callable[..., GradioServer]


@pytest.fixture(scope="session")
def gradio_servers() -> Generator[Find]:
    """Gives the session's server of an app, a version and a profile; not reset."""
    running: dict[tuple[str, ...], GradioServer] = {}

    def find(app: str, version: Version, profile: str = "seed") -> GradioServer:
        key = (app, version, profile)
        if key not in running:
            running[key] = GradioServer.start(*key)
        return running[key]

    yield find
    for server in running.values():
        server.stop()


def _ready(find: Find, *what: str) -> Generator[GradioServer]:
    server = find(*what)
    server.reset()
    yield server
    server.release()


@pytest.fixture(params=DA3)
def da3(request: pytest.FixtureRequest, gradio_servers: Find) -> Generator[GradioServer]:
    """The Depth Anything 3 Space: two of version and profile, in a full check all four."""
    yield from _ready(gradio_servers, "da3", *request.param)


@pytest.fixture
def da3_seed(gradio_servers: Find) -> Generator[GradioServer]:
    """The Depth Anything 3 Space as it is: Gradio 5.49 and the first profile."""
    yield from _ready(gradio_servers, "da3", "5.49", "seed")


@pytest.fixture(params=PARTPACKER)
def partpacker(request: pytest.FixtureRequest, gradio_servers: Find) -> Generator[GradioServer]:
    """The PartPacker Space: the version of its lock and the newest, in a full check a third."""
    yield from _ready(gradio_servers, "partpacker", request.param)


@pytest.fixture
def partpacker_lock(gradio_servers: Find) -> Generator[GradioServer]:
    """The PartPacker Space with the Gradio of its own lock, which checks no range."""
    yield from _ready(gradio_servers, "partpacker", "5.25")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Make what environments the tests need, at once, before the clock of a test runs.

    One that fails fails the tests that need it when they ask for it.
    """
    if session.config.option.collectonly:
        return
    needed = {version for item in session.items for version in _versions(item)}
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    say = reporter.write_line if reporter else print
    with ThreadPoolExecutor() as executor:
        list(executor.map(partial(_try, say), needed))


def _try(say: Callable[[str], None], version: str) -> None:
    try:
        ensure(version, say)
    except EnvironmentFailedError as error:
        say(str(error))


def _versions(item: pytest.Item) -> set[str]:
    """The versions of gradio whose servers the test asks for, and the official clients."""
    fixtures = set(getattr(item, "fixturenames", ()))
    chosen = getattr(getattr(item, "callspec", None), "params", {})
    versions: set[str] = {"fal-client"} if "fal_client" in fixtures else set()
    if "da3" in fixtures:
        versions.add(chosen["da3"][0])
    if "partpacker" in fixtures:
        versions.add(chosen["partpacker"])
    if "da3_seed" in fixtures:
        versions.add("5.49")
    if "partpacker_lock" in fixtures:
        versions.add("5.25")
    return versions
