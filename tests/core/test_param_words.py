"""What people read when a value does not fit, and in which order choices are offered."""

from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import field

from depthstudio.core.errors import ParamError
from depthstudio.core.param_schema import schema_of
from depthstudio.core.param_words import allowed_words
from depthstudio.core.params import Json, Params, bounds, param, validated
from depthstudio.core.record import Record


class Finish(StrEnum):
    MATT = "matt"
    GLOSS = "gloss"


class Corner(Record):
    x: float
    y: float


class Oven(Params):
    heat: Annotated[float, param(label="Heat", ge=0, le=1)] = 0.5
    warmth: Annotated[float, param(label="Warmth", le=0.5)] = 0.5
    share: Annotated[float, param(label="Share")] = 0.5
    racks: Annotated[int, param(label="Racks", ge=1)] = 1
    seed: Annotated[int, param(label="Seed", ge=0, le=2**32)] = 0
    fan: Annotated[bool, param(label="Fan")] = False
    maybe: Annotated[bool | None, param(label="Maybe")] = None
    name: Annotated[str, param(label="Name")] = ""
    tone: Annotated[Literal["warm", "cold"], param(label="Tone")] = "warm"
    side: Annotated[Literal[512, 256], param(label="Long side")] = 512
    only: Annotated[Literal["here"], param(label="Only")] = "here"
    finish: Annotated[Finish, param(label="Finish")] = Finish.MATT
    limit: Annotated[Annotated[int, bounds(ge=1, le=9)] | None, param(label="Limit")] = None
    rate: Annotated[Annotated[float, msgspec.Meta(gt=0)] | None, param(label="Rate")] = None
    mood: Annotated[Literal["b", "a"] | None, param(label="Mood")] = None
    sizes: Annotated[list[int], param(label="Sizes")] = field(default_factory=list[int])
    tones: Annotated[list[Literal["z", "y"]], param(label="Tones")] = field(
        default_factory=lambda: ["z"]
    )
    pair: Annotated[tuple[float, float], param(label="Pair")] = (0, 1)
    table: Annotated[dict[str, float], param(label="Table")] = field(
        default_factory=dict[str, float]
    )
    corner: Annotated[Corner, param(label="Corner")] = Corner(x=0, y=0)
    extra: Annotated[Json, param(label="Extra")] = None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("heat", 5, "must be a number from 0 to 1, got 5"),
        ("heat", float("inf"), "must be a number from 0 to 1, got Infinity"),
        ("rate", 0, "must be a number above 0, or null, got 0"),
        ("warmth", "0.6", "must be a number of at most 0.5, got 0.6"),
        ("share", "deep", 'must be a number, got "deep"'),
        ("share", True, "must be a number, got true"),
        ("racks", 0, "must be a whole number of at least 1, got 0"),
        ("racks", 1.5, "must be a whole number of at least 1, got 1.5"),
        ("racks", True, "must be a whole number of at least 1, got true"),
        ("seed", 2**33, "must be a whole number from 0 to 4294967296, got 8589934592"),
        ("fan", 1, "must be true or false, got 1"),
        ("fan", "perhaps", 'must be true or false, got "perhaps"'),
        ("maybe", 1, "must be true or false, or null, got 1"),
        ("name", 3, "must be text, got 3"),
        ("name", "\udcff", 'must be text, got "\\udcff"'),
        ("tone", "hot", 'must be one of “warm”, “cold”, got "hot"'),
        ("side", 300, "must be one of 512, 256, got 300"),
        ("side", True, "must be one of 512, 256, got true"),
        ("only", "there", 'must be “here”, got "there"'),
        ("finish", "rough", 'must be one of “matt”, “gloss”, got "rough"'),
        ("limit", 10, "must be a whole number from 1 to 9, or null, got 10"),
        ("mood", "c", 'must be one of “b”, “a”, or null, got "c"'),
        ("sizes", "[1, true]", "must be a list, each entry a whole number, got [1, true]"),
        ("tones", ["x"], 'must be a list, each entry one of “z”, “y”, got ["x"]'),
        ("pair", [1], "must be a list, got [1]"),
        (
            "table",
            {"a": float("nan")},
            'must be a JSON object, each value a number, got {"a": NaN}',
        ),
        ("corner", {"x": 1}, 'must be a JSON object, got {"x": 1}'),
        ("extra", float("nan"), "must be a JSON value, got NaN"),
    ],
)
def test_a_value_that_does_not_fit_is_answered_with_what_does(
    name: str, value: Any, message: str
) -> None:
    with pytest.raises(ParamError) as caught:
        validated(Oven, {name: value})
    assert (str(caught.value), caught.value.name) == (f"{name}: {message}", name)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("racks", 2.0, 2),
        ("racks", "+2", 2),
        ("heat", ".5", 0.5),
        ("heat", 1, 1.0),
        ("fan", "Off", False),
        ("maybe", "yes", True),
        ("maybe", "null", None),
        ("limit", "9", 9),
        ("limit", "null", None),
        ("mood", "a", "a"),
        ("finish", "gloss", Finish.GLOSS),
        ("finish", Finish.GLOSS, Finish.GLOSS),
        ("pair", "[1, 2]", (1.0, 2.0)),
        ("corner", '{"x": 1, "y": 2}', Corner(x=1, y=2)),
        ("extra", {"any": ["thing"]}, {"any": ["thing"]}),
        ("extra", "null", "null"),
    ],
)
def test_a_value_that_fits_is_read_as_declared(name: str, value: Any, read: Any) -> None:
    found = getattr(validated(Oven, {name: value}), name)
    assert found == read
    assert type(found) is type(read)


def test_a_default_is_read_as_declared_too() -> None:
    assert [type(number) for number in validated(Oven, {}).pair] == [float, float]


def test_choices_keep_the_order_of_the_declaration() -> None:
    schema = schema_of(Oven)
    properties = schema["properties"]
    assert properties["tone"]["enum"] == ["warm", "cold"]
    assert properties["side"]["enum"] == [512, 256]
    assert properties["mood"]["anyOf"] == [{"enum": ["b", "a"]}, {"type": "null"}]
    assert properties["tones"]["items"] == {"enum": ["z", "y"]}
    assert schema["$defs"]["Finish"]["enum"] == ["matt", "gloss"]


def test_a_schema_is_an_object_with_every_default() -> None:
    schema = schema_of(Oven)
    assert (schema["type"], schema["title"], schema["additionalProperties"]) == (
        "object",
        "Oven",
        False,
    )
    assert list(schema["properties"]) == list(Oven.__struct_fields__)
    assert all("default" in declared for declared in schema["properties"].values())
    assert schema["properties"]["tones"]["default"] == ["z"]
    assert "required" not in schema


def test_bounds_stand_with_the_number_and_not_with_null() -> None:
    declared = schema_of(Oven)["properties"]["limit"]
    assert declared["anyOf"] == [
        {"type": "integer", "minimum": 1, "maximum": 9},
        {"type": "null"},
    ]


def test_a_parameter_without_a_default_has_to_be_given() -> None:
    class Stove(Params):
        heat: Annotated[float, param(label="Heat")]

    with pytest.raises(ParamError, match="heat: must be given"):
        validated(Stove, {})
    assert validated(Stove, {"heat": "1"}).heat == 1


def test_what_a_schema_does_not_say_is_any_json() -> None:
    assert allowed_words({}, {}) == "a JSON value"
