"""What a sealed folder says about itself: the manifest of schema version 1."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.record import AwareDatetime, Json, Record
from depthstudio.core.result import Result, SourceRecord
from depthstudio.library.names import folded, is_result_id, name_trouble

SCHEMA_VERSION = 1
MAX_FILE_BYTES = 1 << 44  # what ext4 holds; keeps every sum within SQLite's integers


class ProviderRecord(Record):
    """Who made a result, and under which terms it may be used."""

    id: str
    title: str
    version: str
    licence: str


class SealedFile(Record):
    """One file of a sealed folder. `name` is a plain file name, safe on every system."""

    name: str
    media_type: str
    size_bytes: Annotated[int, Meta(ge=0, le=MAX_FILE_BYTES)]
    sha256: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]

    def __post_init__(self) -> None:
        if trouble := name_trouble(self.name):
            raise ValueError(f"{self.name!r} {trouble}")


class SealedArtifact(SealedFile):
    """A sealed file that a service sent, with what it is for."""

    role: Role


class ResultDraft(Record):
    """Everything about a finished job but its files. The id was made when the job began.

    `created_at` needs a time zone; `duration_s` is how long the job ran.
    """

    id: str
    name: str
    key: str
    provider: ProviderRecord
    created_at: AwareDatetime
    duration_s: Annotated[float, Meta(ge=0)]
    params: dict[str, Json] = msgspec.field(default_factory=dict[str, Json])
    endpoints: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    sources: tuple[SourceRecord, ...] = ()
    kinds: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_result_id(self.id):
            raise ValueError(f"{self.id!r} cannot name a result folder")


class Manifest(ResultDraft):
    """A draft with its files. Everything in it is sealed; see `manifest_file`."""

    schema_version: Literal[1] = SCHEMA_VERSION
    program_version: str
    files: tuple[SealedArtifact, ...]
    thumbnail: SealedFile | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        names = [folded(file.name) for file in self.sealed_files]
        if len(set(names)) != len(names):
            raise ValueError("two files have the same name")

    @property
    def sealed_files(self) -> tuple[SealedFile, ...]:
        """The artifacts and, where there is one, the thumbnail."""
        return (*self.files, self.thumbnail) if self.thumbnail else self.files

    @property
    def size_bytes(self) -> int:
        """What the sealed files take on disk together, without the manifest."""
        return sum(file.size_bytes for file in self.sealed_files)

    def as_result(self, folder: Path, *, name: str = "") -> Result:
        """The result with absolute paths below `folder`; `name` overrides the sealed one."""
        return Result(
            id=self.id,
            folder=folder.absolute(),
            name=name or self.name,
            key=self.key,
            provider_id=self.provider.id,
            provider_title=self.provider.title,
            provider_version=self.provider.version,
            licence=self.provider.licence,
            created_at=self.created_at,
            duration_s=self.duration_s,
            params=self.params,
            endpoints=self.endpoints,
            sources=self.sources,
            artifacts=tuple(_as_artifact(file, folder.absolute()) for file in self.files),
            kinds=self.kinds,
            thumbnail=folder.absolute() / self.thumbnail.name if self.thumbnail else None,
            warnings=self.warnings,
        )


def _as_artifact(file: SealedArtifact, folder: Path) -> Artifact:
    return Artifact(
        role=file.role,
        path=folder / file.name,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        sha256=file.sha256,
    )
