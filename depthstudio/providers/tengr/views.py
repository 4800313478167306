"""What a result of Tengr shows. Offline: it needs nothing but the files."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.polarity import kind_of
from depthstudio.core.views import Views
from depthstudio.formats.depth_picture import read_depth_picture
from depthstudio.providers.tengr.depth import polarity_of

if TYPE_CHECKING:
    from depthstudio.providers.builtin.tengr_depth_map import TengrParams


def decoded(artifacts: Sequence[Artifact], params: "TengrParams") -> Views:
    """The first map; Tengr gives one, and any other it may give is kept beside it."""
    depth = next(artifact for artifact in artifacts if artifact.role is Role.DEPTH)
    return Views(depth=read_depth_picture(depth.path, kind_of(polarity_of(params))))
