"""Hashes: of files, of values, and the key under which a result can be found again."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20


def canonical_json(value: Any) -> bytes:
    """One spelling for equal values: sorted names, no spaces, UTF-8, no NaN."""
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def sha256_bytes(data: bytes) -> str:
    """SHA-256 of `data` as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path, progress: Callable[[int], None] = lambda done: None) -> str:
    """SHA-256 of a file, read in pieces.

    `progress` is told the bytes read so far, and may raise to stop.
    """
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            progress(done)
    return digest.hexdigest()


def job_key(
    *,
    provider_id: str,
    provider_version: str,
    endpoints: Mapping[str, str],
    server_profile: str,
    params: Mapping[str, Any],
    source_sha256: Sequence[str],
) -> str:
    """What makes two jobs the same question: everything that can change the answer."""
    return sha256_bytes(
        canonical_json(
            {
                "provider": provider_id,
                "version": provider_version,
                "endpoints": dict(endpoints),
                "profile": server_profile,
                "params": dict(params),
                "sources": list(source_sha256),
            }
        )
    )
