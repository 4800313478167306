"""The order of the events of a command, as scripts rely on it."""

from typing import Any

LAST_WORDS = ("done", "failed", "cancelled")


def is_last_word(record: dict[str, Any]) -> bool:
    return record["event"] in LAST_WORDS or record.get("final") is True


def assert_in_order(records: list[dict[str, Any]]) -> None:
    """Each job is queued first and has exactly one last word, after which there is nothing."""
    for job in {record["job"] for record in records}:
        told = [record for record in records if record["job"] == job]
        assert told[0]["event"] == "queued"
        assert [is_last_word(record) for record in told] == [False] * (len(told) - 1) + [True]
        assert {r["event"] for r in told[1:-1]} <= {"progress", "held", "warning"}
