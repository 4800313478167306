"""The rows of one PLY element as arrays, checked against the length of the file."""

import struct
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.formats.ply_header import Element, Property, damaged

Bytes = NDArray[np.uint8]
_STRUCT_CODES = {
    "i1": "b",
    "u1": "B",
    "i2": "h",
    "u2": "H",
    "i4": "i",
    "u4": "I",
    "f4": "f",
    "f8": "d",
}


@dataclass(frozen=True, eq=False)
class Rows:
    """An element's rows.

    scalars : by column, (N,) as stored
    lists : by column, (M, K) as stored for each length K that occurs
    declared : by column, the type the header declares
    size_bytes : how much of the body the rows take
    """

    scalars: Mapping[str, NDArray[Any]]
    lists: Mapping[str, Sequence[NDArray[Any]]]
    declared: Mapping[str, np.dtype[Any]]
    size_bytes: int


def read_rows(path: Path, element: Element, body: Bytes) -> Rows:
    """Read `element` from the start of `body`. Fixed columns stay views.

    Raises
    ------
    FormatError
        when the rows do not fit into `body`, or a list has an impossible length
    """
    least_bytes = element.count * element.least_row_bytes
    if least_bytes > len(body):
        raise damaged(
            path,
            f"{element.count} rows of “{element.name}” need {least_bytes} bytes"
            f" or more, and {len(body)} are left",
        )
    if not element.has_lists or element.count == 0:
        return _fixed_rows(element, body, {})
    lengths = _list_lengths(path, element, body)
    return _uniform_rows(element, body, lengths) or _walked_rows(path, element, body)


def _list_lengths(path: Path, element: Element, body: Bytes) -> dict[str, int]:
    """The length of each list of the first row."""
    first = _walk(path, Element(element.name, 1, element.properties), body)
    return {name: int(lengths[0]) for name, (_, lengths) in first.lists.items()}


def _fixed_rows(element: Element, body: Bytes, lengths: Mapping[str, int]) -> Rows:
    """Rows that all have the same layout; `lengths` are those of their lists."""
    layout = _layout(element, lengths)
    row_bytes = layout.itemsize
    rows = np.ndarray((element.count,), layout, buffer=body) if row_bytes else None
    scalars: dict[str, NDArray[Any]] = {}
    lists: dict[str, list[NDArray[Any]]] = {}
    for number, column in enumerate(element.properties):
        if rows is None or element.count == 0:
            continue
        if column.count_type is None:
            scalars.setdefault(column.name, rows[f"v{number}"])
        else:
            lists.setdefault(column.name, [rows[f"v{number}"]])
    declared = {column.name: column.declared for column in element.properties}
    return Rows(scalars, lists, declared, row_bytes * element.count)


def _layout(element: Element, lengths: Mapping[str, int]) -> np.dtype[Any]:
    """One row as a structured type: v0, v1 ... are values, n0, n1 ... the lengths of lists."""
    fields: list[Any] = []
    for number, column in enumerate(element.properties):
        if column.count_type is None:
            fields.append((f"v{number}", column.item_type))
        else:
            fields.append((f"n{number}", column.count_type))
            fields.append((f"v{number}", column.item_type, (lengths.get(column.name, 0),)))
    return np.dtype(fields)


def _uniform_rows(element: Element, body: Bytes, lengths: Mapping[str, int]) -> Rows | None:
    """The rows if all lists are as long as those of the first row, else None."""
    layout = _layout(element, lengths)
    if layout.itemsize * element.count > len(body):
        return None
    rows = np.ndarray((element.count,), layout, buffer=body)
    for number, column in enumerate(element.properties):
        if column.count_type is None:
            continue
        if not bool((rows[f"n{number}"] == lengths[column.name]).all()):
            return None
    return _fixed_rows(element, body, lengths)


@dataclass(frozen=True, eq=False)
class _Walk:
    """Where each value of rows of different sizes begins, in bytes."""

    scalars: dict[str, NDArray[np.int64]]
    lists: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]]  # starts, lengths
    size_bytes: int


def _walked_rows(path: Path, element: Element, body: Bytes) -> Rows:
    walk = _walk(path, element, body)
    types = {column.name: column.item_type for column in element.properties}
    lists: dict[str, list[NDArray[Any]]] = {}
    for name, (starts, lengths) in walk.lists.items():
        order = np.argsort(lengths, kind="stable")
        borders = np.flatnonzero(np.diff(lengths[order])) + 1
        lists[name] = [
            _gathered(body, starts[group], types[name], int(lengths[group[0]]))
            for group in np.split(order, borders)
        ]
    scalars = {
        name: _gathered(body, starts, types[name], 1)[:, 0] for name, starts in walk.scalars.items()
    }
    declared = {column.name: column.declared for column in element.properties}
    return Rows(scalars, lists, declared, walk.size_bytes)


def _walk(path: Path, element: Element, body: Bytes) -> _Walk:
    """Step through the rows one by one: only the lengths of lists say where the next begins."""
    steps = [_step(column) for column in element.properties]
    marks = [array("q") for _ in steps]  # compact: a list would need five times as much
    lengths = [array("q") for _ in steps]
    offset = 0
    for _ in range(element.count):
        for number, (counter, item_bytes) in enumerate(steps):
            length = 1
            if counter is not None:
                length = _length(path, counter, body, offset)
                offset += counter.size
            marks[number].append(offset)
            lengths[number].append(length)
            offset += length * item_bytes
            if offset > len(body):
                raise damaged(path, f"a row of “{element.name}” ends after the file does")
    scalars: dict[str, NDArray[np.int64]] = {}
    lists: dict[str, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
    for column, starts, counts in zip(element.properties, marks, lengths, strict=True):
        where = np.array(starts, np.int64)
        if column.count_type is None:
            scalars.setdefault(column.name, where)
        else:
            lists.setdefault(column.name, (where, np.array(counts, np.int64)))
    return _Walk(scalars, lists, offset)


def _step(column: Property) -> tuple[struct.Struct | None, int]:
    if column.count_type is None:
        return None, column.item_type.itemsize
    kind = column.count_type.str
    order = ">" if kind[0] == ">" else "<"
    return struct.Struct(order + _STRUCT_CODES[kind[1:]]), column.item_type.itemsize


def _length(path: Path, counter: struct.Struct, body: Bytes, offset: int) -> int:
    if offset + counter.size > len(body):
        raise damaged(path, "a list begins after the file ends")
    length = counter.unpack_from(body.data, offset)[0]
    if not 0 <= length <= len(body):  # also refuses NaN
        raise damaged(path, f"a list has the length {length}")
    return int(length)


def _gathered(
    body: Bytes, starts: NDArray[np.int64], item_type: np.dtype[Any], length: int
) -> NDArray[Any]:
    """(M, length) values that begin at `starts`."""
    within = np.arange(length * item_type.itemsize)
    return body[starts[:, None] + within].view(item_type).reshape(len(starts), length)
