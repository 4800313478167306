"""The input of a request that brings its picture along, read while it is sent."""

from binascii import b2a_base64
from collections.abc import Generator
from pathlib import Path

from depthstudio.providers.transport.file_pieces import file_pieces, size_of


class PictureInside:
    """``{"image_url": "data:…"}`` of one file, as the body of a request."""

    def __init__(self, path: Path, media_type: str) -> None:
        self._path = path
        self._file_bytes = size_of(path)
        self._head = f'{{"image_url":"data:{media_type};base64,'.encode()
        self._end = b'"}'
        encoded_bytes = (self._file_bytes + 2) // 3 * 4
        self.size_bytes = len(self._head) + encoded_bytes + len(self._end)

    def pieces(self) -> Generator[bytes]:
        """The bytes from the first one, in pieces of a little more than a mebibyte."""
        encoded, left = self._head, b""
        for data in file_pieces(self._path, self._file_bytes):
            waiting = left + data
            whole_bytes = len(waiting) - len(waiting) % 3
            left = waiting[whole_bytes:]
            encoded += b2a_base64(waiting[:whole_bytes], newline=False)
            if encoded:
                yield encoded
            encoded = b""
        yield encoded + b2a_base64(left, newline=False) + self._end
