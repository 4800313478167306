"""How far a job is in keeping its promise, and which step may follow which.

A phase says what is known on disk, so that a crash at any moment can be answered; a
`JobState` says what the user needs to know. `TRANSITIONS` is the one declaration of what
may happen; the journal refuses everything else and the crash tests walk all of it.
"""

from enum import StrEnum

from depthstudio.core.job import JobState


class Phase(StrEnum):
    """What the journal knows about a job."""

    QUEUED = "queued"  # waits for a slot; follows its ids if it has some
    PREPARING = "preparing"  # has a slot; nothing was sent, or the service refused it
    SUBMITTING = "submitting"  # the intent is on disk; the request may have gone out
    FOLLOWING = "following"  # the service gave ids
    DOWNLOADED = "downloaded"  # every artifact is complete in the working folder
    HELD = "held"  # the service asks to wait
    LOST = "lost"  # an intent without ids: the service's list or a person knows
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


Transition = tuple[Phase | None, Phase | None]

TRANSITIONS: frozenset[Transition] = frozenset(
    {
        (None, Phase.QUEUED),  # added
        (None, Phase.FAILED),  # added, but its file cannot be used
        (Phase.QUEUED, Phase.PREPARING),  # got a slot
        (Phase.QUEUED, Phase.FOLLOWING),  # got a slot, and ids from before
        (Phase.QUEUED, Phase.CANCELLED),
        (Phase.PREPARING, Phase.QUEUED),  # found after a crash: nothing was sent
        (Phase.PREPARING, Phase.SUBMITTING),
        (Phase.PREPARING, Phase.FOLLOWING),  # what a cancelled job ordered, and may still come
        (Phase.PREPARING, Phase.DOWNLOADED),  # worked on this computer
        (Phase.PREPARING, Phase.DONE),  # the library knew the answer
        (Phase.PREPARING, Phase.HELD),
        (Phase.PREPARING, Phase.FAILED),
        (Phase.PREPARING, Phase.CANCELLED),
        (Phase.SUBMITTING, Phase.PREPARING),  # refused before any work began
        (Phase.SUBMITTING, Phase.FOLLOWING),
        (Phase.SUBMITTING, Phase.LOST),  # a crash or a silence: sent or not?
        (Phase.FOLLOWING, Phase.SUBMITTING),  # the next step of a job of several
        (Phase.FOLLOWING, Phase.DOWNLOADED),
        (Phase.FOLLOWING, Phase.HELD),
        (Phase.FOLLOWING, Phase.FAILED),
        (Phase.FOLLOWING, Phase.CANCELLED),
        (Phase.DOWNLOADED, Phase.DONE),
        (Phase.DOWNLOADED, Phase.FAILED),  # the library could not be written
        (Phase.DOWNLOADED, Phase.CANCELLED),
        (Phase.HELD, Phase.QUEUED),  # the hold ended
        (Phase.HELD, Phase.CANCELLED),
        (Phase.LOST, Phase.QUEUED),  # found in the service's list, or a person says: send again
        (Phase.LOST, Phase.FAILED),  # a person says: give it up
        (Phase.LOST, Phase.CANCELLED),
        (Phase.FAILED, Phase.QUEUED),  # retried
        (Phase.FAILED, Phase.DOWNLOADED),  # retried: only storing had failed
        (Phase.CANCELLED, Phase.QUEUED),  # run again
        (Phase.CANCELLED, Phase.DOWNLOADED),  # run again: only storing was left
        (Phase.DONE, None),  # row removed; the result stays in the library
        (Phase.FAILED, None),
        (Phase.CANCELLED, None),
    }
)

# What a phase found at start-up turns into before anything runs. Phases that are not
# here stay: FOLLOWING is followed again and DOWNLOADED is stored, each with a slot.
RECOVERY = {Phase.PREPARING: Phase.QUEUED, Phase.SUBMITTING: Phase.LOST}

STATES = {
    Phase.QUEUED: JobState.QUEUED,
    Phase.PREPARING: JobState.RUNNING,
    Phase.SUBMITTING: JobState.RUNNING,
    Phase.FOLLOWING: JobState.RUNNING,
    Phase.DOWNLOADED: JobState.RUNNING,
    Phase.HELD: JobState.HELD,
    Phase.LOST: JobState.HELD,
    Phase.DONE: JobState.DONE,
    Phase.FAILED: JobState.FAILED,
    Phase.CANCELLED: JobState.CANCELLED,
}
