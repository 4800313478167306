"""The servers that were met, and what each had to offer when it was last seen.

It lets a question that was asked before be answered with no network, offers the addresses
again, and shows the form as the server has it before it has answered anew.
"""

import logging
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from depthstudio.core.record import AwareDatetime, Json, Record, RecordError, from_json, to_json
from depthstudio.formats.whole_file import whole_file

log = logging.getLogger(__name__)

KEPT_PER_PROVIDER = 8


class KnownServer(Record):
    """One server of one provider.

    profile : the name of its shape, which is part of a job's key
    schema : its parameters as JSON Schema; empty where it was never asked
    """

    provider_id: str
    endpoints: dict[str, str]
    profile: str = ""
    schema: dict[str, Json] = msgspec.field(default_factory=dict[str, Json])
    seen_at: AwareDatetime


class KnownServers:
    """All of one home, newest first. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._servers: list[KnownServer] | None = None

    def find(self, provider_id: str, endpoints: Mapping[str, str]) -> KnownServer | None:
        """What is known of one server. Blocks at its first use."""
        where = dict(endpoints)
        with self._lock:
            for server in self._loaded():
                if server.provider_id == provider_id and server.endpoints == where:
                    return server
        return None

    def of(self, provider_id: str) -> list[KnownServer]:
        """Every server of a provider, newest first. Blocks at its first use."""
        with self._lock:
            return [server for server in self._loaded() if server.provider_id == provider_id]

    def remember(
        self,
        provider_id: str,
        endpoints: Mapping[str, str],
        seen_at: datetime,
        *,
        profile: str,
        schema: Mapping[str, Json] | None = None,
    ) -> None:
        """Write down what a server offers. Blocks.

        Where that fails it is known until the program ends, and asked anew the next time.
        """
        with self._lock:
            where = dict(endpoints)
            known = self._loaded()
            before = [s for s in known if s.provider_id == provider_id and s.endpoints == where]
            if schema is None and before and before[0].profile == profile:
                schema = before[0].schema
            server = KnownServer(
                provider_id=provider_id,
                endpoints=where,
                profile=profile,
                schema=dict(schema or {}),
                seen_at=seen_at,
            )
            same = [s for s in known if s.provider_id == provider_id and s not in before]
            others = [s for s in known if s.provider_id != provider_id]
            self._servers = [server, *same[: KEPT_PER_PROVIDER - 1], *others]
            try:
                with whole_file(self._path) as temporary_path:
                    text = to_json(tuple(self._servers))
                    temporary_path.write_text(text, encoding="utf-8")
            except OSError:
                log.warning("what a server offers could not be kept", exc_info=True)

    def _loaded(self) -> list[KnownServer]:
        if self._servers is None:
            try:
                read = from_json(tuple[KnownServer, ...], self._path.read_bytes())
            except (OSError, RecordError):
                read = ()  # nothing is lost: each server is asked again when it is met
            self._servers = list(read)
        return self._servers
