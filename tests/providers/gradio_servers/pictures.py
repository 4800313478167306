"""Small pictures whose pixels say which they are, and a look into what becomes of them."""

import json
import struct
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw


def picture(grey: int = 128, size: tuple[int, int] = (64, 48), format: str = "PNG") -> bytes:
    """A ramp around this grey, so that it has near and far."""
    width, height = size
    ramp = np.clip(np.linspace(grey - 40, grey + 40, width), 0, 255)
    pixels = np.repeat(np.tile(ramp, (height, 1))[..., None], 3, axis=2).astype(np.uint8)
    return written(Image.fromarray(pixels), format)


def two_things(mode: str = "RGB") -> bytes:
    """A red disc and a blue box, on white or (RGBA) on nothing."""
    image = Image.new(mode, (300, 200), (255, 255, 255, 0)[: len(mode)])
    draw = ImageDraw.Draw(image)
    draw.ellipse((20, 20, 120, 150), fill=(200, 30, 40))
    draw.rectangle((170, 50, 280, 180), fill=(20, 60, 200))
    return written(image, "PNG")


def one_thing() -> bytes:
    """A red disc on white."""
    image = Image.new("RGB", (300, 200), (255, 255, 255))
    ImageDraw.Draw(image).ellipse((20, 20, 120, 150), fill=(200, 30, 40))
    return written(image, "PNG")


def written(image: Image.Image, format: str) -> bytes:
    data = BytesIO()
    image.save(data, format)
    return data.getvalue()


def pixels_of(data: bytes) -> NDArray[np.uint8]:
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image)


def format_of(data: bytes) -> str | None:
    with Image.open(BytesIO(data)) as image:
        return image.format


def gltf_of(glb: bytes) -> Any:
    """The JSON of a GLB."""
    assert glb[:4] == b"glTF"
    (length,) = struct.unpack("<I", glb[12:16])
    return json.loads(glb[20 : 20 + length])


def accessor(glb: bytes, index: int) -> NDArray[Any]:
    """The values of an accessor, tightly packed as trimesh writes them."""
    gltf = gltf_of(glb)
    what = gltf["accessors"][index]
    view = gltf["bufferViews"][what["bufferView"]]
    start = 28 + struct.unpack("<I", glb[12:16])[0]
    start += view.get("byteOffset", 0) + what.get("byteOffset", 0)
    columns = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}[what["type"]]
    kind = {5126: "<f4", 5125: "<u4", 5121: "u1"}[what["componentType"]]
    return np.frombuffer(glb, kind, what["count"] * columns, start).reshape(-1, columns)


def points_of(glb: bytes) -> NDArray[np.float32]:
    """The positions of the point cloud."""
    (cloud,) = primitives(glb, mode=0)
    return accessor(glb, cloud["attributes"]["POSITION"])


def primitives(glb: bytes, mode: int) -> list[Any]:
    found = (each for mesh in gltf_of(glb)["meshes"] for each in mesh["primitives"])
    return [primitive for primitive in found if primitive.get("mode", 4) == mode]
