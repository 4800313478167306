"""fal on this computer: queue, storage's office and storage, each at an address of its own.

It refuses what fal refuses and computes depth from the bytes it fetched itself. Its own
unmodified client is the proof that it is what it stands for. As a process of its own it says
its addresses as JSON, and ends with its standard input.
"""

import json
import sys
from collections.abc import Callable

from tests.support.canaries import canary
from tests.support.fal_queue import QueueSide
from tests.support.fal_storage import StorageSide
from tests.support.rest_service import Answer, Request, RestService

KEY = f"{canary('fal-id')}:{canary('fal')}"  # of the shape id:secret
NO_CREDIT = "User is locked. Reason: Exhausted balance. Top up at fal.ai/dashboard/billing."
PLACES = ("queue", "rest", "cdn")


class FalService(RestService):
    """The three addresses as one service. `queue` and `storage` have what can be arranged.

    violations : requests that showed a key, or any credential, to whom it is not for
    locked : keys of accounts without credit
    """

    def __init__(self) -> None:
        super().__init__(origins=len(PLACES))
        self.as_new()

    def as_new(self) -> None:
        """Nothing is known and nothing was asked."""
        self._routes.clear()
        self.keys = {KEY}
        self.locked: set[str] = set()
        self.violations: list[Request] = []
        self.queue = QueueSide(self)
        self.storage = StorageSide(self)

    def reset(self) -> None:
        super().reset()
        self.as_new()

    def may_be_shown(self, request: Request) -> set[str]:
        """The storage may see the key only where fal's own client shows it."""
        is_storage = request.headers.get("host") == self.cdn_url.removeprefix("http://")
        if is_storage and not request.path.startswith("/files/put/"):
            return set()
        return {KEY}

    @property
    def queue_url(self) -> str:
        return self.origins[0]

    @property
    def rest_url(self) -> str:
        return self.origins[1]

    @property
    def cdn_url(self) -> str:
        return self.origins[2]

    @property
    def endpoints(self) -> dict[str, str]:
        return dict(zip(PLACES, self.origins, strict=True))

    def at(self, place: str, method: str, pattern: str, reply: Callable[..., Answer]) -> None:
        """A route of one of the three addresses, which the others do not have."""
        index = PLACES.index(place)

        def checked(request: Request, *groups: str) -> Answer:
            host = self.origins[index].removeprefix("http://")
            if request.headers.get("host") != host:
                return self.unknown(request)
            return reply(request, *groups)

        self.route(method, pattern, checked)

    def refused(self, request: Request) -> Answer | None:
        """Why a request is not heard: fal takes “Key”, and keys it knows."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme != "Key" or key not in self.keys:
            said = "Authentication is required to access this application"
            return Answer.of({"detail": said}, 401)
        if key in self.locked:
            return Answer.of({"detail": NO_CREDIT}, 403)
        return None

    def shown_too_much(self, request: Request) -> Answer:
        self.violations.append(request)
        return Answer.of({"detail": "This is not for me to see"}, 400)


def main() -> None:
    with FalService() as service:
        service.queue.walk = ()
        sys.stdout.write(json.dumps(service.endpoints) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
