"""What came of a test of a connection."""

from dataclasses import dataclass
from datetime import datetime

from depthstudio.core.errors import ProviderError
from depthstudio.providers.base import Health


@dataclass(frozen=True)
class TestNews:
    """What is known of a test. With neither `health` nor `trouble` it is under way."""

    __test__ = False  # pytest takes it for one of its own

    at: datetime
    health: Health | None = None
    trouble: ProviderError | None = None

    @property
    def is_busy(self) -> bool:
        return self.health is None and self.trouble is None
