"""Colours and measures of the look, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One colour for each role, as ``#RRGGBB`` (``#AARRGGBB`` for `tag`)."""

    window: str  # gaps between docks
    panel: str
    header: str
    bar: str  # toolbar, status bar, Run box
    card: str
    field: str
    button: str
    hover: str
    selection: str
    chip: str
    hairline: str  # between rows
    border: str  # edges of fields and buttons
    control_edge: str  # check boxes and radio rings
    text: str
    text2: str  # labels, details, icons at rest
    text3: str  # service names, hints
    disabled: str
    accent: str
    on_accent: str
    done: str
    held: str  # and every other caution
    failed: str
    view_ground: str  # behind photos and depth
    ground_top: str  # behind 3D
    ground_bottom: str
    tag: str  # badge on a picture
    tag_text: str


DARK = Tokens(
    window="#141414",
    panel="#252525",
    header="#2C2C2C",
    bar="#2C2C2C",
    card="#2C2C2C",
    field="#1A1A1A",
    button="#3A3A3A",
    hover="#333333",
    selection="#3B3B3B",
    chip="#393939",
    hairline="#363636",
    border="#4A4A4A",
    control_edge="#808080",
    text="#EAEAEA",
    text2="#BEBEBE",
    text3="#A8A8A8",
    disabled="#808080",
    accent="#3DCBD3",
    on_accent="#061A1B",
    done="#7FCF8E",
    held="#EBBB55",
    failed="#FF9089",
    view_ground="#1C1C1C",
    ground_top="#373737",
    ground_bottom="#1D1D1D",
    tag="#D10E0E0E",
    tag_text="#F2F2F2",
)

LIGHT = Tokens(
    window="#BDBDBD",
    panel="#F3F3F3",
    header="#E8E8E8",
    bar="#EDEDED",
    card="#FBFBFB",
    field="#FFFFFF",
    button="#FFFFFF",
    hover="#E6E6E6",
    selection="#DCDCDC",
    chip="#E6E6E6",
    hairline="#DCDCDC",
    border="#B4B4B4",
    control_edge="#767676",
    text="#1B1B1B",
    text2="#4A4A4A",
    text3="#5A5A5A",
    disabled="#8A8A8A",
    accent="#00686F",
    on_accent="#FFFFFF",
    done="#176A30",
    held="#805200",
    failed="#B3261E",
    view_ground="#6A6A6A",
    ground_top="#808080",
    ground_bottom="#575757",
    tag="#D10E0E0E",
    tag_text="#F2F2F2",
)


class Space:
    """Distances in device-independent pixels."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24


class Radius:
    """Corner radii in device-independent pixels; docks have square corners."""

    CHIP = 3
    FIELD = 4
    CARD = 6
    DROP_ZONE = 8


class Height:
    """Heights in device-independent pixels, at the system's normal text size."""

    FIELD = 28
    PARAMETER = 32
    DOCK_HEAD = 32
    VIEW_STRIP = 36
    QUEUE_ROW = 44
    TOOLBAR = 44
    STATUS = 28


class IconSize:
    """Edges of icons in device-independent pixels."""

    STATE = 14
    FIELD = 16
    TOOLBAR = 20
    EMPTY = 32


class DockWidth:
    """Widths of the docks in device-independent pixels."""

    LEFT = 344
    LEFT_MIN = 280
    RIGHT = 352
    RIGHT_MIN = 320
    SEPARATOR = 4
