from typing import Literal

import pytest
from pydantic import ValidationError, field_validator

from depthstudio.core.errors import ParamError
from depthstudio.core.params import Params, field_notes, param, result_values, validated


class Lens(Params):
    """One field of each kind."""

    focal: float = param(35.0, label="Focal length", unit="mm", group="Lens", ge=8, le=800, step=1)
    shape: Literal["round", "flat"] = param("round", label="Shape", choice_labels=("Round", "Flat"))
    coated: bool = param(True, label="Coated", phrase="Has a coating")
    tint: str = param("", label="Tint", enabled_when={"coated": True}, affects_result=False)
    legacy: int = param(0, label="Legacy", no_effect_on_server=True)

    @field_validator("tint")
    @classmethod
    def _tint_is_a_word(cls, tint: str) -> str:
        if " " in tint:
            raise ValueError("must be one word")
        return tint


def test_what_is_declared_once_is_in_the_schema() -> None:
    properties = Lens.model_json_schema()["properties"]

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
        ({"focal": 1}, "focal: Input should be greater than or equal to 8, got 1", "focal"),
        ({"focal": float("nan")}, "focal: Input should be a finite number, got NaN", "focal"),
        ({"shape": "oval"}, "shape: Input should be 'round' or 'flat', got \"oval\"", "shape"),
        ({"tint": "two words"}, 'tint: must be one word, got "two words"', "tint"),
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
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Lens(), "focal", 50.0)  # noqa: B010 - what is being refused


def test_only_what_can_change_the_result_counts_as_a_result_value() -> None:
    assert result_values(Lens(tint="red")) == {
        "focal": 35.0,
        "shape": "round",
        "coated": True,
        "legacy": 0,
    }
