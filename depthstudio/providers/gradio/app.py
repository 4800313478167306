"""What one Gradio server offers: its functions, their order of arguments, hidden slots."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from depthstudio.core.errors import BadResponse, NotOffered
from depthstudio.core.json_shape import list_in, object_in
from depthstudio.core.record import Json

JsonObject = Mapping[str, Any]


@dataclass(frozen=True)
class Slot:
    """One place in the array of arguments. A hidden one is the server's own session state.

    `declared` is the parameter as ``/info`` describes it, {} for a hidden one.
    """

    component_id: int
    kind: str  # slider, dropdown, state, …
    is_hidden: bool
    name: str = ""
    declared: Mapping[str, Any] | None = None
    props: Mapping[str, Any] | None = None

    @property
    def has_default(self) -> bool:
        return bool((self.declared or {}).get("parameter_has_default"))

    @property
    def default(self) -> Json:
        return (self.declared or {}).get("parameter_default")

    def file_argument(self, file: Json) -> Json:
        """A file as this parameter wants it: Gradio 5 wraps videos, Gradio 6 does not."""
        properties = object_in(object_in((self.declared or {}).get("type")).get("properties"))
        return {"video": file, "subtitles": None} if "video" in properties else file


@dataclass(frozen=True)
class Function:
    """One function of the server, and how it is called."""

    index: int
    name: str
    inputs: tuple[Slot, ...]
    outputs: tuple[int, ...]  # ids of the components, hidden ones included
    targets: tuple[tuple[int, str], ...]  # component and event that call it in a browser

    @property
    def parameters(self) -> tuple[Slot, ...]:
        """What a caller may set, in order."""
        return tuple(slot for slot in self.inputs if not slot.is_hidden)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(slot.name for slot in self.parameters)

    def parameter(self, name: str) -> Slot:
        """The parameter of that name. Raises `NotOffered` where there is none."""
        for slot in self.parameters:
            if slot.name == name:
                return slot
        raise NotOffered(
            f"The server's {self.name} has no parameter “{name}”",
            hint="Test the connection, so that the form shows what this server has",
            may_have_run=False,
        )

    def arguments(self, values: Mapping[str, Json]) -> list[Json]:
        """The whole array: values by name, defaults for the rest, null for hidden state.

        Raises
        ------
        NotOffered
            when the server has no such parameter, or wants one that is not given
        """
        for name in values:
            self.parameter(name)
        return [self._argument(slot, values) for slot in self.inputs]

    def positional(self, *values: Json) -> list[Json]:
        """The whole array from the visible values in order, with null for hidden state."""
        if len(values) != len(self.parameters):
            raise NotOffered(
                f"The server's {self.name} takes {len(self.parameters)} values, not {len(values)}",
                may_have_run=False,
            )
        left = iter(values)
        return [None if slot.is_hidden else next(left) for slot in self.inputs]

    def _argument(self, slot: Slot, values: Mapping[str, Json]) -> Json:
        if slot.is_hidden:
            return None
        if slot.name in values:
            return values[slot.name]
        if slot.has_default:
            return slot.default
        raise NotOffered(
            f"The server's {self.name} wants a parameter we do not know: “{slot.name}”",
            hint="Test the connection, so that the form shows what this server has",
            may_have_run=False,
        )


@dataclass(frozen=True)
class App:
    """A Gradio server as it described itself."""

    origin: str
    api_prefix: str
    version: str
    functions: tuple[Function, ...]
    max_file_bytes: int | None = None

    def has(self, name: str) -> bool:
        """Is there a function of that name?"""
        return any(function.name == name for function in self.functions)

    def function(self, name: str) -> Function:
        """The function of that name. Raises `NotOffered` where there is none."""
        for function in self.functions:
            if function.name == name:
                return function
        raise NotOffered(
            f"This server has no function “{name}”",
            hint="Check the server's address: it may be another app",
            may_have_run=False,
        )

    def called_by(self, component_id: int, event: str) -> Function | None:
        """The function that a change of a component calls in a browser."""
        for function in self.functions:
            if (component_id, event) in function.targets:
                return function
        return None

    def url(self, path: str) -> str:
        """Where one of the protocol's own routes is."""
        return f"{self.origin}{self.api_prefix}{path}"


def file_in(value: object) -> Mapping[str, Any] | None:
    """The file in an output, which Gradio 5 wraps where it is a video; None without one."""
    for candidate in (object_in(object_in(value).get("video")), object_in(value)):
        if isinstance(candidate.get("path"), str):
            return candidate
    return None


def read_app(origin: str, config: object, info: object) -> App:
    """Read what ``/config`` and ``/gradio_api/info`` answered.

    Raises
    ------
    BadResponse
        when they do not describe a Gradio server
    """
    try:
        settings = cast("JsonObject", config)
        components = {
            int(component["id"]): cast("JsonObject", component)
            for component in settings["components"]
        }
        named = cast("Mapping[str, JsonObject]", cast("JsonObject", info)["named_endpoints"])
        functions = tuple(
            _read_function(dependency, components, named)
            for dependency in settings["dependencies"]
            if isinstance(dependency.get("api_name"), str)
        )
        limit = settings.get("max_file_size")
        return App(
            origin=origin,
            api_prefix=str(settings.get("api_prefix") or ""),
            version=str(settings.get("version", "")),
            functions=functions,
            max_file_bytes=limit if isinstance(limit, int) else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise BadResponse(
            f"{origin} does not describe itself as a Gradio app does",
            hint="Check the server's address",
            detail=repr(exc),
            may_have_run=False,
        ) from exc


def _read_function(
    dependency: JsonObject, components: Mapping[int, JsonObject], named: Mapping[str, JsonObject]
) -> Function:
    name = str(dependency["api_name"])
    declared = iter(cast("Sequence[JsonObject]", named.get(f"/{name}", {}).get("parameters", ())))
    ids = [int(component_id) for component_id in dependency["inputs"]]
    return Function(
        index=int(dependency["id"]),
        name=name,
        inputs=tuple(_read_slot(components[id_], declared) for id_ in ids),
        outputs=tuple(int(component_id) for component_id in dependency["outputs"]),
        targets=tuple(_targets(dependency.get("targets") or ())),
    )


def _read_slot(component: JsonObject, declared: Iterable[JsonObject]) -> Slot:
    kind = str(component["type"])
    is_hidden = bool(component.get("skip_api", kind == "state"))
    parameter = object_in(None if is_hidden else next(iter(declared), None))
    return Slot(
        component_id=int(component["id"]),
        kind=kind,
        is_hidden=is_hidden,
        name=str(parameter.get("parameter_name", "")),
        declared=parameter,
        props=cast("JsonObject", component.get("props") or {}),
    )


def _targets(targets: Iterable[Any]) -> Iterable[tuple[int, str]]:
    for target in targets:
        match list_in(target):
            case [int() as component_id, event]:
                yield component_id, str(event)
            case _:
                pass
