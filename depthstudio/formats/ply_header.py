"""The text at the start of a PLY file: which elements follow, and how they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError

MAX_HEADER_BYTES = 1 << 16
_BYTE_ORDERS: dict[str, Literal["<", ">", "="]] = {
    "ascii": "=",
    "binary_little_endian": "<",
    "binary_big_endian": ">",
}
_TYPES = {
    "char": "i1",
    "int8": "i1",
    "uchar": "u1",
    "uint8": "u1",
    "short": "i2",
    "int16": "i2",
    "ushort": "u2",
    "uint16": "u2",
    "int": "i4",
    "int32": "i4",
    "uint": "u4",
    "uint32": "u4",
    "float": "f4",
    "float32": "f4",
    "double": "f8",
    "float64": "f8",
}


@dataclass(frozen=True)
class Property:
    """One column. `count_type` is None but for lists; `declared` is the type in native order,
    which for a text file differs from how it is held."""

    name: str
    item_type: np.dtype[Any]
    declared: np.dtype[Any]
    count_type: np.dtype[Any] | None = None


@dataclass
class Element:
    """One table of the file."""

    name: str
    count: int
    properties: list[Property] = field(default_factory=list[Property])

    @property
    def has_lists(self) -> bool:
        return any(column.count_type is not None for column in self.properties)

    @property
    def least_row_bytes(self) -> int:
        """The size of a row whose lists are all empty."""
        return sum((column.count_type or column.item_type).itemsize for column in self.properties)


@dataclass(frozen=True)
class Header:
    """`body_offset` is where the header ends, in bytes from the start of the file."""

    is_text: bool
    elements: Sequence[Element]
    body_offset: int


def read_header(path: Path, data: NDArray[np.uint8]) -> Header:
    """Parse the header of a PLY file, given whole as (N,) uint8.

    The columns of a text file are all declared float64, as which `ply` holds them.

    Raises
    ------
    FormatError
        when it is not a PLY header, or uses a type or encoding that does not exist
    """
    start = data[:MAX_HEADER_BYTES].tobytes()
    end = start.find(b"end_header")
    if not start.startswith(b"ply") or end < 0:
        raise damaged(path, "its header has no end")
    after = start.find(b"\n", end) + 1
    if after == 0:
        raise damaged(path, "nothing follows its header")
    try:
        lines = [line.split() for line in start[:end].decode().splitlines()]
    except UnicodeDecodeError as exc:
        raise damaged(path, "its header is not text") from exc
    encoding, elements = _parsed(path, [line for line in lines[1:] if line])
    return Header(encoding == "ascii", elements, after)


def damaged(path: Path, what: str) -> FormatError:
    """The error for a PLY file whose parts do not fit together."""
    return FormatError(
        f"{path.name} is damaged: {what}", hint="Copy, download or export the file again"
    )


def _parsed(path: Path, lines: Sequence[Sequence[str]]) -> tuple[str, list[Element]]:
    encoding = ""
    elements: list[Element] = []
    for line in lines:
        match line:
            case ["format", name, "1.0"] if name in _BYTE_ORDERS and not encoding:
                encoding = name
            case ["element", name, count] if _is_count(count):
                elements.append(Element(name, int(count)))
            case ["property", "list", count_type, item_type, name] if elements and encoding:
                column = _column(name, encoding, item_type, count_type)
                elements[-1].properties.append(column)
            case ["property", item_type, name] if elements and encoding:
                elements[-1].properties.append(_column(name, encoding, item_type))
            case ["comment" | "obj_info", *_]:
                continue
            case _:
                raise damaged(path, f"its header has the line “{' '.join(line)[:80]}”")
    if not encoding:
        raise damaged(path, "its header does not say how it is encoded")
    return encoding, elements


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18


def _column(name: str, encoding: str, item_type: str, count_type: str = "") -> Property:
    if item_type not in _TYPES or count_type not in {"", *_TYPES}:
        raise FormatError(
            f"PLY has no type “{item_type[:20]} {count_type[:20]}”", hint="Export the file again"
        )
    declared = np.dtype(_TYPES[item_type])
    if encoding == "ascii":
        held = np.dtype("f8")
        return Property(name, held, declared, held if count_type else None)
    order = _BYTE_ORDERS[encoding]
    counts = np.dtype(_TYPES[count_type]).newbyteorder(order) if count_type else None
    return Property(name, declared.newbyteorder(order), declared, counts)
