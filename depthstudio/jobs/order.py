"""What one Run asks for, beside the sources."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from depthstudio.core.job import Job
from depthstudio.core.record import Json


@dataclass(frozen=True)
class Order:
    """A provider, its values, and how its jobs are to be run.

    endpoints : addresses in place of the provider's own, or of the host's
    again : run even though the library knows the answer
    host_via : the host that files may be put on; the user agreed to it
    """

    provider_id: str
    values: Mapping[str, Json] = field(default_factory=dict[str, Json])
    endpoints: Mapping[str, str] = field(default_factory=dict[str, str])
    again: bool = False
    host_via: str = ""

    @classmethod
    def of(cls, job: Job) -> "Order":
        """What a job was made of."""
        return cls(job.provider_id, job.params, job.endpoints, job.again, job.host_via)
