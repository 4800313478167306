"""Pictures that several widgets show, decoded one at a time."""

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from depthstudio.core.views import ImageSequence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def in_turns(sequence: ImageSequence) -> ImageSequence:
    """The same pictures; a second thread that wants one waits for the first.

    A clip has one decoder, which two threads would break, and two large photos at once
    take twice the memory and no less time.
    """
    lock = Lock()

    def load(index: int) -> "NDArray[np.uint8]":
        with lock:
            return sequence.load(index)

    return replace(sequence, load=load)
