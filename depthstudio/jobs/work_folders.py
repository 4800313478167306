"""The folders that jobs work in: one for each job, and in it one for each attempt. All block."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from msgspec.structs import replace

from depthstudio.core.artifact import Artifact
from depthstudio.core.errors import BadResponse
from depthstudio.jobs.journal_row import JournalRow
from depthstudio.library.disk_errors import disk_errors


@dataclass(frozen=True)
class WorkFolders:
    """Everything below one folder of the home."""

    root: Path

    def of_attempt(self, row: JournalRow) -> Path:
        """A folder for this attempt: the last one when it goes on, else one of its own.

        A cancelled attempt may have a thread that still writes for a moment.
        """
        folder = self.root / row.job.id
        if row.checkpoint and folder.is_dir():
            attempts = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
            if attempts:
                return attempts[-1]
        return folder / uuid4().hex[:8]

    def hand_over(self, left: JournalRow, to_id: str) -> tuple[Artifact, ...]:
        """Let another job go on in a job's folder, if it is there still, and not in its own.

        Returns the files of the result, where every one of them was complete in it.
        """
        old, new = self.root / left.job.id, self.root / to_id
        if not old.is_dir():
            return ()
        aside = f"{to_id}-{uuid4().hex[:8]}"  # a thread of an earlier attempt may still write there
        with disk_errors("The files of the earlier job could not be taken over"):
            if new.exists():
                new.rename(self.root / aside)
            old.rename(new)
        self.forget(aside)
        inside = [file for file in left.artifacts if file.path.is_relative_to(old)]
        moved = [replace(file, path=new / file.path.relative_to(old)) for file in inside]
        is_whole = len(moved) == len(left.artifacts) and all(f.path.is_file() for f in moved)
        return tuple(moved) if is_whole else ()

    def forget(self, job_id: str) -> None:
        """Remove a job's folder; what is in use is swept at the next start."""
        shutil.rmtree(self.root / job_id, ignore_errors=True)

    def sweep(self, keep: set[str]) -> None:
        """Remove the folders of jobs that will not go on."""
        if self.root.is_dir():
            for folder in self.root.iterdir():
                if folder.name not in keep:
                    shutil.rmtree(folder, ignore_errors=True)


def make_folder(folder: Path) -> None:
    """Make one.

    Raises
    ------
    LibraryError
        when the disk refuses
    """
    with disk_errors("The working folder of this job could not be made"):
        folder.mkdir(parents=True, exist_ok=True)


def check_artifacts(artifacts: Sequence[Artifact], folder: Path) -> None:
    """Blame the provider now, with its name, rather than the library later.

    Raises
    ------
    BadResponse
        when it brought nothing, or a file that is not in its folder
    """
    if not artifacts:
        raise BadResponse("The service sent no files", hint="Run it again")
    for artifact in artifacts:
        inside = artifact.path.resolve().is_relative_to(folder.resolve())
        if not inside or not artifact.path.is_file():
            raise BadResponse(f"A file of the result is missing: {artifact.path.name}")
