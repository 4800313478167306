"""Values that are kept in files: how they are declared, spelled as JSON and read back.

msgspec checks what is read, in full and fast; building a record in the program runs only its
own `__post_init__`. See `checked` for a value that must be able to be read again.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, dataclass_transform

import msgspec

if TYPE_CHECKING:
    Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
else:
    Json = Any  # msgspec takes no type that names itself, and what is read from JSON is JSON

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]  # a moment with its time zone

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(msgspec.field,))
class KeywordsOnly(msgspec.StructMeta):
    """Lets every class below give its fields by name, which msgspec else wants said in each."""

    def __new__(
        mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any
    ) -> Any:
        options.setdefault("kw_only", True)
        return super().__new__(mcls, name, bases, namespace, **options)


class Record(msgspec.Struct, metaclass=KeywordsOnly, frozen=True, forbid_unknown_fields=True):
    """A value of a file: never changed, and closed to names it does not know.

    Copy it with changes by `msgspec.structs.replace`. A rule between fields goes into
    `__post_init__` and raises `ValueError`.
    """


class RecordError(ValueError):
    """What was read is not what is declared; says where, as in ``files.0.name: …``."""


def to_json(value: Any) -> str:
    """A record, or a tuple of them, as one line of JSON."""
    return msgspec.json.encode(value, enc_hook=_plain).decode()


def from_json(kind: type[T], text: str | bytes, *, strict: bool = True) -> T:
    """Read JSON as a `kind`. Not strictly, 2.0 is a whole number too and "2" a number.

    Raises
    ------
    RecordError
        when it is not JSON, or not such a value
    """
    try:
        return _decoder(kind, strict).decode(text)
    except RecursionError as exc:
        raise RecordError("it is nested too deeply") from exc
    except ValueError as exc:
        raise RecordError(_place_first(str(exc))) from exc


def to_plain(value: Any) -> Any:
    """What reading its JSON gives: numbers, text, lists and the like. Leaves NaN, and text of
    bytes that are no text, as they are: whoever writes them says what to do with them."""
    return json.loads(json.dumps(msgspec.to_builtins(value, enc_hook=_plain)))


def from_plain(kind: type[T], value: Any) -> T:
    """Read what `json.loads` gave as a `kind`.

    Raises
    ------
    RecordError
        when it is no such value
    """
    try:
        return msgspec.convert(value, kind, dec_hook=_special)
    except ValueError as exc:
        raise RecordError(_place_first(str(exc))) from exc


def checked(record: T) -> T:
    """The same, after it was read as from its file: whatever is wrong with it shows now.

    Raises
    ------
    RecordError
        when a value is not what the record declares
    """
    return from_plain(type(record), to_plain(record))


@cache
def _decoder(kind: Any, strict: bool) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, strict=strict, dec_hook=_special)


def _plain(value: Any) -> str:
    """Paths, which JSON lacks, as text."""
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} is no JSON")


def _special(kind: type, value: Any) -> Path:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(f"{kind} cannot be read from JSON")


def _place_first(message: str) -> str:
    """Turn msgspec's "Expected `int`, got `str` - at `$.files[0].name`" round."""
    reason, _, place = message.rpartition(" - at `")
    if not reason:
        return message.replace("`", "")
    steps = place.rstrip("`").replace("[...]", ".*").replace("[", ".").replace("]", "")
    return f"{steps.replace('$.', '').removeprefix('$')}: {reason}".replace("`", "")
