"""glTF accessors as arrays: views of the file where its layout allows, checked before use."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from depthstudio.formats.colour import colour_bytes
from depthstudio.formats.glb_container import Container
from depthstudio.formats.gltf_document import Accessor, Sparse
from depthstudio.formats.memory_budget import MemoryBudget

COMPONENT_TYPES: dict[int, np.dtype[Any]] = {
    5120: np.dtype("<i1"),
    5121: np.dtype("<u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


class AccessorReader:
    """Reads the accessors of one file. What is asked for twice is converted once."""

    def __init__(self, container: Container, budget: MemoryBudget) -> None:
        self._container = container
        self._budget = budget
        self._known: dict[tuple[str, int], NDArray[Any]] = {}

    def floats(self, index: int, width: int) -> NDArray[np.float32]:
        """(N, width) float32, contiguous; normalized integers become 0 to 1 or -1 to 1."""
        values = self._once("floats", index, self._read_floats)
        if values.shape[1] != width:
            raise self._container.damaged(
                f"accessor {index} has {values.shape[1]} numbers for each point, not {width}"
            )
        return values

    def colours(self, index: int) -> NDArray[np.uint8]:
        """(N, 3) or (N, 4) uint8, contiguous, from any of the legal types."""
        return self._once("colours", index, self._read_colours)

    def indices(self, index: int) -> NDArray[np.uint32]:
        """(N,) uint32, contiguous. Not yet compared with a number of points."""
        return self._once("indices", index, self._read_indices)

    def _once(self, kind: str, index: int, read: Callable[[int], NDArray[Any]]) -> NDArray[Any]:
        key = (kind, index)
        if key not in self._known:
            self._known[key] = read(index)
        return self._known[key]

    def _read_floats(self, index: int) -> NDArray[np.float32]:
        values = self._stored(index)
        if values.dtype != np.float32:
            self._budget.charge(values.size * 4)
            limit = np.iinfo(values.dtype).max
            values = values.astype(np.float32)
            if self._accessor(index).normalized:
                values /= np.float32(limit)
                np.maximum(values, -1, out=values)  # the standard's -128 is -1, as is -127
        return self._contiguous(values)

    def _read_colours(self, index: int) -> NDArray[np.uint8]:
        values = self._stored(index)
        if values.shape[1] not in (3, 4) or values.dtype.str[1:] not in ("u1", "u2", "f4"):
            raise self._container.damaged(f"accessor {index} cannot be a colour")
        if values.dtype != np.uint8:
            self._budget.charge(values.size * 5)  # the copy, and the step in between
        return self._contiguous(colour_bytes(values))

    def _read_indices(self, index: int) -> NDArray[np.uint32]:
        values = self._stored(index)
        if values.shape[1] != 1 or values.dtype.kind != "u":
            raise self._container.damaged(f"accessor {index} cannot hold indices")
        if values.dtype != np.uint32:
            self._budget.charge(len(values) * 4)
        return self._contiguous(values[:, 0].astype(np.uint32, copy=False))

    def _contiguous(self, values: NDArray[Any]) -> NDArray[Any]:
        """The same values in C order, aligned and in native byte order; copied only if needed."""
        if not (values.flags.c_contiguous and values.flags.aligned):
            self._budget.charge(values.nbytes)
        return np.require(values, values.dtype.newbyteorder("="), ["C", "A"])

    def _accessor(self, index: int) -> Accessor:
        return self._container.part(self._container.document.accessors, index, "accessor")

    def _stored(self, index: int) -> NDArray[Any]:
        """(N, width) in the type it is stored in."""
        accessor = self._accessor(index)
        dtype = self._component_type(accessor.component_type)
        width = _WIDTHS.get(accessor.type)
        if width is None:
            raise self._container.damaged(f"accessor {index} is of type {accessor.type[:20]}")
        if accessor.buffer_view is None:  # the standard: zeros
            self._budget.charge(accessor.count * width * dtype.itemsize)
            values = np.zeros((accessor.count, width), dtype)
        else:
            values = self._window(
                accessor.buffer_view, accessor.byte_offset, (accessor.count, width), dtype
            )
        return self._patched(values, accessor.sparse) if accessor.sparse else values

    def _component_type(self, code: int) -> np.dtype[Any]:
        if code not in COMPONENT_TYPES:
            raise self._container.damaged(f"there is no number type {code}")
        return COMPONENT_TYPES[code]

    def _window(
        self, buffer_view: int, offset: int, shape: tuple[int, int], dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """A view of `shape` into a buffer view, after checking that all of it is there."""
        data, stride = self._container.buffer_view(buffer_view)
        count, width = shape
        item_bytes = width * dtype.itemsize
        step_bytes = stride or item_bytes
        end = offset + (count - 1) * step_bytes + item_bytes
        if step_bytes < item_bytes or end > len(data):
            raise self._container.damaged(
                f"{count} values of {item_bytes} bytes do not fit into"
                f" the {len(data)} bytes of buffer view {buffer_view}"
            )
        strides = (step_bytes, dtype.itemsize)
        return np.ndarray(shape, dtype, buffer=data, offset=offset, strides=strides)

    def _patched(self, values: NDArray[Any], sparse: Sparse) -> NDArray[Any]:
        """`values` with the replacements of a sparse accessor."""
        place, source = sparse.indices, sparse.values
        index_type = self._component_type(place.component_type)
        rows = self._window(place.buffer_view, place.byte_offset, (sparse.count, 1), index_type)
        if index_type.kind != "u" or int(rows.max()) >= len(values):
            raise self._container.damaged("a sparse accessor points past its end")
        shape = (sparse.count, values.shape[1])
        replacements = self._window(source.buffer_view, source.byte_offset, shape, values.dtype)
        self._budget.charge(values.nbytes)
        patched = values.copy()
        patched[rows[:, 0]] = replacements
        return patched
