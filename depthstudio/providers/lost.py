"""What is known of a submit whose answer never came, and what a service's list says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from depthstudio.core.job import Checkpoint, Source, hosted_step
from depthstudio.core.record import Json

CLOCKS_DIFFER = timedelta(minutes=1)  # ours and the service's


@dataclass(frozen=True)
class LostStep:
    """A step that was sent, perhaps, and what its job knew then.

    others : what every other job of this provider wrote down: what they have is theirs
    """

    step: str
    sent_at: datetime | None
    sources: Sequence[Source]
    checkpoint: Checkpoint
    others: Sequence[Checkpoint] = ()

    def address(self, index: int = 0) -> str:
        """The web address that stood in the request for a source; "" where it had none."""
        if url := self.sources[index].url:
            return url
        return str(self.checkpoint.steps.get(hosted_step(index), {}).get("url", ""))

    def is_own(self, index: int = 0) -> bool:
        """Whether that address was made for this job, so that no other has it."""
        return not self.sources[index].is_remote and bool(self.address(index))

    def may_be(self, begun_at: datetime | None) -> bool:
        """Whether what began then can be what was sent."""
        if self.sent_at is None or begun_at is None:
            return False
        return begun_at >= self.sent_at - CLOCKS_DIFFER

    def others_at(self, step: str) -> list[Mapping[str, Json]]:
        """What other jobs got from a step of that name."""
        return [one.steps[step] for one in self.others if step in one.steps]


@dataclass(frozen=True)
class Search:
    """What a look in a service's list brought.

    ids : as the submit would have recorded them; None unless it is certain that they are it
    alike : how many there may be it where that is not certain
    """

    ids: Mapping[str, Json] | None = None
    alike: int = 0
