"""Depth as 16-bit gray PNG, with the range that turns its codes back into numbers."""

import json
import math
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from depthstudio.core.errors import FormatError
from depthstudio.core.views import DepthKind, DepthStack
from depthstudio.formats.image_header import opened_image
from depthstudio.formats.whole_file import whole_file

_LAST_CODE = 65535
_STEPS = _LAST_CODE - 1
_PREFIX = "depth_"
_FIELDS = ("kind", "unit", "near", "far")


def write_depth_png16(
    path: Path, frame: NDArray[np.float32], *, near: float, far: float, kind: DepthKind
) -> Path:
    """Write one frame as 16-bit gray PNG, and a JSON beside it; gives the JSON's path.

    ``code = 1 + round((value - near) / (far - near) * 65534)``, clipped to 1 and 65535;
    unknown (NaN) is 0. Back: ``value = near + (code - 1) / 65534 * (far - near)``, exact to
    half a step of ``(far - near) / 65534`` between `near` and `far`. The range, kind and unit
    stand in the PNG's text (``depth_near``, ``depth_far``, ``depth_kind``, ``depth_unit``)
    and in ``<name>.json``.

    Parameters
    ----------
    frame : (H, W) float, in the unit of `kind`
    near, far : the values of code 1 and 65535, finite and different; `near` may be the larger

    Raises
    ------
    OSError
        when a file cannot be written
    """
    codes = _encoded(frame, near, far)
    facts: dict[str, Any] = {"kind": str(kind), "unit": kind.unit, "near": near, "far": far}
    text = PngImagePlugin.PngInfo()
    for name in _FIELDS:
        text.add_text(_PREFIX + name, str(facts[name]))
    formula = "value = near + (code - 1) / 65534 * (far - near); code 0 is unknown"
    sidecar = _sidecar(path)
    with whole_file(sidecar) as temporary:
        temporary.write_text(json.dumps({**facts, "formula": formula}, indent=2) + "\n", "utf-8")
    with whole_file(path) as temporary:
        Image.fromarray(codes).save(temporary, "PNG", pnginfo=text, compress_level=3)
    return sidecar


def read_depth_png16(path: Path) -> DepthStack:
    """One frame, (1, H, W) float32, of a PNG that `write_depth_png16` wrote.

    The range is taken from the PNG, or from the JSON beside it if a program dropped it.

    Raises
    ------
    FormatError
        when it is damaged, not 16-bit gray, or nothing says what its codes mean
    """
    with opened_image(path) as image:
        if not image.mode.startswith("I;16"):
            raise FormatError(
                f"{path.name} is not a 16-bit gray PNG", hint="Use a depth PNG exported here"
            )
        codes = np.asarray(image).astype(np.uint16)
        facts = {name: image.info.get(_PREFIX + name) for name in _FIELDS}
    kind, near, far = _facts(path, facts if facts["near"] is not None else _from_sidecar(path))
    values = (near + (codes.astype(np.float64) - 1) / _STEPS * (far - near)).astype(np.float32)
    values[codes == 0] = np.nan
    return DepthStack(values[None], kind, lossy=True)


def _encoded(frame: NDArray[np.float32], near: float, far: float) -> NDArray[np.uint16]:
    if frame.ndim != 2:
        raise ValueError(f"a frame must be (H, W), got {frame.shape}")
    if not (math.isfinite(near) and math.isfinite(far)) or near == far:
        raise ValueError(f"near and far must be finite and different, got {near} and {far}")
    scaled = (frame.astype(np.float64) - near) * (_STEPS / (far - near))
    codes = 1 + np.clip(np.rint(scaled), 0, _STEPS)
    return np.where(np.isnan(codes), 0, codes).astype(np.uint16)


def _sidecar(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _from_sidecar(path: Path) -> dict[str, Any]:
    try:
        facts: Any = json.loads(_sidecar(path).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise FormatError(
            f"{path.name} does not say what its values mean",
            hint=f"Put {_sidecar(path).name} beside it again",
        ) from exc
    return cast("dict[str, Any]", facts) if isinstance(facts, dict) else {}


def _facts(path: Path, facts: dict[str, Any]) -> tuple[DepthKind, float, float]:
    try:
        kind = DepthKind(facts.get("kind"))
        near, far = float(facts["near"]), float(facts["far"])
    except (KeyError, TypeError, ValueError) as exc:
        raise FormatError(
            f"{path.name} has a range that cannot be read", hint="Export it again"
        ) from exc
    largest = float(np.finfo(np.float32).max)
    if not (abs(near) <= largest and abs(far) <= largest):
        raise FormatError(f"{path.name} has a range without end", hint="Export it again")
    return kind, near, far
