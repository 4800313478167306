"""Our parameters beside a server's: what is taken over, what is disabled, what is new."""

from typing import Annotated, Any, Literal

import msgspec
import pytest

from depthstudio.core.errors import ParamError
from depthstudio.core.param_reconcile import LACKING, OTHER_TYPE, reconciled
from depthstudio.core.param_schema import schema_of
from depthstudio.core.params import (
    Params,
    as_promised,
    bounds,
    field_notes,
    param,
    validated,
)
from depthstudio.core.record import Json


class Known(Params):
    points: Annotated[
        int, param(label="Points", help="How many", unit="k", ge=1, le=100, step=1)
    ] = 50
    mode: Annotated[
        Literal["fast", "fine"], param(label="Mode", choice_labels=("Fast", "Fine"))
    ] = "fast"
    share: Annotated[float, param(label="Share", ge=0, le=1)] = 0.5
    frames: Annotated[Annotated[int, bounds(ge=1, le=9)] | None, param(label="Frames")] = None
    note: Annotated[str, param(label="Note")] = ""
    seeds: Annotated[int, param(label="Seeds", ge=1, le=9, is_remote=False)] = 1


class Open(Known):
    extra: Annotated[dict[str, Json], param(label="Extra")] = msgspec.field(
        default_factory=dict[str, Json]
    )


SAME: dict[str, Any] = {
    "points": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    "mode": {"type": "string", "enum": ["fine", "fast"]},
    "share": {"type": "number"},
    "frames": {"type": "integer"},
    "note": {"type": "string"},
}


def with_live(model: type[Params] = Open, **changes: Any) -> dict[str, Any]:
    return reconciled(schema_of(model), {"properties": {**SAME, **changes}})


def declared(name: str, model: type[Params] = Open, **changes: Any) -> dict[str, Any]:
    return with_live(model, **changes)["properties"][name]


def test_a_server_that_offers_the_same_changes_nothing_that_counts() -> None:
    same = with_live()["properties"]
    own = schema_of(Open)["properties"]
    assert list(same) == list(own)
    assert not any(field_notes(p).get("disabled_reason") for p in same.values())
    assert same["mode"]["enum"] == ["fast", "fine"]
    assert same["mode"]["x"]["choice_labels"] == ["Fast", "Fine"]
    assert (same["points"]["minimum"], same["points"]["maximum"]) == (1, 100)


def test_a_server_that_says_nothing_changes_nothing() -> None:
    for nothing in ({}, {"properties": {}}, {"properties": [1]}, {"properties": None}):
        assert reconciled(schema_of(Open), nothing) == schema_of(Open)


def test_what_the_server_lacks_is_disabled_with_the_reason() -> None:
    live = {"properties": {"mode": SAME["mode"]}}
    properties = reconciled(schema_of(Open), live)["properties"]
    assert field_notes(properties["points"]).get("disabled_reason") == LACKING
    assert properties["points"]["title"] == "Points"
    assert "disabled_reason" not in properties["mode"]["x"]


def test_what_never_goes_to_the_server_is_left_as_it_is() -> None:
    assert declared("seeds") == schema_of(Open)["properties"]["seeds"]


def test_default_range_and_step_are_the_servers_and_the_words_stay_ours() -> None:
    live = {"type": "number", "minimum": 2, "maximum": 4000, "multipleOf": 2, "default": 200}
    points = declared("points", points={**live, "title": "num_points", "description": "?"})
    assert (points["minimum"], points["maximum"], points["default"]) == (2, 4000, 200)
    assert points["type"] == "integer"
    assert (points["title"], points["description"]) == ("Points", "How many")
    assert (points["x"]["unit"], points["x"]["step"]) == ("k", 2)


def test_a_range_that_ends_before_a_number_replaces_one_that_ends_at_it() -> None:
    share = declared("share", share={"type": "number", "exclusiveMaximum": 2})
    assert share["exclusiveMaximum"] == 2
    assert "maximum" not in share
    assert share["minimum"] == 0


def test_our_default_moves_into_a_range_that_lacks_it() -> None:
    points = declared("points", points={"type": "integer", "maximum": 20})
    assert points["default"] == 20


def test_whole_numbers_are_wanted_where_the_server_wants_them() -> None:
    assert declared("share", share={"type": "integer"})["type"] == "integer"


def test_other_choices_are_taken_over_without_our_labels() -> None:
    mode = declared("mode", mode={"enum": ["fine", "finest"], "default": "finest"})
    assert (mode["enum"], mode["default"]) == (["fine", "finest"], "finest")
    assert "choice_labels" not in mode["x"]
    labelled = {"enum": ["fine", "finest"], "x": {"choice_labels": ["Fine", "Very fine"]}}
    assert declared("mode", mode=labelled)["x"]["choice_labels"] == ["Fine", "Very fine"]


def test_what_may_be_left_out_may_be_left_out_still() -> None:
    frames = declared("frames", frames={"type": "integer", "minimum": 1, "maximum": 30})
    assert frames["anyOf"][1] == {"type": "null"}
    assert frames["anyOf"][0]["maximum"] == 30
    assert frames["default"] is None
    given = declared("frames", frames={"type": "integer", "default": 4})
    assert given["default"] == 4


