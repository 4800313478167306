"""What a Gradio server takes, as the JSON Schema that the inspector reads."""

from collections.abc import Collection, Mapping
from typing import Any

from depthstudio.core.json_shape import list_in
from depthstudio.providers.gradio.app import Function, Slot

NUMBERS = {"slider", "number"}


def live_schema(functions: Collection[Function], leave_out: Collection[str]) -> dict[str, Any]:
    """One object schema of everything a person may set on these functions."""
    properties = {
        slot.name: found
        for function in functions
        for slot in function.parameters
        if slot.name and slot.name not in leave_out and (found := _property(slot))
    }
    return {"type": "object", "properties": properties}


def _property(slot: Slot) -> dict[str, Any] | None:
    """None for files and whatever else is no plain value."""
    declared, props = slot.declared or {}, slot.props or {}
    found = _kind(slot.kind, props)
    if found is None:
        return None
    found["title"] = str(declared.get("label") or slot.name)
    if isinstance(props.get("info"), str):
        found["description"] = props["info"]
    if slot.has_default:
        found["default"] = slot.default
    return found


def _kind(kind: str, props: Mapping[str, Any]) -> dict[str, Any] | None:
    if kind in NUMBERS:
        found: dict[str, Any] = {"type": "number"}
        for name in ("minimum", "maximum"):
            if isinstance(props.get(name), int | float):
                found[name] = props[name]
        if isinstance(props.get("step"), int | float):
            found["x"] = {"step": props["step"]}
        return found
    if kind == "checkbox":
        return {"type": "boolean"}
    if kind in ("dropdown", "radio") and not props.get("multiselect"):
        choices = [_value(choice) for choice in props.get("choices") or ()]
        return {"enum": choices} if choices else {"type": "string"}
    return {"type": "string"} if kind == "textbox" else None


def _value(choice: Any) -> Any:
    """Choices come as a value, or as what is shown and the value."""
    pair = list_in(choice)
    return pair[1] if len(pair) == 2 else choice
