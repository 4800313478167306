"""What the middle of the window keeps while its views come and go."""

import pytest
from pytestqt.qtbot import QtBot

from depthstudio.geometry.colour_maps import COLOUR_MAPS, DEFAULT_COLOUR_MAP
from depthstudio.ui.look.icons import Icons
from depthstudio.ui.look.theme import Theme
from depthstudio.ui.window.centre import Centre


@pytest.fixture
def centre(qtbot: QtBot, theme: Theme, icons: Icons) -> Centre:
    centre = Centre(theme, icons, newcomer=True)
    qtbot.addWidget(centre)
    return centre


def test_the_depth_view_takes_over_the_kept_colour_map(centre: Centre) -> None:
    assert centre.colour_map == DEFAULT_COLOUR_MAP
    centre.colour_map = "magma"
    assert centre.depth_view.strip.colour_map == "magma"


def test_a_colour_map_chosen_in_the_view_is_kept(centre: Centre) -> None:
    centre.depth_view.strip.set_colour_map(COLOUR_MAPS[-1])
    assert centre.colour_map == COLOUR_MAPS[-1]