def test_another_type_disables_ours() -> None:
    assert declared("note", note={"type": "boolean"})["x"]["disabled_reason"] == OTHER_TYPE
    assert declared("mode", mode={"enum": [1, 2]})["x"]["disabled_reason"] == OTHER_TYPE


def test_what_only_the_server_has_is_new_where_there_is_a_place_for_it() -> None:
    sky = {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5, "title": "Sky"}
    new = declared("sky", sky=sky)
    assert (new["title"], new["default"], new["minimum"], new["maximum"]) == ("Sky", 0.5, 0, 1)
    assert new["x"] == {"is_new": True}
    assert declared("seed_of_it", seed_of_it={"type": "integer"})["title"] == "Seed of it"
    assert "sky" not in with_live(Known, sky=sky)["properties"]


def test_a_new_one_may_be_a_choice_or_left_out() -> None:
    live = {"enum": ["a", "b"], "default": "b", "x": {"choice_labels": ["A", "B"], "group": "G"}}
    choice = declared("kind", kind=live)
    assert (choice["enum"], choice["default"]) == (["a", "b"], "b")
    assert choice["x"] == {"is_new": True, "group": "G", "choice_labels": ["A", "B"]}
    optional = declared("limit", limit={"anyOf": [{"type": "integer"}, {"type": "null"}]})
    assert optional["anyOf"] == [{"type": "integer"}, {"type": "null"}]


@pytest.mark.parametrize(
    "hostile",
    [
        {"type": "integer", "minimum": 9, "maximum": 1},
        {"type": "integer", "minimum": float("nan"), "maximum": float("inf")},
        {"type": "integer", "minimum": -(10**400), "maximum": 10**400},
        {"type": "integer", "minimum": "1", "maximum": [2], "default": {"a": 1}},
        {"type": "integer", "default": 1e308, "x": {"step": -1}},
        {"type": "integer", "x": "none", "enum": "none"},
        {"type": ["integer", "null", "string"], "default": True},
        {"type": {}, "anyOf": 3, "allOf": 3, "$ref": 3},
        {"$ref": "#/properties/points"},
        {"allOf": [{"allOf": [{"$ref": "#"}]}]},
    ],
)
def test_nonsense_of_a_server_is_left_out(hostile: dict[str, Any]) -> None:
    points = declared("points", points=hostile)
    assert (points["minimum"], points["maximum"], points["default"]) == (1, 100, 50)
    new = declared("news", news=hostile)
    assert new["x"]["is_new"]
    assert new.get("default") in (None, True, 50)  # where any value will do, or ours is meant


def test_long_lists_and_long_words_of_a_server_are_cut() -> None:
    many = {f"p{number}": {"title": "x" * 9000} for number in range(300)}
    properties = with_live(**many)["properties"]
    assert len(properties) == len(schema_of(Open)["properties"]) + 100
    assert len(properties["p0"]["title"]) == 500
    assert "enum" not in declared("huge", huge={"enum": list(range(5000))})
    assert "a\nb" not in with_live(**{"a\nb": {}})["properties"]


def test_values_are_checked_against_what_the_server_allows() -> None:
    schema = with_live(
        points={"type": "integer", "maximum": 4000},
        mode={"enum": ["fine", "finest"]},
        sky={"type": "number", "maximum": 1},
    )
    values = {"points": "3000", "mode": "finest", "extra": {"sky": 0.5}}
    made = validated(Open, values, schema=schema)
    assert (made.points, made.mode, made.extra) == (3000, "finest", {"sky": 0.5})
    for wrong, words in (
        ({"points": 5000}, "points: must be a whole number from 1 to 4000, got 5000"),
        ({"mode": "fast"}, "mode: must be one of “fine”, “finest”"),
        ({"points": "many"}, "points: must be"),
        ({"mode": "fine", "extra": {"sky": 2}}, "sky: must be a number of at most 1"),
        ({"mode": "fine", "extra": {"sea": 2}}, "This server has no parameter “sea”"),
    ):
        with pytest.raises(ParamError, match=words):
            validated(Open, {"mode": "fine", **wrong}, schema=schema)
    with pytest.raises(ParamError, match="points"):
        validated(Open, {"points": 3000})


def test_a_disabled_parameter_is_not_held_against_the_server() -> None:
    schema = reconciled(schema_of(Open), {"properties": {"mode": SAME["mode"]}})
    assert validated(Open, {}, schema=schema).points == 50


def test_a_promised_job_is_not_measured_by_our_ranges_again() -> None:
    made = as_promised(Open, {"points": 3000, "mode": "finest", "frames": 30})
    assert (made.points, made.mode, made.frames) == (3000, "finest", 30)
    with pytest.raises(ParamError, match="points: must be"):
        as_promised(Open, {"points": "many"})
    with pytest.raises(ParamError, match="There is no parameter “sky”"):
        as_promised(Open, {"sky": 1})
