"""The part of the Hugging Face hub that says where a Space is and whether it is awake."""

import json
from dataclasses import dataclass

from tests.support.loopback import Exchange


@dataclass
class FakeHub:
    """Answers as the hub does about one Space, in the stage it is in; a `Loopback` serves it."""

    space_id: str
    origin: str
    stage: str = "RUNNING"

    def __call__(self, exchange: Exchange) -> None:
        path = exchange.question.path
        if path == f"/api/spaces/{self.space_id}":
            said = {"id": self.space_id, "host": self.origin, "runtime": {"stage": self.stage}}
            exchange.answer(200, json.dumps(said).encode(), Content_Type="application/json")
        else:
            exchange.answer(404, b'{"error":"Repository not found"}')
