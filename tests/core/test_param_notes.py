from typing import Annotated, Literal

import pytest

from depthstudio.core.errors import ParamError
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, field_notes, param, result_values, validated


class Lens(Params):
    """One field of each kind."""

    focal: Annotated[
        float, param(label="Focal length", unit="mm", group="Lens", ge=8, le=800, step=1)
    ] = 35.0
    shape: Annotated[
        Literal["round", "flat"], param(label="Shape", choice_labels=("Round", "Flat"))
    ] = "round"
    coated: Annotated[bool, param(label="Coated", phrase="Has a coating")] = True
    tint: Annotated[
        str, param(label="Tint", enabled_when={"coated": True}, affects_result=False)
    ] = ""
    legacy: Annotated[int, param(label="Legacy", no_effect_on_server=True)] = 0

    def __post_init__(self) -> None:
        if " " in self.tint:
            raise ParamError(f"tint: must be one word, got “{self.tint}”", name="tint")


def test_what_is_declared_once_is_in_the_schema() -> None:
    properties = schema_of(Lens)["properties"]

    assert properties["focal"]["title"] == "Focal length"
    assert (properties["focal"]["minimum"], properties["focal"]["maximum"]) == (8, 800)
    assert {name: field_notes(declared) for name, declared in properties.items()} == {
        "focal": {"affects_result": True, "unit": "mm", "group": "Lens", "step": 1},
        "shape": {"affects_result": True, "choice_labels": ["Round", "Flat"]},
        "coated": {"affects_result": True, "phrase": "Has a coating"},
        "tint": {"affects_result": False, "enabled_when": {"coated": True}},
        "legacy": {"affects_result": True, "no_effect_on_server": True},
    }


def test_a_foreign_schema_has_no_notes() -> None:
    assert field_notes({"type": "number"}) == {}
    assert field_notes({"x": "something else"}) == {}


def test_text_is_read_as_the_declared_type() -> None:
    values = validated(Lens, {"focal": "50", "coated": "false", "legacy": "7"})

    assert (values.focal, values.coated, values.legacy) == (50.0, False, 7)


@pytest.mark.parametrize(
    ("values", "message", "name"),
    [
        ({"focal": 1}, "focal: must be a number from 8 to 800, got 1", "focal"),
        ({"focal": float("nan")}, "focal: must be a number from 8 to 800, got NaN", "focal"),
        ({"shape": "oval"}, 'shape: must be one of “round”, “flat”, got "oval"', "shape"),
        ({"tint": "two words"}, "tint: must be one word, got “two words”", "tint"),
        ({"colour": 1}, "There is no parameter “colour”", "colour"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_the_reason(
    values: dict[str, object], message: str, name: str
) -> None:
    with pytest.raises(ParamError) as caught:
        validated(Lens, values)

    assert (str(caught.value), caught.value.name) == (message, name)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ParamError) as caught:
        validated(Lens, {"colour": 1})

    assert caught.value.hint == "Known: focal, shape, coated, tint, legacy"


def test_parameters_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        setattr(Lens(), "focal", 50.0)  # noqa: B010 - what is being refused


def test_only_what_can_change_the_result_counts_as_a_result_value() -> None:
    assert result_values(Lens(tint="red")) == {
        "focal": 35.0,
        "shape": "round",
        "coated": True,
        "legacy": 0,
    }
