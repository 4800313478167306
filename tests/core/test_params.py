"""How `validated` reads text, as a command line gives it, by what is declared."""

from typing import Annotated, Any, Literal

import pytest
from msgspec import field

from depthstudio.core.errors import ParamError
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import Params, param, validated


class Declared(Params):
    side: Annotated[Literal[256, 512], param(label="Side")] = 256
    mode: Annotated[Literal["fast", "1"], param(label="Mode")] = "fast"
    steps: Annotated[int, param(label="Steps", ge=1, le=50)] = 20
    share: Annotated[float, param(label="Share")] = 0.5
    invert: Annotated[bool, param(label="Invert")] = False
    prompt: Annotated[str, param(label="Prompt")] = ""
    seed: Annotated[int | None, param(label="Seed")] = 7
    sizes: Annotated[list[int], param(label="Sizes")] = field(default_factory=list[int])


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("side", "512", 512),
        ("mode", "1", "1"),
        ("steps", "30", 30),
        ("share", "0.25", 0.25),
        ("share", "1", 1.0),
        ("invert", "true", True),
        ("prompt", "512", "512"),
        ("prompt", "null", "null"),
        ("prompt", '"quoted"', '"quoted"'),
        ("seed", "null", None),
        ("seed", "9", 9),
        ("sizes", "[1, 2]", [1, 2]),
    ],
)
def test_text_becomes_a_value_of_the_declared_type(name: str, text: str, value: Any) -> None:
    read = getattr(validated(Declared, {name: text}), name)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("side", "300", "got 300"),
        ("side", "many", 'got "many"'),
        ("mode", "slow", 'got "slow"'),
        ("steps", "51", "got 51"),
        ("steps", "1.5", "got 1.5"),
        ("share", "NaN", "got NaN"),
        ("share", "true", 'got "true"'),
        ("share", "1e999", "got Infinity"),
        ("sizes", "[" * 100_000, "got "),
    ],
)
def test_text_that_is_no_value_is_named(name: str, text: str, shown: str) -> None:
    with pytest.raises(ParamError, match=shown) as caught:
        validated(Declared, {name: text})
    assert caught.value.name == name


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ParamError) as caught:
        validated(Declared, {"sied": "512"})
    assert caught.value.name == "sied"
    assert "side, mode" in caught.value.hint


def test_reading_text_leaves_the_schema_alone() -> None:
    schema = schema_of(Declared)["properties"]
    assert schema["side"]["enum"] == [256, 512]
    assert schema["seed"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]
