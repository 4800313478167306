"""Settings as their declaration names them."""

from depthstudio.core.param_schema import schema_of
from depthstudio.core.setting_words import counted, setting_words
from depthstudio.providers.builtin.depth_anything_3 import DepthAnything3
from depthstudio.providers.builtin.oxen_video_depth import OxenVideoParams
from depthstudio.providers.builtin.tengr_depth_map import TengrDepthMap

TENGR = schema_of(TengrDepthMap.params_type)


def test_a_value_that_another_one_switched_off_did_not_count() -> None:
    values = {"use_version_3": True, "model_v3": "large", "model_v2": "giant"}
    assert counted(values, TENGR) == {"use_version_3": True, "model_v3": "large"}
    assert "model_v3" not in counted({**values, "use_version_3": False}, TENGR)


def test_a_value_that_no_server_heeds_did_not_count() -> None:
    schema = schema_of(DepthAnything3.params_type)
    values = {"filter_black_bg": True, "show_cam": False}
    assert counted(values, schema) == {"show_cam": False}


def test_words_are_those_of_the_form_in_its_order_and_unknown_ones_come_last() -> None:
    values = {
        "output_fps": 12.5,
        "max_frames": None,
        "depth_model": "VDA-Small",
        "side_by_side": True,
        "target_namespace": "",
        "extra": {"sky": "blue"},
    }
    said = setting_words(values, schema_of(OxenVideoParams))
    assert list(said.items()) == [
        ("Model", "Small"),
        ("Frame rate", "12.5 fps"),
        ("Side by side", "on"),
        ("sky", "blue"),
    ]


def test_without_a_schema_values_keep_their_names() -> None:
    assert setting_words({"seed": 7}, {}) == {"seed": "7"}
