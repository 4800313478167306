"""Colours for the parts of an object, so that neighbours in a list are told apart.

The first twelve are at least 0.12 apart in OKLab for normal sight and for each of the three
kinds of colour blindness, and no darker or lighter than can be seen on every ground. Then
they come again, lighter and darker in turn.
"""

PART_COLOURS = (
    "#3388FF",
    "#EEEE00",
    "#CC4499",
    "#33EEFF",
    "#775500",
    "#FFBB99",
    "#1144DD",
    "#BBAA00",
    "#991188",
    "#22BBFF",
    "#AA7733",
    "#EE7799",
)
ROUND_SHIFTS = (0.0, 0.45, -0.35, 0.7, -0.55)  # towards white or, below zero, towards black


def part_colour(part: int) -> str:
    """The colour of a part, counted from 0, as ``#rrggbb``."""
    turn, place = divmod(part, len(PART_COLOURS))
    shift = ROUND_SHIFTS[turn % len(ROUND_SHIFTS)]
    goal = 255 if shift > 0 else 0
    channels = bytes.fromhex(PART_COLOURS[place][1:])
    shifted = (round(channel + (goal - channel) * abs(shift)) for channel in channels)
    return "#" + bytes(shifted).hex().upper()
