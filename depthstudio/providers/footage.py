"""Gets photos and videos ready to be sent: in order, and in a form the service reads.

Services sort by name, drop what they cannot read without a word, and ignore how a camera was
held. So everything is sent under a number, and what they would misread as a PNG.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from depthstudio.core.errors import FormatError, InputError
from depthstudio.core.job import Source
from depthstudio.formats import media_type

# What every service takes for what it is; others, such as CMYK, are misread by some.
_PLAIN_MODES = frozenset({"L", "LA", "RGB", "RGBA"})


@dataclass(frozen=True)
class Prepared:
    """A file ready to be sent: the user's own or one made of it, and its name there."""

    path: Path
    sent_as: str


def prepared(
    sources: Sequence[Source],
    folder: Path,
    *,
    as_is: Collection[str],
    check: Callable[[], None],
    progress: Callable[[float], None] = lambda fraction: None,
) -> list[Prepared]:
    """Every source under a number that keeps its place, converted where it has to be.

    Blocking. A photo goes as it is when its type is in `as_is` and it has 8 bits, plain
    colours and no EXIF rotation; any other becomes an upright 8-bit sRGB PNG in `folder`,
    whole or not at all. One that is there from an earlier attempt is written anew. `check`
    may raise to give up; `progress` hears of every share from 0 to 1 that is done.

    Raises
    ------
    InputError
        when a file cannot be read, or is a video of a type that is not in `as_is`
    OSError
        when `folder` cannot be written
    """
    ready: list[Prepared] = []
    for number, source in enumerate(sources):
        check()
        progress(number / len(sources))
        try:
            ready.append(_prepared(source, f"{number:06}", folder, as_is))
        except FormatError as error:
            raise InputError(str(error), hint=error.hint, detail=error.detail) from error
    progress(1.0)
    return ready


def stride(rate_hz: float, wanted_hz: float) -> int:
    """Every how many frames one is kept, to come near to `wanted_hz` but not below it."""
    if rate_hz <= 0 or wanted_hz <= 0:
        return 1
    return max(1, int(rate_hz / wanted_hz))


def sampled(rate_hz: float, count: int, wanted_hz: float) -> tuple[int, float]:
    """How many frames of a video are kept at a wanted rate, and the rate they then have.

    Counted as Depth Anything 3 does: frames count from 1, and every k-th is kept.
    """
    step = stride(rate_hz, wanted_hz)
    return count // step, rate_hz / step


def _prepared(source: Source, name: str, folder: Path, as_is: Collection[str]) -> Prepared:
    goes_as_it_is = source.media_type in as_is
    if source.media_type not in media_type.PICTURES:
        if not goes_as_it_is:
            raise InputError(
                f"{source.path.name} is a video of a kind that cannot be sent",
                hint="Convert it to an MP4 file, then add it again",
            )
    elif not (goes_as_it_is and _is_plain(source.path)):
        return _converted(source.path, folder / f"{name}.png")
    return Prepared(source.path, name + media_type.ending(source.media_type))


def _is_plain(path: Path) -> bool:
    """Whether a reader that knows nothing of depth, rotation and inks sees what we see."""
    from depthstudio.formats.deep_image import has_deep_samples
    from depthstudio.formats.image_header import exif_orientation, opened_image

    with opened_image(path) as image:
        return (
            image.mode in _PLAIN_MODES
            and not has_deep_samples(image)
            and exif_orientation(image) == 1
        )


def _converted(path: Path, target: Path) -> Prepared:
    from depthstudio.formats.image import read_photo, write_png

    target.parent.mkdir(parents=True, exist_ok=True)
    write_png(target, read_photo(path))
    return Prepared(target, target.name)
