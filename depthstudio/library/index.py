"""The index of a library: one SQLite row per result, made from manifests and nothing else.

Functions here work on an open connection; `index_file` decides which one that is.
"""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from depthstudio.library.manifest import Manifest
from depthstudio.library.names import folded

INDEX_VERSION = 1  # raise it when the tables change: the index is then made anew

_TABLES = (
    """CREATE TABLE results (
        id TEXT PRIMARY KEY,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        provider_id TEXT NOT NULL,
        provider_title TEXT NOT NULL,
        created_at TEXT NOT NULL,
        kinds TEXT NOT NULL,
        thumbnail TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        search TEXT NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX results_by_key ON results (key, created_at)",
    "CREATE INDEX results_by_time ON results (created_at, id)",
    # Folders whose manifest cannot be used. Listed, so that nobody looks for them at each start.
    "CREATE TABLE damaged (id TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID",
    f"PRAGMA user_version = {INDEX_VERSION}",
)

_SUMMARY_COLUMNS = "id, name, provider_id, provider_title, created_at, kinds, thumbnail, size_bytes"


@dataclass(frozen=True)
class ResultSummary:
    """What a card shows. `thumbnail_name` is "" where there is no picture."""

    id: str
    name: str
    provider_id: str
    provider_title: str
    created_at: datetime  # UTC
    kinds: tuple[str, ...]
    thumbnail_name: str
    size_bytes: int


def create_tables(connection: sqlite3.Connection) -> None:
    for statement in _TABLES:
        connection.execute(statement)


def version_of(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_sound(connection: sqlite3.Connection) -> bool:
    """Does SQLite's own quick check find nothing wrong? Reads the whole file."""
    return connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",)


def insert(connection: sqlite3.Connection, manifest: Manifest, name: str) -> None:
    """Add or replace the row of a result; `name` is the one in force."""
    created_at = manifest.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    search = folded(f"{name}\n{manifest.provider.title}")
    row = (
        manifest.id,
        manifest.key,
        name,
        manifest.provider.id,
        manifest.provider.title,
        created_at,
        json.dumps(manifest.kinds),
        manifest.thumbnail.name if manifest.thumbnail else "",
        manifest.size_bytes,
        search,
    )
    connection.execute("INSERT OR REPLACE INTO results VALUES (?,?,?,?,?,?,?,?,?,?)", row)


def insert_damaged(connection: sqlite3.Connection, result_id: str, reason: str) -> None:
    connection.execute("INSERT OR REPLACE INTO damaged VALUES (?,?)", (result_id, reason))


def delete(connection: sqlite3.Connection, result_id: str) -> None:
    connection.execute("DELETE FROM results WHERE id = ?", (result_id,))
    connection.execute("DELETE FROM damaged WHERE id = ?", (result_id,))


def known_ids(connection: sqlite3.Connection) -> set[str]:
    """Every id the index has heard of, damaged ones included."""
    rows = connection.execute("SELECT id FROM results UNION SELECT id FROM damaged")
    return {str(row[0]) for row in rows}


def damaged(connection: sqlite3.Connection) -> dict[str, str]:
    """The reason for each result whose manifest cannot be used."""
    return dict(connection.execute("SELECT id, reason FROM damaged ORDER BY id"))


def ids_with_key(connection: sqlite3.Connection, key: str) -> list[str]:
    """The results that answer `key`, newest first."""
    rows = connection.execute(
        "SELECT id FROM results WHERE key = ? ORDER BY created_at DESC, id DESC", (key,)
    )
    return [str(row[0]) for row in rows]


def ids_with_prefix(connection: sqlite3.Connection, prefix: str, limit: int) -> list[str]:
    """Up to `limit` ids that begin with `prefix`, damaged ones included, in order."""
    rows = connection.execute(
        "SELECT id FROM (SELECT id FROM results UNION ALL SELECT id FROM damaged)"
        " WHERE id >= ? AND id < ? ORDER BY id LIMIT ?",
        (prefix, prefix + "\U0010ffff", limit),
    )
    return [str(row[0]) for row in rows]


def summaries(
    connection: sqlite3.Connection, *, search: str, limit: int | None, offset: int
) -> list[ResultSummary]:
    """Rows that hold every word of `search`, newest first; a `limit` of None means all."""
    condition, words = _matching(search)
    rows = connection.execute(
        f"SELECT {_SUMMARY_COLUMNS} FROM results {condition}"
        " ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
        (*words, -1 if limit is None else limit, offset),
    )
    return [_summary(row) for row in rows]


def count_and_size_bytes(connection: sqlite3.Connection, search: str) -> tuple[int, int]:
    """How many rows hold every word of `search`, and what their files take together."""
    condition, words = _matching(search)
    question = f"SELECT count(*), total(size_bytes) FROM results {condition}"
    count, size_bytes = connection.execute(question, words).fetchone()
    return int(count), int(size_bytes)


def _matching(search: str) -> tuple[str, tuple[str, ...]]:
    words = tuple(folded(search).split())
    if not words:
        return "", ()
    return "WHERE " + " AND ".join(["instr(search, ?) > 0"] * len(words)), words


def _summary(row: tuple[str, str, str, str, str, str, str, int]) -> ResultSummary:
    result_id, name, provider_id, provider_title, created_at, kinds, thumbnail, size_bytes = row
    return ResultSummary(
        id=result_id,
        name=name,
        provider_id=provider_id,
        provider_title=provider_title,
        created_at=datetime.fromisoformat(created_at),
        kinds=tuple(json.loads(kinds)),
        thumbnail_name=thumbnail,
        size_bytes=size_bytes,
    )
