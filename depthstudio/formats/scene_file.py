"""Opens any file that can be shown without a provider.

A reader, and numpy with it, is imported when a file needs it: starting needs none.
"""

from pathlib import Path

from depthstudio.core.errors import InputError
from depthstudio.core.views import Views
from depthstudio.formats import media_type
from depthstudio.formats.sniff import sniff


def read_scene(path: Path) -> Views:
    """The views of a GLB, PLY or depth NPZ file, told apart by content.

    Raises
    ------
    InputError
        when it is something else, or cannot be opened
    FormatError
        when it is damaged or uses something that is not read
    """
    kind = sniff(path).media_type
    if kind == media_type.GLB:
        from depthstudio.formats.glb import read_glb

        return read_glb(path)
    if kind == media_type.PLY:
        from depthstudio.formats.ply import read_ply

        return read_ply(path)
    if kind == media_type.NPZ:
        from depthstudio.formats.depth import read_depth_npz

        return Views(depth=read_depth_npz(path))
    raise InputError(
        f"{path.name} is a picture, not a finished result",
        hint="Add it to the queue, or open a GLB, PLY or NPZ file",
    )
