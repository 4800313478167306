"""What a model at Oxen says that it takes."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import quote

from depthstudio.core.json_shape import object_in
from depthstudio.providers.oxen.hub import Hub

MODELS_PATH = "/api/ai/models"
SCHEMA_NAMES = (
    "json_request_schema",
    "request_schema",
)  # the model's page, the API's page


async def model_schema(hub: Hub, model: str, leave_out: Collection[str]) -> dict[str, Any]:
    """Its parameters as one object schema, without properties where it says nothing."""
    answer = object_in(await hub.look_up(f"{MODELS_PATH}/{quote(model, safe='')}"))
    told = object_in(answer.get("data")) or answer
    nothing: Mapping[str, Any] = {}
    schemas = (object_in(told.get(name)) for name in SCHEMA_NAMES)
    schema = next((found for found in schemas if found), nothing)
    properties = {
        name: declared
        for name, declared in object_in(schema.get("properties")).items()
        if name not in leave_out
    }
    kept = {name: schema[name] for name in ("$defs", "definitions") if name in schema}
    return {**kept, "type": "object", "properties": properties}
