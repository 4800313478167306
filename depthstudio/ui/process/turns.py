"""How long a thread may keep the others of this process waiting."""

import sys

LONGEST_TURN_S = 0.001


def take_short_turns() -> None:
    """Let the window's thread have Python soon after it asks for it.

    It asks with every event and after every call that waited, and while jobs run a few workers
    have Python before it: at five milliseconds each, which is Python's choice, one sees that.
    """
    sys.setswitchinterval(min(LONGEST_TURN_S, sys.getswitchinterval()))
