"""The manifest on disk: one spelling, sealed, checked at every read.

The file is JSON with an entry ``seal``: the SHA-256 over the canonical JSON of everything
else. A reader also insists on the exact bytes a writer would have written, so that a
change of any byte shows, even one that leaves the meaning as it was.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from depthstudio.core.digest import canonical_json, sha256_bytes
from depthstudio.core.errors import LibraryError
from depthstudio.core.record import RecordError, from_plain, to_plain
from depthstudio.library.manifest import SCHEMA_VERSION, Manifest
from depthstudio.library.names import MANIFEST_NAME

MAX_MANIFEST_BYTES = 64 << 20  # a result of 100,000 files stays far below

_RESTORE_HINT = "Restore the folder from a backup, or remove the result and run the job again"


def encode_manifest(manifest: Manifest) -> bytes:
    """The sealed file of a manifest, as it lies on disk."""
    document = to_plain(manifest)
    return _spelled({**document, "seal": _seal_of(document)})


def decode_manifest(data: bytes, *, where: str) -> Manifest:
    """The manifest in the bytes of its file; `where` names it in errors.

    Raises
    ------
    LibraryError
        when a newer program wrote it, or when it is not exactly what was once sealed
    """
    try:
        document = json.loads(data)
        if not isinstance(document, dict):
            raise _damaged(where, "it is not a JSON object")
        values = cast("dict[str, Any]", document)
        _refuse_newer(values.get("schema_version"), where)
        seal = values.pop("seal", None)
        if seal != _seal_of(values) or data != _spelled({**values, "seal": seal}):
            raise _damaged(where, "it does not match its seal")
        return from_plain(Manifest, values)
    except RecordError as exc:
        raise _damaged(where, str(exc)) from exc
    except (ValueError, RecursionError) as exc:
        raise _damaged(where, f"it cannot be read as JSON: {exc}") from exc


def read_manifest(folder: Path) -> Manifest:
    """The checked manifest of a result folder.

    Raises
    ------
    LibraryError
        when it is missing, cannot be read, is damaged, or was written by a newer program
    """
    path = folder / MANIFEST_NAME
    try:
        with path.open("rb") as file:
            data = file.read(MAX_MANIFEST_BYTES + 1)
    except FileNotFoundError as exc:
        raise LibraryError(
            f"Result {folder.name} has no manifest", hint=_RESTORE_HINT, detail=str(exc)
        ) from exc
    except OSError as exc:
        raise LibraryError(
            f"The manifest of result {folder.name} cannot be read: {exc.strerror}",
            hint="Check the disk and the permissions of the library folder",
            detail=str(exc),
        ) from exc
    if len(data) > MAX_MANIFEST_BYTES:
        raise _damaged(folder.name, f"it is larger than {MAX_MANIFEST_BYTES} bytes")
    return decode_manifest(data, where=folder.name)


def _seal_of(document: Mapping[str, Any]) -> str:
    return sha256_bytes(canonical_json(document))


def _spelled(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def _refuse_newer(version: object, where: str) -> None:
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise LibraryError(
            f"Result {where} was stored by a newer DepthStudio (schema {version}), and this "
            f"one reads up to schema {SCHEMA_VERSION}",
            hint="Update DepthStudio to open it",
        )


def _damaged(where: str, why: str) -> LibraryError:
    return LibraryError(
        f"The manifest of result {where} is damaged: {why}", hint=_RESTORE_HINT, detail=why
    )
