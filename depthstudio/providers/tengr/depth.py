"""What a depth map of Tengr is: the request for one, and which end of it is near.

Imported before the first frame, so nothing here needs more than the parameters.
"""

from typing import TYPE_CHECKING

from depthstudio.core.polarity import inverted
from depthstudio.core.record import Json, to_plain
from depthstudio.core.views import Polarity

if TYPE_CHECKING:
    from depthstudio.providers.builtin.tengr_depth_map import TengrParams

_OF_VERSION = {True: ("model_v3", "normalization_mode"), False: ("model_v2",)}
_NAMES = {"model_v2": "model", "model_v3": "model"}
_NEAR_IS_SMALL = "Raw"  # depth as it is; all other modes turn it round


def request_body(params: "TengrParams", photo_url: str) -> dict[str, Json]:
    """The request: what belongs to the chosen version, without what was left to the service."""
    body: dict[str, Json] = {"imageUrl": photo_url}
    other = _OF_VERSION[not params.use_version_3]
    for name, value in to_plain(params).items():
        if value is not None and name not in other:
            body[_wire_name(name)] = value
    return body


def polarity_of(params: "TengrParams") -> Polarity:
    """Which end of the picture is near.

    Tengr's page says lighter is nearer. That holds for the normalisations of version 2 and two
    of version 3; “Raw” is the distance itself, and inverting turns any of them round.
    """
    is_raw = params.use_version_3 and params.normalization_mode == _NEAR_IS_SMALL
    polarity = Polarity.NEAR_BLACK if is_raw else Polarity.NEAR_WHITE
    return inverted(polarity) if params.invert_depth else polarity


def _wire_name(name: str) -> str:
    """Our name as Tengr spells it: “use_version_3” is “useVersion3”."""
    first, *rest = _NAMES.get(name, name).split("_")
    return first + "".join(word.capitalize() for word in rest)
