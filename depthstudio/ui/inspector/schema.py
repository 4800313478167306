"""From JSON Schema to the fields of a form, without widgets.

Reads what msgspec writes (`$defs`, `$ref`, `anyOf` with null) and what live services send.
Everything beyond plain JSON Schema is in the `FieldNotes` of a property, and optional.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from PySide6.QtCore import QCoreApplication

from depthstudio.core.params import EXTRA, FieldNotes, Json, field_notes
from depthstudio.core.schema_reading import number_in, resolved, without_null
from depthstudio.core.setting_words import same
from depthstudio.ui.parts.amounts import unit_suffix

STEPS_ACROSS_RANGE = 100  # when a schema names a range but no step
MOST_DECIMALS = 6


class Kind(StrEnum):
    """Which control a field gets."""

    NUMBER = "number"
    CHOICE = "choice"
    FLAG = "flag"
    TEXT = "text"
    JSON = "json"  # lists and objects, typed as JSON


@dataclass(frozen=True)
class Choice:
    """One value of an enumeration and the words for it."""

    value: Json
    label: str


@dataclass(frozen=True)
class ParamField:
    """One parameter as a form shows it. `minimum` and `maximum` may themselves be used."""

    name: str
    kind: Kind
    label: str
    default: Json
    help: str = ""
    group: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float = 1.0
    is_integer: bool = False
    is_optional: bool = False  # None is a value too
    choices: tuple[Choice, ...] = ()
    phrase: str = ""
    enabled_when: Mapping[str, Json] = field(default_factory=dict[str, Json])
    no_effect_on_server: bool = False
    disabled_reason: str = ""
    is_new: bool = False  # only the server knows it; its value travels in `EXTRA`

    @property
    def decimals(self) -> int:
        """Digits after the point that show both step and default exactly, at most six."""
        if self.is_integer:
            return 0
        shown = [self.step]
        if isinstance(self.default, int | float):
            shown.append(float(self.default))
        return max(_decimals(value) for value in shown)

    def accepts(self, value: Json) -> bool:
        """Could this value be chosen in the form?"""
        if value is None:
            return self.is_optional
        match self.kind:
            case Kind.NUMBER:
                return self._accepts_number(value)
            case Kind.CHOICE:
                return any(same(choice.value, value) for choice in self.choices)
            case Kind.FLAG:
                return isinstance(value, bool)
            case Kind.TEXT:
                return isinstance(value, str)
            case Kind.JSON:
                return True

    def shown(self, value: Json) -> str:
        """A value in the words of the form, as tips name the default."""
        if value is None:
            return not_set()
        if self.kind is Kind.CHOICE:
            return next((c.label for c in self.choices if same(c.value, value)), str(value))
        if self.kind is Kind.FLAG:
            return _tr("on") if value else _tr("off")
        if self.kind is Kind.NUMBER and isinstance(value, int | float):
            return f"{value:.{self.decimals}f}{unit_suffix(self.unit)}"
        return str(value) or _tr("empty")

    def _accepts_number(self, value: Json) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if not math.isfinite(value) or (self.is_integer and value != int(value)):
            return False
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)


def not_set() -> str:
    """The words for a value that is left out."""
    return _tr("Not set")


def flat(values: Mapping[str, Json]) -> dict[str, Json]:
    """Values by name, with those under `EXTRA` beside all others, as a form has them."""
    extra = values.get(EXTRA)
    ours = {name: value for name, value in values.items() if name != EXTRA}
    return {**extra, **ours} if isinstance(extra, dict) else ours


def allowed(field: ParamField, value: Json) -> Json:
    """The value, or what a field allows instead: the nearest number, else its default."""
    if field.accepts(value):
        return value
    if field.kind is not Kind.NUMBER or isinstance(value, bool):
        return field.default
    if not isinstance(value, int | float):
        return field.default
    low = value if field.minimum is None else max(value, field.minimum)
    near = low if field.maximum is None else min(low, field.maximum)
    near = round(near) if field.is_integer else near
    return near if field.accepts(near) else field.default


def read_schema(schema: Mapping[str, Any]) -> tuple[ParamField, ...]:
    """The fields of an object schema, in its order; those in `EXTRA` have rows of their own."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    return tuple(
        _read_field(name, resolved(prop, schema), schema)
        for name, prop in properties.items()
        if name != EXTRA
    )


def takes_extra(schema: Mapping[str, Any]) -> bool:
    """Is there a place for parameters that only a server has?"""
    return EXTRA in schema.get("properties", {})


