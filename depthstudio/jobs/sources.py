"""From dropped paths to sources: folders walked, every file known by its content."""

import contextlib
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from depthstudio.core.digest import sha256_bytes, sha256_file
from depthstudio.core.errors import DepthStudioError, HostNeeded, InputError, UsageError
from depthstudio.core.job import Source
from depthstudio.formats import media_type
from depthstudio.formats.sniff import Sniffed, sniff
from depthstudio.providers.accepting import needs_host, refusal, takes
from depthstudio.providers.base import ProviderInfo


@dataclass(frozen=True)
class Unusable:
    """A path the user gave that cannot become a source, and why."""

    path: Path
    error: DepthStudioError


@dataclass(frozen=True)
class Intake:
    """What a drop turned out to be."""

    sources: tuple[Source, ...]
    scenes: tuple[Path, ...]  # opened for viewing, never a job
    unusable: tuple[Unusable, ...]
    skipped: int = 0  # files inside folders that are nothing for us

    def __bool__(self) -> bool:
        return bool(self.sources or self.scenes or self.unusable)


def take_in(places: Iterable[Path | Source]) -> Intake:
    """Look at everything that was dropped or named. Blocking: reads each file's head.

    What was named itself is answered for; what merely lies in a named folder is skipped
    when it is nothing for us, and counted. A source from the web is taken as it is.
    """
    intakes = [
        Intake((place,), (), ()) if isinstance(place, Source) else _take_in_one(place)
        for place in places
    ]
    return Intake(
        sources=tuple(source for intake in intakes for source in intake.sources),
        scenes=tuple(scene for intake in intakes for scene in intake.scenes),
        unusable=tuple(path for intake in intakes for path in intake.unusable),
        skipped=sum(intake.skipped for intake in intakes),
    )


def _take_in_one(path: Path) -> Intake:
    try:
        return _take_in_folder(path) if path.is_dir() else _sorted_out([_examine(path)])
    except InputError as error:
        return Intake((), (), (Unusable(Path(_as_text(path)), error),))


def _take_in_folder(folder: Path) -> Intake:
    _require_text(folder)
    found: list[Source | Path] = []
    unreadable: list[Path] = []
    skipped = 0
    for file in _files_below(folder, unreadable):
        try:
            found.append(_examine(file))
        except InputError:
            skipped += 1
    if not found:
        raise InputError("There is no photo or video in this folder", hint="Choose another folder")
    return _sorted_out(found, skipped + len(unreadable))


def _sorted_out(found: Sequence[Source | Path], skipped: int = 0) -> Intake:
    return Intake(
        sources=tuple(item for item in found if isinstance(item, Source)),
        scenes=tuple(item for item in found if isinstance(item, Path)),
        unusable=(),
        skipped=skipped,
    )


def _files_below(top: Path, unreadable: list[Path]) -> Iterator[Path]:
    """Every visible file below a folder, in the order a person counts.

    Folders below it that cannot be read are added to `unreadable`.
    """

    def note(error: OSError) -> None:
        if Path(error.filename) == top:
            raise InputError(
                f"The folder cannot be read: {error.strerror}", hint="Check its permissions"
            ) from error
        unreadable.append(Path(error.filename))

    from natsort import os_sorted  # brings locale tables: not worth waiting for at the start

    for folder, folders, names in os.walk(top, onerror=note):
        folders[:] = os_sorted(name for name in folders if not name.startswith("."))
        for name in os_sorted(name for name in names if not name.startswith(".")):
            yield Path(folder, name)


def _examine(path: Path) -> Source | Path:
    """A source, or the path itself when it is a scene to be viewed."""
    _require_text(path)
    found = sniff(path)
    if found.media_type in media_type.SCENES:
        return path
    return source_of(path, found)


def _require_text(path: Path) -> None:
    """Refuse a path of bytes that are no text: neither journal nor manifest can keep it."""
    text = _as_text(path)
    if text != str(path):
        raise InputError(
            f"“{Path(text).name}” has a name, or lies in a folder, that is not readable as text",
            hint="Rename it, then add it again",
            detail=text,
        )


def _as_text(path: Path) -> str:
    """The path with “?” where its bytes are no text."""
    return str(path).encode(errors="replace").decode()


def source_of(path: Path, found: Sniffed) -> Source:
    """A file as it is now, and what it was found to be."""
    try:
        stat = path.stat()
    except OSError as exc:
        raise InputError(f"The file cannot be read: {exc.strerror}") from exc
    return Source(
        path=path.absolute(),
        media_type=found.media_type,
        size_bytes=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        width_px=found.width_px,
        height_px=found.height_px,
        frame_rate_hz=found.frame_rate_hz,
        frame_count=found.frame_count,
    )


