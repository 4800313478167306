from pathlib import Path

import pytest

from depthstudio.settings.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home")
