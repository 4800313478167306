"""A provider and the server that stands for its service, the same to handle whichever it is."""

import json
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from depthstudio.core.job import Job, JobStatus
from depthstudio.jobs.order import Order
from depthstudio.jobs.session import Session
from depthstudio.settings.secrets import Secrets
from tests.support.canaries import canary
from tests.support.gate import Gate
from tests.support.gradio_jobs import CONFIG, JOIN, STREAM, Kind
from tests.support.gradio_servers import GradioServer
from tests.support.rest_kinds import ALWAYS
from tests.support.rest_service import Answer
from tests.support.vendors import ENVIRONMENT, TENGR, Asked, Vendors, thing_for
from tests.support.watch import settled

SURPRISE = {"surprise": {"list": [1, None, {"deep": ""}]}}


Kinds = Kind | Asked


class Peer(ABC):
    """One of them, as new."""

    provider_id: str
    values: Mapping[str, Any]
    host_via = ""

    @property
    @abstractmethod
    def endpoints(self) -> dict[str, str]: ...

    def order(self, **more: Any) -> Order:
        return Order(
            self.provider_id, dict(self.values), endpoints=self.endpoints,
            host_via=self.host_via, **more,
        )  # fmt: skip

    @abstractmethod
    def thing(self, folder: Path, number: int = 0) -> Path:
        """Something to send; another for each number."""

    @abstractmethod
    def secrets(self) -> Secrets:
        """What lets the user in."""

    @abstractmethod
    def wrong_secrets(self) -> Secrets:
        """What the server, which may have to be told so, does not let in."""

    @abstractmethod
    def targets(self) -> list[str]:
        """Every request so far, as “METHOD /path?query”."""

    @abstractmethod
    def accepted(self) -> int:
        """How often work was really begun."""

    @abstractmethod
    def answer_everything(self, answer: Answer) -> None:
        """From now on this comes, whatever is asked."""

    @abstractmethod
    def say_more(self) -> None:
        """From now on each answer has entries nobody told us of."""

    @abstractmethod
    def hold(self) -> None:
        """Let what is begun not end before `release`."""

    @abstractmethod
    def release(self) -> None: ...

    @abstractmethod
    def wait_held(self, count: int = 1) -> None:
        """Block until so much was begun and is held."""

    @abstractmethod
    @contextmanager
    def away(self) -> Generator[Callable[[], None]]:
        """Nobody listens, until what is given is called."""
        yield lambda: None


@dataclass
class GradioPeer(Peer):
    """A Space on a real Gradio server."""

    kind: Kind
    server: GradioServer

    def __post_init__(self) -> None:
        self.provider_id, self.values = self.kind.provider_id, self.kind.values
        self._gate: Gate | None = None

    @property
    def endpoints(self) -> dict[str, str]:
        return {"space": self._gate.url if self._gate else self.server.url}

    def thing(self, folder: Path, number: int = 0) -> Path:
        return thing_for(TENGR, folder, number)

    def secrets(self) -> Secrets:
        return Secrets({})

    def wrong_secrets(self) -> Secrets:
        self.server.configure(auth=["painter", "another"])
        secrets = Secrets({})
        secrets.give("gradio_user", "painter")
        secrets.give("gradio_password", canary("gradio"))
        return secrets

    def targets(self) -> list[str]:
        return [f"{r['method']} {r['target']}" for r in self.server.requests()]

    def accepted(self) -> int:
        return len(self.server.calls(self.kind.work[-1]))

    def answer_everything(self, answer: Answer) -> None:
        self.server.wire_fault(
            "", "answer", times=None, status=answer.status, body=answer.body.decode(),
            headers=dict(answer.headers),
        )  # fmt: skip

    def say_more(self) -> None:
        more = json.dumps(SURPRISE, separators=(",", ":"))[1:-1]
        for on, old in ((CONFIG, '"api_prefix":'), (JOIN, '"event_id":'), (STREAM, '"msg":')):
            self.server.wire_fault(on, "rewrite", times=None, old=old, new=f"{more},{old}")

    def hold(self) -> None:
        self.server.hold(self.kind.work[-1])

    def release(self) -> None:
        self.server.release()

    def wait_held(self, count: int = 1) -> None:
        self.server.wait_called(self.kind.work[-1], count, state="held")

    @contextmanager
    def away(self) -> Generator[Callable[[], None]]:
        self._gate = Gate(self.server.url)
        try:
            yield self._gate.open
        finally:
            self._gate.close()


