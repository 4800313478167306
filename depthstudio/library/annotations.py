"""What a person may change about a sealed result, in a file of its own beside the manifest."""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from depthstudio.core.errors import LibraryError
from depthstudio.formats.whole_file import whole_file
from depthstudio.library.disk_errors import disk_errors
from depthstudio.library.names import ANNOTATIONS_NAME


class Annotations(BaseModel):
    """Notes on a result. An empty `name` means the sealed one.

    Entries this program does not know are kept, so that a newer one finds them again.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    schema_version: Literal[1] = 1
    name: str = ""
    notes: str = ""
    favourite: bool = False


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
        return Annotations.model_validate_json(data)
    except ValidationError as exc:
        raise LibraryError(
            f"The notes of result {folder.name} are damaged",
            hint=f"Mend or delete {path}; the result itself is not affected",
            detail=str(exc),
        ) from exc


def write_annotations(folder: Path, annotations: Annotations) -> None:
    """Replace the annotations of a result folder, whole or not at all."""
    text = json.dumps(annotations.model_dump(mode="json"), indent=1, ensure_ascii=False)
    with (
        disk_errors(f"The notes of result {folder.name} could not be saved"),
        whole_file(folder / ANNOTATIONS_NAME) as temporary_path,
    ):
        temporary_path.write_text(text + "\n", encoding="utf-8")