def _read_field(name: str, prop: Mapping[str, Any], schema: Mapping[str, Any]) -> ParamField:
    notes = field_notes(prop)
    core, is_optional = without_null(prop, schema)
    kind, choices = _kind_and_choices(core, notes, schema)
    if is_optional and kind in (Kind.CHOICE, Kind.FLAG):
        kind, choices = Kind.CHOICE, (Choice(None, not_set()), *(choices or _yes_no()))
    is_integer = core.get("type") == "integer"
    minimum, maximum, step = _range(core, notes, is_integer)
    return ParamField(
        name=name,
        kind=kind,
        label=str(prop.get("title") or _words(name)),
        default=_default(prop, kind, choices, minimum, is_integer, is_optional),
        help=str(prop.get("description") or ""),
        group=notes.get("group", ""),
        unit=notes.get("unit", ""),
        minimum=minimum,
        maximum=maximum,
        step=step,
        is_integer=is_integer,
        is_optional=is_optional,
        choices=choices,
        phrase=notes.get("phrase", ""),
        enabled_when=notes.get("enabled_when", {}),
        no_effect_on_server=notes.get("no_effect_on_server", False),
        disabled_reason=notes.get("disabled_reason", ""),
        is_new=notes.get("is_new", False),
    )


def _yes_no() -> tuple[Choice, Choice]:
    return Choice(True, _tr("On")), Choice(False, _tr("Off"))


def _kind_and_choices(
    core: Mapping[str, Any], notes: FieldNotes, schema: Mapping[str, Any]
) -> tuple[Kind, tuple[Choice, ...]]:
    if choices := _choices(core, notes):
        return Kind.CHOICE, choices
    simple = {
        "boolean": Kind.FLAG,
        "integer": Kind.NUMBER,
        "number": Kind.NUMBER,
        "string": Kind.TEXT,
    }
    return simple.get(str(core.get("type")), Kind.JSON), ()


def _choices(core: Mapping[str, Any], notes: FieldNotes) -> tuple[Choice, ...]:
    values: Sequence[Any] = core.get("enum", ())
    titles: Sequence[str] = notes.get("choice_labels", ())
    if "const" in core:
        values = (core["const"],)
    options = core.get("anyOf", core.get("oneOf", ()))
    if options and all("const" in option for option in options):
        values = [option["const"] for option in options]
        titles = titles or [str(option.get("title", option["const"])) for option in options]
    if len(titles) != len(values):
        titles = [_words(value) if isinstance(value, str) else str(value) for value in values]
    return tuple(Choice(value, title) for value, title in zip(values, titles, strict=True))


def _range(
    core: Mapping[str, Any], notes: FieldNotes, is_integer: bool
) -> tuple[float | None, float | None, float]:
    low, high = number_in(core, "minimum"), number_in(core, "maximum")
    over, under = number_in(core, "exclusiveMinimum"), number_in(core, "exclusiveMaximum")
    ends = [end for end in (low, over) if end is not None][:1]
    ends += [end for end in (high, under) if end is not None][:1]
    step = number_in(notes, "step") or number_in(core, "multipleOf")
    step = step or _natural_step(ends, is_integer)
    if low is None and over is not None:
        low = over + step
    if high is None and under is not None:
        high = under - step
    return low, high, step


def _natural_step(ends: Sequence[float], is_integer: bool) -> float:
    """1, 2 or 5 times a power of ten, about a hundredth of the range."""
    if is_integer:
        return 1.0
    if len(ends) < 2 or ends[1] <= ends[0]:
        return 0.1
    rough = (ends[1] - ends[0]) / STEPS_ACROSS_RANGE
    power = 10.0 ** math.floor(math.log10(rough))
    nice = max(factor for factor in (1, 2, 5) if factor * power <= rough * 1.0001)
    return round(nice * power, MOST_DECIMALS) or 10.0**-MOST_DECIMALS


def _default(
    prop: Mapping[str, Any],
    kind: Kind,
    choices: Sequence[Choice],
    minimum: float | None,
    is_integer: bool,
    is_optional: bool,
) -> Json:
    if "default" in prop:
        return prop["default"]
    if is_optional:
        return None
    if kind is Kind.CHOICE:
        return choices[0].value
    if kind is Kind.NUMBER:
        lowest = minimum or 0.0
        return int(lowest) if is_integer else lowest
    return {Kind.FLAG: False, Kind.TEXT: ""}.get(kind)


def _decimals(value: float) -> int:
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return min(MOST_DECIMALS, max(0, -exponent)) if isinstance(exponent, int) else 0


def _words(name: str) -> str:
    """A label out of an identifier: `num_steps` becomes “Num steps”."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:] if words else name


def _tr(text: str) -> str:
    return QCoreApplication.translate("schema", text)