def hash_source(source: Source, check: Callable[[], None]) -> str:
    """SHA-256 of a source that is still as it was when it was added. Blocking.

    Of one from the web it is that of its address.

    Raises
    ------
    InputError
        when the file is gone, cannot be read, or has changed meanwhile
    """
    if source.is_remote:
        return sha256_bytes(source.url.encode())
    require_unchanged([source])
    with _source_errors(source):
        digest = sha256_file(source.path, lambda done: check())
    require_unchanged([source])
    return digest


def require_unchanged(sources: Iterable[Source]) -> None:
    """Fail unless every source is still as it was when it was added. Blocking.

    Raises
    ------
    InputError
        when a file is gone, cannot be looked at, or has changed meanwhile
    """
    for source in sources:
        if source.is_remote:
            continue
        with _source_errors(source):
            stat = source.path.stat()
        if (stat.st_size, stat.st_mtime_ns) != (source.size_bytes, source.mtime_ns):
            raise InputError(
                f"{source.path.name} changed after it was added",
                hint="Add it again to run the new version",
                detail=str(source.path),
            )


@contextlib.contextmanager
def _source_errors(source: Source) -> Generator[None]:
    """Turn an OSError about a source into words about its file."""
    try:
        yield
    except OSError as exc:
        raise InputError(
            f"{source.path.name} cannot be read: {exc.strerror}",
            hint="Put the file back and retry, or add it from where it is now",
            detail=str(source.path),
        ) from exc


def job_name(sources: Sequence[Source]) -> str:
    """What a row is called: its file, or the first and how many follow."""
    first = sources[0].path.name
    return first if len(sources) == 1 else f"{first} + {len(sources) - 1}"


def fitting(
    info: ProviderInfo, sources: Sequence[Source], named: Iterable[Path | Source]
) -> tuple[Source, ...]:
    """What is worth asking a provider about.

    What merely lies in a named folder is left out when it is nothing for this provider, as
    long as something else remains; what was `named` itself is answered for.
    """
    if not any(takes(info, source) for source in sources):
        return tuple(sources)
    paths = {place.absolute() for place in named if isinstance(place, Path)}
    return tuple(s for s in sources if s.is_remote or s.path in paths or takes(info, s))


def require_taken(info: ProviderInfo, sources: Sequence[Source]) -> None:
    """Fail unless the provider takes every one of these.

    Raises
    ------
    UsageError
        saying what it takes instead
    """
    if words := refusal(info, sources):
        raise UsageError(words, hint="Choose another provider for it, or leave it out")


def require_host(info: ProviderInfo, sources: Sequence[Source], host_via: str) -> None:
    """Fail when files would have to be put on the web and nobody agreed to a host.

    Raises
    ------
    HostNeeded
        naming the provider
    """
    if not host_via and needs_host(info, sources):
        raise HostNeeded(
            f"{info.title} fetches its input from the web",
            hint="Choose a host for the file, or give its own https address",
        )


def require_address(info: ProviderInfo, endpoints: Mapping[str, str]) -> None:
    """Refuse, with a `UsageError`, a provider whose server only the user can name and did not."""
    if absent := info.missing_address(endpoints):
        raise UsageError(
            f"{info.title} needs the address of its server",
            hint=f"Give it as “{absent}”: nobody has written down where it is",
        )


def grouped(
    sources: Sequence[Source], max_sources: int, *, one_scene: bool
) -> list[tuple[Source, ...]]:
    """The sources of each job: all together, or one each.

    Raises
    ------
    UsageError
        when one scene is wanted of more than a provider takes
    """
    if not one_scene:
        return [(source,) for source in sources]
    if len(sources) > max_sources:
        raise UsageError(
            f"One job takes at most {max_sources} here, not {len(sources)}",
            hint="Make one job of each",
        )
    return [tuple(sources)] if sources else []


def require_count(title: str, max_sources: int, sources: Sequence[Source]) -> None:
    """Refuse no sources, and more than a provider takes at once, with a `UsageError`."""
    if not sources:
        raise UsageError("There is nothing to run", hint="Add a photo or a video first")
    if len(sources) > max_sources:
        raise UsageError(
            f"{title} takes {max_sources} at a time, not {len(sources)}",
            hint="Make one job of each",
        )