@dataclass
class RestPeer(Peer):
    """A paid service."""

    asked: Asked
    vendors: Vendors

    def __post_init__(self) -> None:
        self.provider_id, self.values = self.asked.provider_id, self.asked.values
        self.host_via = self.asked.host_via

    @property
    def endpoints(self) -> dict[str, str]:
        return self.vendors.endpoints(self.asked)

    def thing(self, folder: Path, number: int = 0) -> Path:
        return thing_for(self.asked, folder, number)

    def secrets(self) -> Secrets:
        return Secrets(ENVIRONMENT)

    def wrong_secrets(self) -> Secrets:
        variable = {"oxen": "OXEN_API_KEY", "tengr": "TENGR_API_KEY", "fal": "FAL_KEY"}
        return Secrets({**ENVIRONMENT, variable[self.asked.vendor]: "wrong:key"})

    def targets(self) -> list[str]:
        return [request.target for request in self.vendors.requests]

    def accepted(self) -> int:
        return self.vendors.accepted(self.asked)

    def answer_everything(self, answer: Answer) -> None:
        for service in self.vendors.services:
            service.fault("", "answer", answer=answer, times=ALWAYS)

    def say_more(self) -> None:
        def alter(answer: Answer) -> Answer:
            if answer.headers.get("Content-Type") != "application/json" or not answer.body:
                return answer
            told = json.dumps(_with_more(json.loads(answer.body))).encode()
            return Answer(answer.status, told, answer.headers)

        for service in self.vendors.services:
            service.fault("", "alter", alter=alter, times=ALWAYS)

    def hold(self) -> None:
        self.vendors.hold()

    def release(self) -> None:
        self.vendors.release()

    def wait_held(self, count: int = 1) -> None:
        self.vendors.of(self.asked).wait_for(self.asked.submit, count)

    @contextmanager
    def away(self) -> Generator[Callable[[], None]]:
        self.vendors.__exit__()
        kept = [_kept(origin) for service in self.vendors.services for origin in service.origins]

        def come_back() -> None:
            self.vendors.__enter__()

        try:
            yield come_back
        finally:
            for door in kept:
                door.close()


def _kept(origin: str) -> socket.socket:
    """Keeps a port for its owner: nobody else gets it, and nobody listens."""
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", int(origin.rpartition(":")[2])))
    return door


def _with_more(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{name: _with_more(part) for name, part in value.items()}, **SURPRISE}
    return [_with_more(part) for part in value] if isinstance(value, list) else value


@dataclass
class Jobs:
    """One session, and the jobs of one provider in it."""

    session: Session
    peer: Peer
    folder: Path

    async def add(self, number: int = 0) -> Job:
        intake = await self.session.take_in([self.peer.thing(self.folder, number)])
        return await self.session.add(intake.sources, self.peer.order())

    def status(self, job: Job) -> JobStatus:
        return self.session.queue.entry(job.id).status

    async def ended(self, *jobs: Job) -> tuple[JobStatus, ...]:
        return await settled(self.session.queue, *(job.id for job in jobs))

    async def run(self, number: int = 0) -> JobStatus:
        (status,) = await self.ended(await self.add(number))
        return status

    async def files(self, status: JobStatus) -> list[str]:
        result = await self.session.result(status.result_id or "")
        return [artifact.sha256 for artifact in result.artifacts]


def said(status: JobStatus) -> str:
    """State, and the type of the error or the kind of the hold."""
    told = (status.state, status.failure and status.failure.type, status.hold and status.hold.kind)
    return " ".join(filter(None, told))
