"""The parts of a glTF 2.0 description that are read here, typed and range checked."""

from sys import float_info
from typing import Annotated

from msgspec import Meta, field

from depthstudio.core.record import Record

Index = Annotated[int, Meta(ge=0, lt=1 << 31)]
Size = Annotated[int, Meta(ge=0, lt=1 << 53)]
Count = Annotated[int, Meta(ge=1, lt=1 << 53)]
# Finite, also where it stands as text: "nan" would pass for a number.
Number = Annotated[float, Meta(ge=-float_info.max, le=float_info.max)]
Vector2 = tuple[Number, Number]
Vector3 = tuple[Number, Number, Number]
Vector4 = tuple[Number, Number, Number, Number]
Matrix = Annotated[tuple[Number, ...], Meta(min_length=16, max_length=16)]


class _Part(Record, rename="camel", forbid_unknown_fields=False):
    """Everything unknown is left out."""


class Buffer(_Part):
    byte_length: Size
    uri: str | None = None


class BufferView(_Part):
    buffer: Index
    byte_length: Size
    byte_offset: Size = 0
    byte_stride: Annotated[int, Meta(ge=1, le=65535)] | None = None


class SparseIndices(_Part):
    buffer_view: Index
    component_type: int
    byte_offset: Size = 0


class SparseValues(_Part):
    buffer_view: Index
    byte_offset: Size = 0


class Sparse(_Part):
    count: Count
    indices: SparseIndices
    values: SparseValues


class Accessor(_Part):
    component_type: int
    count: Count
    type: str
    buffer_view: Index | None = None
    byte_offset: Size = 0
    normalized: bool = False
    sparse: Sparse | None = None


class TextureTransform(_Part):
    """KHR_texture_transform"""

    offset: Vector2 = (0.0, 0.0)
    rotation: Number = 0.0
    scale: Vector2 = (1.0, 1.0)
    tex_coord: Index | None = None


class TextureInfoExtensions(_Part):
    transform: TextureTransform | None = field(default=None, name="KHR_texture_transform")


class TextureInfo(_Part):
    index: Index
    tex_coord: Index = 0
    extensions: TextureInfoExtensions | None = None


class MetallicRoughness(_Part):
    base_color_factor: Vector4 = (1.0, 1.0, 1.0, 1.0)
    base_color_texture: TextureInfo | None = None


class Material(_Part):
    pbr_metallic_roughness: MetallicRoughness = MetallicRoughness()
    alpha_mode: str = "OPAQUE"


class ImageSource(_Part):
    source: Index | None = None


class TextureExtensions(_Part):
    webp: ImageSource | None = field(default=None, name="EXT_texture_webp")


class Texture(_Part):
    source: Index | None = None
    extensions: TextureExtensions | None = None


class Image(_Part):
    buffer_view: Index | None = None
    uri: str | None = None


class Primitive(_Part):
    attributes: dict[str, Index]
    indices: Index | None = None
    material: Index | None = None
    mode: Annotated[int, Meta(ge=0, le=6)] = 4


class Mesh(_Part):
    primitives: tuple[Primitive, ...]
    name: str = ""


class Node(_Part):
    mesh: Index | None = None
    children: tuple[Index, ...] = ()
    matrix: Matrix | None = None
    translation: Vector3 = (0.0, 0.0, 0.0)
    rotation: Vector4 = (0.0, 0.0, 0.0, 1.0)
    scale: Vector3 = (1.0, 1.0, 1.0)
    name: str = ""


class Scene(_Part):
    nodes: tuple[Index, ...] = ()


class Document(_Part):
    accessors: tuple[Accessor, ...] = ()
    buffers: tuple[Buffer, ...] = ()
    buffer_views: tuple[BufferView, ...] = ()
    extensions_required: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    materials: tuple[Material, ...] = ()
    meshes: tuple[Mesh, ...] = ()
    nodes: tuple[Node, ...] = ()
    scene: Index | None = None
    scenes: tuple[Scene, ...] = ()
    textures: tuple[Texture, ...] = ()
