"""Files as multipart/form-data, read while they are sent. Reading blocks."""

import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from pathlib import Path

from depthstudio.providers.transport.file_pieces import PIECE_BYTES, file_pieces, size_of

# As browsers write names, and RFC 7578 allows: UTF-8, with what would end the name escaped.
_ESCAPES = {'"': "%22", "\r": "%0D", "\n": "%0A", "\\": "\\\\"}


def part_head(field: str, name: str, boundary: str) -> bytes:
    """What stands before the bytes of one file."""
    lines = (
        f"--{boundary}",
        f'Content-Disposition: form-data; name="{_escaped(field)}"; filename="{_escaped(name)}"',
        "Content-Type: application/octet-stream",
        "",
        "",
    )
    # A name the system could not decode has characters that UTF-8 does not have.
    return "\r\n".join(lines).encode(errors="replace")


def text_part(field: str, text: str, boundary: str) -> bytes:
    """A whole part that holds no file but text."""
    lines = (
        f"--{boundary}",
        f'Content-Disposition: form-data; name="{_escaped(field)}"',
        "",
        text,
        "",
    )
    return "\r\n".join(lines).encode(errors="replace")


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character, character) for character in text)


class Form:
    """What is sent: texts, heads, files and the end, with a length known beforehand."""

    def __init__(
        self,
        field: str,
        files: Sequence[tuple[str, Path]],
        texts: Mapping[str, str] | None = None,
    ) -> None:
        self.boundary = os.urandom(16).hex()
        self._texts = b"".join(
            text_part(name, text, self.boundary) for name, text in (texts or {}).items()
        )
        self._parts = [
            (part_head(field, name, self.boundary), path, size_of(path)) for name, path in files
        ]
        self._end = f"--{self.boundary}--\r\n".encode()
        self.size_bytes = (
            len(self._texts)
            + len(self._end)
            + sum(len(head) + size_bytes + len(b"\r\n") for head, _, size_bytes in self._parts)
        )

    def pieces(self) -> Generator[bytes]:
        """Everything from the first byte, in pieces of `PIECE_BYTES` or a little more."""
        collected: list[bytes] = []
        size_bytes = 0
        for data in self._bytes():
            collected.append(data)
            size_bytes += len(data)
            if size_bytes >= PIECE_BYTES:
                yield b"".join(collected)
                collected, size_bytes = [], 0
        yield b"".join(collected)

    def _bytes(self) -> Iterator[bytes]:
        if self._texts:
            yield self._texts
        for head, path, size_bytes in self._parts:
            yield head
            yield from file_pieces(path, size_bytes)
            yield b"\r\n"
        yield self._end
