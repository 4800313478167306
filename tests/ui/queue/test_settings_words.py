"""The settings of a lost submit, in the words of the form."""

from depthstudio.core.param_schema import schema_of
from depthstudio.providers.builtin.tengr_depth_map import TengrDepthMap
from depthstudio.ui.queue.settings_words import in_words

SCHEMA = schema_of(TengrDepthMap.params_type)
VALUES = {
    "use_version_3": True,
    "invert_depth": None,
    "model_v2": "giant",
    "model_v3": "mono_large",
    "sky": "blue",
}


def test_settings_are_named_as_the_form_names_them_and_what_is_not_set_is_not_told() -> None:
    titles = {name: prop["title"] for name, prop in SCHEMA["properties"].items()}
    said = in_words(
        {name: VALUES[name] for name in VALUES if name in (*titles, "sky")}, SCHEMA, 300
    )
    assert titles["invert_depth"] not in said
    assert said[titles["use_version_3"]] == "on"
    assert said[titles["model_v3"]] == "Mono large"
    assert titles["model_v2"] not in said  # a model of the other version, which was not sent
    assert said["sky"] == "blue"
    assert not any("_" in label for label in said)
    assert list(said)[-1] == "sky"


def test_what_is_as_always_gives_way_where_all_would_be_too_long() -> None:
    defaults = {n: p["default"] for n, p in SCHEMA["properties"].items() if "default" in p}
    all_of_them = in_words(defaults, SCHEMA, 10_000)
    changed = {**defaults, "use_version_3": not defaults["use_version_3"]}
    assert len(in_words(changed, SCHEMA, 10)) == 1
    assert len(all_of_them) > 1
    assert in_words(defaults, SCHEMA, 10) == all_of_them  # better too long than nothing


def test_without_a_schema_values_keep_their_names() -> None:
    assert in_words({"seed": 7, "prompt": ""}, {}, 300) == {"seed": "7"}
