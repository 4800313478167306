"""Reads answers with whole files in them as text, of which no more than a slice is in memory.

All that is done to an answer in one call of C is done to a slice: such a call lets nobody else go
on, and for a whole video it would take seconds. Everything here blocks.
"""

import binascii
import mmap
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

import msgspec

SLICE_BYTES = 1 << 20
LONGEST_KEPT_BYTES = 16 << 10  # longer texts are left where they are
LONGEST_OUTLINE_BYTES = 1 << 20
LONGEST_ESCAPE_BYTES = 6  # “\u002b”


class NotReadable(ValueError):
    """It is no JSON, or no file as text."""


class Place(msgspec.Struct):
    """Where a long text stands in the answer, in bytes, without its quotes."""

    start: int
    end: int


@contextmanager
def opened_answer(path: Path) -> Generator[mmap.mmap]:
    """The bytes of an answer that is on disk.

    Raises
    ------
    NotReadable
        when it is empty
    """
    with path.open("rb") as file:
        if path.stat().st_size == 0:
            raise NotReadable("nothing")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as answer:
            yield answer


def outline_of(answer: mmap.mmap) -> bytes:
    """The JSON of an answer in which a `Place` stands for each long text.

    Raises
    ------
    NotReadable
        when that is still too long, or a text has no end
    """
    parts: list[bytes] = []
    kept_to = position = outline_bytes = 0
    while (start := _next_quote(answer, position) + 1) > 0:
        end = _end_of_text(answer, start)
        if end - start > LONGEST_KEPT_BYTES:
            place = msgspec.json.encode(Place(start, end))
            parts += [_some(answer, kept_to, start - 1), place]
            outline_bytes += len(parts[-2]) + len(place)
            kept_to = end + 1
        position = end + 1
        if outline_bytes + position - kept_to > LONGEST_OUTLINE_BYTES:
            raise NotReadable("too much beside the files")
    return b"".join([*parts, _some(answer, kept_to, len(answer))])


def bytes_in(answer: mmap.mmap, place: Place) -> Generator[bytes]:
    """What the base64 there stands for, piece by piece.

    Raises
    ------
    NotReadable
        when it is no base64
    """
    if not 0 <= place.start <= place.end <= len(answer):
        raise NotReadable("elsewhere")
    slices = (
        answer[at : min(at + SLICE_BYTES, place.end)]
        for at in range(place.start, place.end, SLICE_BYTES)
    )
    yield from decoded(_without_escapes(slices))


def decoded(texts: Iterable[bytes]) -> Generator[bytes]:
    """The same of base64 that comes in pieces of any length."""
    left, has_ended = b"", False
    for text in texts:
        if has_ended and text:
            raise NotReadable("more after its end")
        waiting = left + text
        whole_bytes = len(waiting) - len(waiting) % 4
        has_ended = waiting[:whole_bytes].endswith(b"=")
        left = waiting[whole_bytes:]
        yield _of_base64(waiting[:whole_bytes])
    if left:
        raise NotReadable("cut short")


def _of_base64(text: bytes) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error as error:
        raise NotReadable(str(error)) from None


def _without_escapes(slices: Iterable[bytes]) -> Generator[bytes]:
    """Text as it is meant: some write “/” as “\\/”, and “+” as “\\u002b”."""
    left = b""
    for one in slices:
        text = left + one
        escape = text.rfind(b"\\", max(0, len(text) - LONGEST_ESCAPE_BYTES + 1))
        text, left = (text, b"") if escape < 0 else (text[:escape], text[escape:])
        yield _unescaped(text)
    yield _unescaped(left)


def _unescaped(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    try:
        return msgspec.json.decode(b'"%s"' % text, type=str).encode()
    except (msgspec.DecodeError, UnicodeError) as error:
        raise NotReadable(str(error)) from None


def _next_quote(answer: mmap.mmap, position: int) -> int:
    """Where the next text begins, -1 if none does within what an outline may be."""
    end = min(position + LONGEST_OUTLINE_BYTES + 1, len(answer))
    return answer.find(b'"', position, end)


def _end_of_text(answer: mmap.mmap, start: int) -> int:
    """Where the quote is that ends the text which begins at `start`."""
    at = start
    while at < len(answer):
        piece = answer[at : at + SLICE_BYTES].replace(b"\\\\", b"..")
        if len(piece) > 1 and piece.endswith(b"\\"):
            piece = piece[:-1]  # what it escapes is in the next slice
        if (found := piece.replace(b'\\"', b"..").find(b'"')) >= 0:
            return at + found
        at += len(piece)
    raise NotReadable("a text without an end")


def _some(answer: mmap.mmap, start: int, end: int) -> bytes:
    if end - start > LONGEST_OUTLINE_BYTES:
        raise NotReadable("too much beside the files")
    return answer[start:end]
