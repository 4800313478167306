"""JSON Schema in, fields out: what msgspec writes, and what live services send."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from msgspec import field

from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, bounds, param
from depthstudio.core.setting_words import same
from depthstudio.ui.inspector.schema import Choice, Kind, ParamField, read_schema


class Finish(StrEnum):
    MATT = "matt"
    GLOSS = "gloss"


class Everything(Params):
    depth: Annotated[
        float, param(label="Depth", unit="m", group="Height", ge=0, le=1, step=0.01)
    ] = 0.3
    count: Annotated[int, param(label="Count", ge=1, le=64)] = 8
    curve: Annotated[
        Literal["linear", "log"], param(label="Curve", choice_labels=["Straight", "Logarithmic"])
    ] = "linear"
    finish: Annotated[Finish, param(label="Finish")] = Finish.MATT
    size: Annotated[Literal[256, 512], param(label="Size")] = 256
    only: Annotated[Literal["here"], param(label="Only")] = "here"
    invert: Annotated[bool, param(label="Invert", phrase="Dark is high", help="Turns it round")] = (
        False
    )
    name: Annotated[str, param(label="Name")] = ""
    limit: Annotated[Annotated[float, bounds(ge=1, le=9)] | None, param(label="Limit")] = None
    maybe: Annotated[bool | None, param(label="Maybe")] = None
    tone: Annotated[Literal["warm", "cold"] | None, param(label="Tone")] = None
    frames: Annotated[list[int], param(label="Frames")] = field(default_factory=lambda: [1, 2])
    thickness: Annotated[
        float, param(label="Thickness", enabled_when={"invert": True}, no_effect_on_server=True)
    ] = 0.05


@pytest.fixture(scope="module")
def fields() -> dict[str, ParamField]:
    return {field.name: field for field in read_schema(schema_of(Everything))}


def read_one(prop: dict[str, Any], **around: Any) -> ParamField:
    [field] = read_schema({"type": "object", "properties": {"some_name": prop}, **around})
    return field


def test_fields_come_in_the_order_of_the_declaration(fields: dict[str, ParamField]) -> None:
    assert list(fields) == list(Everything.__struct_fields__)


def test_a_number_brings_range_step_unit_and_group(fields: dict[str, ParamField]) -> None:
    depth = fields["depth"]
    assert depth.kind is Kind.NUMBER
    assert (depth.minimum, depth.maximum, depth.step, depth.decimals) == (0, 1, 0.01, 2)
    assert (depth.label, depth.unit, depth.group) == ("Depth", "m", "Height")
    assert not depth.is_integer


def test_a_whole_number_has_no_decimals_and_steps_by_one(fields: dict[str, ParamField]) -> None:
    count = fields["count"]
    assert (count.is_integer, count.decimals, count.step) == (True, 0, 1)


def test_choices_take_the_words_of_the_declaration(fields: dict[str, ParamField]) -> None:
    assert fields["curve"].choices == (Choice("linear", "Straight"), Choice("log", "Logarithmic"))


def test_an_enum_behind_a_reference_becomes_choices(fields: dict[str, ParamField]) -> None:
    finish = fields["finish"]
    assert finish.kind is Kind.CHOICE
    assert finish.choices == (Choice("matt", "Matt"), Choice("gloss", "Gloss"))
    assert finish.label == "Finish"
    assert finish.default == "matt"


def test_choices_keep_the_type_of_their_value(fields: dict[str, ParamField]) -> None:
    assert [choice.value for choice in fields["size"].choices] == [256, 512]


def test_a_constant_is_a_choice_of_one(fields: dict[str, ParamField]) -> None:
    assert fields["only"].choices == (Choice("here", "Here"),)


def test_a_flag_brings_its_phrase_and_help(fields: dict[str, ParamField]) -> None:
    invert = fields["invert"]
    assert (invert.kind, invert.phrase, invert.help) == (
        Kind.FLAG,
        "Dark is high",
        "Turns it round",
    )


def test_an_optional_number_keeps_its_range(fields: dict[str, ParamField]) -> None:
    limit = fields["limit"]
    assert (limit.kind, limit.is_optional, limit.default) == (Kind.NUMBER, True, None)
    assert (limit.minimum, limit.maximum) == (1, 9)


def test_an_optional_flag_or_choice_can_be_left_unset(fields: dict[str, ParamField]) -> None:
    assert [choice.value for choice in fields["maybe"].choices] == [None, True, False]
    assert [choice.value for choice in fields["tone"].choices] == [None, "warm", "cold"]


def test_what_no_control_fits_is_edited_as_json(fields: dict[str, ParamField]) -> None:
    assert fields["frames"].kind is Kind.JSON
    assert fields["frames"].default == [1, 2]


def test_conditions_and_server_notes_are_read(fields: dict[str, ParamField]) -> None:
    assert fields["thickness"].enabled_when == {"invert": True}
    assert fields["thickness"].no_effect_on_server


def test_a_foreign_schema_gets_labels_from_its_names() -> None:
    field = read_one({"type": "number", "minimum": 0, "maximum": 20})
    assert (field.label, field.group, field.unit) == ("Some name", "", "")
    assert (field.default, field.step) == (0.0, 0.2)


@pytest.mark.parametrize(
    ("prop", "default"),
    [
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "number"}, 0.0),
        ({"type": "boolean"}, False),
        ({"type": "string"}, ""),
        ({"type": "string", "enum": ["b", "a"]}, "b"),
        ({"type": ["number", "null"]}, None),
        ({"type": "array"}, None),
    ],
)
def test_a_foreign_field_without_a_default_gets_a_plain_one(
    prop: dict[str, Any], default: object
) -> None:
    assert read_one(prop).default == default


def test_exclusive_bounds_move_in_by_one_step() -> None:
    field = read_one(
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.25}
    )
    assert (field.minimum, field.maximum, field.step) == (0.25, 0.75, 0.25)


def test_a_list_of_constants_becomes_choices_with_its_titles() -> None:
    options = [{"const": 1, "title": "Fast"}, {"const": 2, "title": "Best"}]
    assert read_one({"oneOf": options}).choices == (Choice(1, "Fast"), Choice(2, "Best"))


def test_a_single_allof_is_folded_in() -> None:
    field = read_one(
        {"allOf": [{"$ref": "#/definitions/Mode"}], "default": "b"},
        definitions={"Mode": {"type": "string", "enum": ["a", "b"]}},
    )
    assert (field.kind, field.default) == (Kind.CHOICE, "b")


@pytest.mark.parametrize("ref", ["#/$defs/Missing", "#/$defs/Loop"])
def test_a_reference_that_leads_nowhere_is_still_a_field(ref: str) -> None:
    loop = {"Loop": {"$ref": "#/$defs/Loop"}}
    assert read_one({"$ref": ref}, **{"$defs": loop}).kind is Kind.JSON


@pytest.mark.parametrize("schema", [{}, {"properties": {}}, {"type": "object"}])
def test_a_schema_without_properties_has_no_fields(schema: dict[str, Any]) -> None:
    assert read_schema(schema) == ()


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("depth", 0.5, True),
        ("depth", 1.01, False),
        ("depth", -0.01, False),
        ("depth", True, False),
        ("depth", float("nan"), False),
        ("depth", "0.5", False),
        ("depth", None, False),
        ("count", 2.0, True),
        ("count", 2.5, False),
        ("limit", None, True),
        ("curve", "log", True),
        ("curve", "cubic", False),
        ("size", 512, True),
        ("size", "512", False),
        ("invert", 1, False),
        ("name", 3, False),
        ("frames", {"any": "thing"}, True),
    ],
)
def test_a_field_knows_which_values_it_can_hold(
    fields: dict[str, ParamField], name: str, value: Any, accepted: bool
) -> None:
    assert fields[name].accepts(value) is accepted


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("depth", 0.3, "0.30\N{NO-BREAK SPACE}m"),
        ("count", 8, "8"),
        ("curve", "log", "Logarithmic"),
        ("invert", True, "on"),
        ("limit", None, "Not set"),
        ("name", "", "empty"),
    ],
)
def test_values_are_named_in_the_words_of_the_form(
    fields: dict[str, ParamField], name: str, value: Any, words: str
) -> None:
    assert fields[name].shown(value) == words


def test_one_and_true_are_different_values() -> None:
    assert same(1, 1.0)
    assert not same(1, True)
