from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from depthstudio.core.errors import BadResponse, NotOffered
from depthstudio.providers.gradio.app import App, Function, Slot, read_app
from depthstudio.providers.gradio.live_schema import live_schema

ORIGIN = "http://127.0.0.1:7860"
CONFIG: dict[str, Any] = {
    "version": "5.49.1",
    "api_prefix": "/gradio_api",
    "max_file_size": 1000,
    "components": [
        {"id": 1, "type": "textbox", "props": {"label": "Folder"}},
        {"id": 2, "type": "state", "props": {}},
        {
            "id": 3,
            "type": "slider",
            "props": {"minimum": 0, "maximum": 100, "step": 1, "info": "How many"},
        },
        {"id": 4, "type": "dropdown", "props": {"choices": [["A", "a"], ["B", "b"]]}},
        {"id": 5, "type": "image", "props": {}},
        {"id": 6, "type": "html", "props": {}, "skip_api": True},
        {"id": 7, "type": "checkbox", "props": {}},
    ],
    "dependencies": [
        {"id": 0, "api_name": False, "inputs": [], "outputs": []},
        {
            "id": 9,
            "api_name": "work",
            "inputs": [1, 2, 3, 6, 4, 7],
            "outputs": [5, 2],
            "targets": [[3, "change"], [None, "load"]],
        },
    ],
}
INFO: dict[str, Any] = {
    "named_endpoints": {
        "/work": {
            "parameters": [
                {"parameter_name": "folder", "parameter_has_default": False, "label": "Folder"},
                {
                    "parameter_name": "count",
                    "parameter_has_default": True,
                    "parameter_default": 10,
                    "label": "Count",
                },
                {
                    "parameter_name": "kind",
                    "parameter_has_default": True,
                    "parameter_default": "a",
                    "label": "Kind",
                },
                {
                    "parameter_name": "fine",
                    "parameter_has_default": True,
                    "parameter_default": False,
                    "label": "Fine",
                },
            ]
        }
    },
    "unnamed_endpoints": {},
}


@pytest.fixture
def app() -> App:
    return read_app(ORIGIN, CONFIG, INFO)


def test_a_function_is_found_by_name_and_called_by_its_own_number(app: App) -> None:
    work = app.function("work")
    assert work.index == 9
    assert work.names == ("folder", "count", "kind", "fine")
    assert app.called_by(3, "change") == work
    assert app.called_by(1, "change") is None
    assert not app.has("other")
    with pytest.raises(NotOffered, match="has no function “other”"):
        app.function("other")


def test_hidden_slots_are_null_and_the_rest_in_order(app: App) -> None:
    work = app.function("work")
    assert work.arguments({"folder": "f", "kind": "b"}) == ["f", None, 10, None, "b", False]
    assert work.positional("f", 1, "a", True) == ["f", None, 1, None, "a", True]


def test_a_parameter_that_is_not_there_is_named(app: App) -> None:
    work = app.function("work")
    with pytest.raises(NotOffered, match="no parameter “colour”"):
        work.arguments({"folder": "f", "colour": 1})
    with pytest.raises(NotOffered, match="wants a parameter we do not know: “folder”"):
        work.arguments({"count": 1})
    with pytest.raises(NotOffered, match="takes 4 values, not 1"):
        work.positional("f")


def test_routes_are_where_the_server_says(app: App) -> None:
    assert app.url("/queue/join") == f"{ORIGIN}/gradio_api/queue/join"
    assert app.max_file_bytes == 1000
    assert read_app(ORIGIN, {**CONFIG, "api_prefix": ""}, INFO).url("/x") == f"{ORIGIN}/x"


@pytest.mark.parametrize(
    ("config", "info"),
    [
        ({}, INFO),
        ([], INFO),
        ("<html>", INFO),
        (CONFIG, {}),
        (CONFIG, None),
        ({**CONFIG, "components": [{"id": "one"}]}, INFO),
        ({**CONFIG, "components": []}, INFO),
        ({**CONFIG, "dependencies": [{"api_name": "x"}]}, INFO),
        ({**CONFIG, "dependencies": ["x"]}, INFO),
    ],
)
def test_what_is_no_gradio_server_is_said_to_be_none(config: object, info: object) -> None:
    with pytest.raises(BadResponse, match="does not describe itself as a Gradio app"):
        read_app(ORIGIN, config, info)


def test_what_a_person_may_set_becomes_a_schema(app: App) -> None:
    schema = live_schema([app.function("work")], {"folder"})
    assert schema["properties"] == {
        "count": {
            "type": "number",
            "minimum": 0,
            "maximum": 100,
            "x": {"step": 1},
            "title": "Count",
            "description": "How many",
            "default": 10,
        },
        "kind": {"enum": ["a", "b"], "title": "Kind", "default": "a"},
        "fine": {"type": "boolean", "title": "Fine", "default": False},
    }


@st.composite
def functions(draw: st.DrawFn) -> Function:
    """Any mixture of visible and hidden slots, with and without defaults."""
    kinds = draw(st.lists(st.sampled_from(["hidden", "default", "wanted"]), max_size=14))
    slots = [
        Slot(
            component_id=number,
            kind="textbox",
            is_hidden=kind == "hidden",
            name="" if kind == "hidden" else f"p{number}",
            declared={}
            if kind == "hidden"
            else {"parameter_has_default": kind == "default", "parameter_default": f"d{number}"},
        )
        for number, kind in enumerate(kinds)
    ]
    return Function(3, "work", tuple(slots), (), ())


@given(function=functions(), data=st.data())
def test_every_value_lands_in_its_own_slot(function: Function, data: st.DataObject) -> None:
    wanted = [slot.name for slot in function.parameters if not slot.has_default]
    others = [slot.name for slot in function.parameters if slot.has_default]
    given = wanted + (data.draw(st.lists(st.sampled_from(others), unique=True)) if others else [])
    arguments = function.arguments({name: f"v-{name}" for name in given})

    assert len(arguments) == len(function.inputs)
    for slot, argument in zip(function.inputs, arguments, strict=True):
        if slot.is_hidden:
            assert argument is None
        elif slot.name in given:
            assert argument == f"v-{slot.name}"
        else:
            assert argument == slot.default
