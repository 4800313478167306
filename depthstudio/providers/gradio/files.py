"""Files that a call brought, on their way to the working folder of a job."""

from dataclasses import dataclass
from pathlib import Path

from depthstudio.core.artifact import Artifact, Role
from depthstudio.core.errors import BadResponse, FormatError, InputError
from depthstudio.core.job import Progress, Stage
from depthstudio.formats import media_type
from depthstudio.formats.glb_container import open_container
from depthstudio.formats.sniff import sniff
from depthstudio.providers.base import Context
from depthstudio.providers.gradio.session import GradioSession
from depthstudio.providers.transport.download import download


@dataclass(frozen=True)
class RemoteFile:
    """What a file is to become here: the server's own name for it is not used."""

    name: str
    role: Role
    kinds: frozenset[str]  # media types it may turn out to be
    max_bytes: int


async def downloaded(
    session: GradioSession, value: object, file: RemoteFile, ctx: Context
) -> Artifact:
    """Fetch one output file of a call, checked by its content. See `download` for errors."""
    path = ctx.folder / file.name
    address = session.file_url(value)

    def received(done_bytes: int, of_bytes: int | None) -> None:
        if of_bytes and file.role in (Role.SCENE, Role.VIDEO):
            ctx.report(Progress(Stage.DOWNLOADING, done_bytes / of_bytes, file.role.value))

    await download(
        ctx,
        session.service,
        address,
        path,
        kinds=file.kinds,
        max_bytes=file.max_bytes,
        progress=received,
        own=[address],  # it may lead on to a public host, and nowhere else
    )
    return await ctx.in_thread(lambda flag: _checked(path, file.role, session.service))


def _checked(path: Path, role: Role, service: str) -> Artifact:
    """A file as it came. One that is damaged goes, so that a retry fetches it anew."""
    try:
        artifact = described(path, role)
        if artifact.media_type == media_type.GLB:
            open_container(path)
    except (FormatError, InputError) as error:
        path.unlink(missing_ok=True)
        raise BadResponse(
            f"{service} sent a damaged file", hint="Run it again", detail=str(error)
        ) from error
    return artifact


def described(path: Path, role: Role) -> Artifact:
    """A file that is complete on disk, known by its content. Blocks."""
    return Artifact.of(path, role, sniff(path).media_type)
