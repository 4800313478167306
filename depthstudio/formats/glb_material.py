"""The base colour of glTF materials: factor and embedded texture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from depthstudio.core.errors import FormatError
from depthstudio.formats.glb_container import Container
from depthstudio.formats.gltf_document import Material, TextureInfo, TextureTransform
from depthstudio.formats.image import decode_image
from depthstudio.formats.image_header import image_size

# One file's textures together: a cube of six 8k pictures fits, a compressed bomb does not.
MAX_TEXTURE_PX = 400_000_000


@dataclass(frozen=True, eq=False)
class Look:
    """What a material says about colour.

    base_colour : linear RGBA; texture : (h, w, 3 or 4) uint8 sRGB, or None
    uv_set : which TEXCOORD belongs to the texture; uv_matrix : (2, 3) to apply to it, or None
    """

    base_colour: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    texture: NDArray[np.uint8] | None = None
    uv_set: int = 0
    uv_matrix: NDArray[np.float32] | None = None


class MaterialReader:
    """Reads the materials of one file; a picture used twice is decoded once."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._looks: dict[int | None, Look] = {None: Look()}
        self._pictures: dict[int, NDArray[np.uint8]] = {}
        self._left_px = MAX_TEXTURE_PX

    def look(self, index: int | None) -> Look:
        """The look of a material; white without one."""
        if index is not None and index not in self._looks:
            materials = self._container.document.materials
            self._looks[index] = self._read(self._container.part(materials, index, "material"))
        return self._looks[index]

    def _read(self, material: Material) -> Look:
        surface = material.pbr_metallic_roughness
        info = surface.base_color_texture
        if info is None:
            return Look(surface.base_color_factor)
        picture = self._picture(self._image_index(info))
        if material.alpha_mode == "OPAQUE":  # then the standard ignores the alpha channel
            picture = picture[..., :3]
        transform = info.extensions.transform if info.extensions else None
        moved_set = None if transform is None else transform.tex_coord
        return Look(
            surface.base_color_factor,
            picture,
            info.tex_coord if moved_set is None else moved_set,
            None if transform is None else _uv_matrix(transform),
        )

    def _image_index(self, info: TextureInfo) -> int:
        texture = self._container.part(self._container.document.textures, info.index, "texture")
        webp = texture.extensions.webp if texture.extensions else None
        source = texture.source if webp is None else webp.source
        if source is None:
            raise FormatError(
                f"{self._container.file_name} has a texture of a kind that is not read",
                hint="Export it again with PNG, JPEG or WebP textures",
            )
        return source

    def _picture(self, index: int) -> NDArray[np.uint8]:
        if index not in self._pictures:
            image = self._container.part(self._container.document.images, index, "image")
            if image.buffer_view is None:
                raise FormatError(
                    f"{self._container.file_name} keeps its textures outside itself",
                    hint="Export it again as one GLB file with everything embedded",
                )
            data = self._container.buffer_view(image.buffer_view)[0].tobytes()
            self._count_pixels(data)
            self._pictures[index] = decode_image(data, as_stored=True)
        return self._pictures[index]

    def _count_pixels(self, data: bytes) -> None:
        width_px, height_px = image_size(data)
        self._left_px -= width_px * height_px
        if self._left_px < 0:
            raise FormatError(
                f"{self._container.file_name} has textures of more than"
                f" {MAX_TEXTURE_PX // 1_000_000} megapixels",
                hint="Export it again with smaller textures",
            )


def _uv_matrix(transform: TextureTransform) -> NDArray[np.float32] | None:
    """The (2, 3) matrix of KHR_texture_transform, None where it changes nothing."""
    cosine, sine = np.cos(transform.rotation), np.sin(transform.rotation)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    columns = [turn * np.array(transform.scale), np.array(transform.offset)[:, None]]
    with np.errstate(all="ignore"):  # factors beyond float32 become infinite
        matrix = np.hstack(columns).astype(np.float32)
    return None if np.array_equal(matrix, np.eye(2, 3)) else matrix
