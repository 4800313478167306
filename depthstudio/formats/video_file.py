"""Opens videos through FFmpeg: one set of limits, and one kind of error."""

import contextlib
import ctypes
import functools
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, cast

import av
from av import error as av_error
from av import frame as frame_module
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.stream import VideoStream

from depthstudio.core.errors import FormatError, InputError
from depthstudio.formats import media_type
from depthstudio.formats.brands import container_kind

# 8K has 33 megapixels, the largest cameras 80; a frame is 4 to 8 bytes for each while decoded.
MAX_FRAME_PIXELS = 100_000_000
MAX_FRAMES = 2_000_000
MAX_ALLOCATION_BYTES = 1 << 29  # one plane of the largest frame, and the longest table of frames
_HEAD_BYTES = 512

# Named, so that FFmpeg never guesses: its guesses include playlists that lead elsewhere.
_DEMUXERS = {
    media_type.MP4: "mov",
    media_type.MOV: "mov",
    media_type.MKV: "matroska",
    media_type.WEBM: "matroska",
    media_type.AVI: "avi",
    media_type.MPEG_TS: "mpegts",
}
# Nothing but the file that was opened: no other file and no address named inside it.
_OPTIONS = {"protocol_whitelist": "none", "enable_drefs": "0"}


@functools.cache
def limit_allocations() -> None:
    """Keep FFmpeg from believing a file of a few bytes that says it needs many.

    FFmpeg's own setting, which PyAV does not hand on. Where it cannot be found, as on Windows,
    a damaged file may cost some gigabytes for a moment.
    """
    with contextlib.suppress(OSError, AttributeError):
        library = ctypes.CDLL(frame_module.__file__)  # looks in what this one is linked to, too
        library.av_max_alloc(ctypes.c_size_t(MAX_ALLOCATION_BYTES))


@contextlib.contextmanager
def opened_video(path: Path, kind: str = "") -> Generator[tuple[InputContainer, VideoStream]]:
    """A video with its headers read, and its first stream of moving pictures.

    Whatever FFmpeg refuses inside the ``with`` block is a damaged file. `kind` is its media
    type where that is known.

    Raises
    ------
    InputError
        when the file cannot be read
    FormatError
        when it is not a video, is damaged, holds no moving pictures, or is too large
    """
    with video_errors(path), path.open("rb") as file:
        kind = kind or container_kind(file.read(_HEAD_BYTES))
        if kind not in _DEMUXERS:
            raise FormatError(f"{path.name} is not a video", hint="Choose another file")
        file.seek(0)
        limit_allocations()
        with av.open(
            file, "r", format=_DEMUXERS[kind], container_options=_options_of(_DEMUXERS[kind])
        ) as container:
            yield container, _moving_pictures(container, path.name)


@contextlib.contextmanager
def video_errors(path: Path) -> Generator[None]:
    """Say of a file what FFmpeg says in numbers."""
    try:
        yield
    except av_error.MemoryError as exc:
        raise FormatError(
            f"{path.name} does not fit into memory", hint="Close other programs or make it smaller"
        ) from exc
    except (av_error.DecoderNotFoundError, av_error.PatchWelcomeError) as exc:
        raise FormatError(
            f"{path.name} uses a video codec that this program does not read",
            hint="Convert it to H.264 in an MP4 file",
            detail=str(exc),
        ) from exc
    except av_error.FFmpegError as exc:
        raise damaged(path.name, str(exc)) from exc
    except OSError as exc:
        raise InputError(
            f"{path.name} cannot be read: {exc.strerror or exc}",
            hint="Check that it still exists and that you may read it",
        ) from exc
    except (ValueError, OverflowError, EOFError) as exc:
        raise damaged(path.name, f"{type(exc).__name__}: {exc}") from exc


def packets_of(
    container: InputContainer, stream: VideoStream, check: Callable[[], None]
) -> Iterator["Packet[VideoStream]"]:
    """The packets that become frames, in the order they are decoded.

    Raises
    ------
    FormatError
        as `refuse_long`
    """
    for number, packet in enumerate(container.demux(stream)):
        check()
        refuse_long(number)
        if packet.size and not packet.is_discard and is_shown(packet, stream):
            yield packet


def is_shown(packet: "Packet[VideoStream]", stream: VideoStream) -> bool:
    """Whether a packet is for showing: VP8 has some that only help to decode others."""
    if stream.codec_context.codec.canonical_name != "vp8":
        return True
    return bool(bytes(memoryview(packet)[:1])[0] & 0x10)


def refuse_large(width_px: int, height_px: int) -> None:
    """Raise FormatError for frames that nobody films."""
    if width_px * height_px > MAX_FRAME_PIXELS:
        raise FormatError(
            f"Frames of {width_px} × {height_px} pixels are larger than any that are read",
            hint="Save a smaller copy of the video",
        )


def refuse_long(frames: int) -> None:
    """Raise FormatError for more frames than any video has."""
    if frames > MAX_FRAMES:
        raise FormatError(
            f"This video has more than {MAX_FRAMES:,} frames, the most that are read",
            hint="Cut it into parts",
        )


def _options_of(demuxer: str) -> dict[str, str]:
    if demuxer == "mov":
        return _OPTIONS
    return {name: value for name, value in _OPTIONS.items() if name != "enable_drefs"}


def _moving_pictures(container: InputContainer, name: str) -> VideoStream:
    """The first stream that is a film, not the cover of a sound file."""
    for stream in container.streams.video:
        if not int(stream.disposition) & int(Disposition.attached_pic):
            # A codec that nobody knows has no context at all.
            if cast("Any", stream.codec_context) is None:
                raise av_error.DecoderNotFoundError(-1, "no decoder")
            refuse_large(stream.codec_context.width, stream.codec_context.height)
            return stream
    raise FormatError(f"{name} holds no moving pictures", hint="Choose another file")


def damaged(name: str, detail: str) -> FormatError:
    """The error for what begins like a video and cannot be decoded as one."""
    return FormatError(
        f"{name} is damaged or cut short and cannot be decoded",
        hint="Copy or download it again, or save it again in the program that made it",
        detail=detail,
    )
