import hashlib
from pathlib import Path

import pytest

from depthstudio.core.digest import (
    CHUNK_BYTES,
    canonical_json,
    job_key,
    sha256_bytes,
    sha256_file,
)

QUESTION = {
    "provider_id": "relief",
    "provider_version": "1",
    "endpoints": {"api": "https://a.test"},
    "server_profile": "",
    "params": {"depth": 0.3, "base": True},
    "source_sha256": ["ab", "cd"],
}


def test_equal_values_have_one_spelling() -> None:
    assert canonical_json({"b": 1, "a": ["ü", None]}) == '{"a":["ü",null],"b":1}'.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical_json(float("nan"))


def test_a_file_is_hashed_in_pieces_that_are_told(tmp_path: Path) -> None:
    content = bytes(range(256)) * (CHUNK_BYTES // 256) + b"more"
    path = tmp_path / "file"
    path.write_bytes(content)
    told: list[int] = []

    digest = sha256_file(path, told.append)

    assert digest == sha256_bytes(content) == hashlib.sha256(content).hexdigest()
    assert told == [CHUNK_BYTES, CHUNK_BYTES + 4]


def test_the_key_of_a_known_question_never_changes() -> None:
    """Else every library would forget its answers with an update."""
    assert job_key(**QUESTION) == (
        "7a3e0a25139a68689895d79ec5a9dd4b98417b17aa0bca4ff7123040f95e95c0"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("provider_id", "other"),
        ("provider_version", "2"),
        ("endpoints", {}),
        ("server_profile", "v2"),
        ("params", {"depth": 0.31, "base": True}),
        ("source_sha256", ["cd", "ab"]),
    ],
)
def test_every_part_of_the_question_changes_the_key(name: str, value: object) -> None:
    assert job_key(**{**QUESTION, name: value}) != job_key(**QUESTION)
