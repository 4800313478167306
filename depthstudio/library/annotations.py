"""What a person may change about a sealed result, in a file of its own beside the manifest."""

import json
from pathlib import Path
from typing import Literal

from msgspec import field

from depthstudio.core.errors import LibraryError
from depthstudio.core.record import (
    Json,
    Record,
    RecordError,
    from_json,
    from_plain,
    to_plain,
)
from depthstudio.core.views import Polarity
from depthstudio.formats.whole_file import whole_file
from depthstudio.library.disk_errors import disk_errors
from depthstudio.library.names import ANNOTATIONS_NAME


class Annotations(Record):
    """Notes on a result. An empty `name` means the sealed one.

    `polarity` is what a person says of its pictures of depth, None for what its provider says.
    `unknown` has the entries this program does not know, so that a newer one finds them again.
    """

    schema_version: Literal[1] = 1
    name: str = ""
    notes: str = ""
    favourite: bool = False
    polarity: Polarity | None = None
    unknown: dict[str, Json] = field(default_factory=dict[str, Json])


_KNOWN = frozenset(Annotations.__struct_fields__) - {"unknown"}


def read_annotations(folder: Path) -> Annotations:
    """The annotations of a result folder; the defaults where there are none.

    Raises
    ------
    LibraryError
        when the file is there and cannot be read
    """
    path = folder / ANNOTATIONS_NAME
    with disk_errors(f"The notes of result {folder.name} cannot be read"):
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return Annotations()
    try:
        return _annotations(from_json(dict[str, Json], data))
    except RecordError as exc:
        raise LibraryError(
            f"The notes of result {folder.name} are damaged",
            hint=f"Mend or delete {path}; the result itself is not affected",
            detail=str(exc),
        ) from exc


def write_annotations(folder: Path, annotations: Annotations) -> None:
    """Replace the annotations of a result folder, whole or not at all."""
    values: dict[str, Json] = to_plain(annotations)
    del values["unknown"]
    text = json.dumps({**values, **annotations.unknown}, indent=1, ensure_ascii=False)
    with (
        disk_errors(f"The notes of result {folder.name} could not be saved"),
        whole_file(folder / ANNOTATIONS_NAME) as temporary_path,
    ):
        temporary_path.write_text(text + "\n", encoding="utf-8")


def _annotations(values: dict[str, Json]) -> Annotations:
    known = {name: value for name, value in values.items() if name in _KNOWN}
    unknown = {name: value for name, value in values.items() if name not in _KNOWN}
    return from_plain(Annotations, {**known, "unknown": unknown})
