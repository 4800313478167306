"""Bounds what a file can make us allocate by the size it has itself."""

from depthstudio.core.errors import FormatError

_FREE_BYTES = 64 << 20
# The dearest honest conversion, a strip of 8-bit indices, takes 12 bytes for one.
_BYTES_PER_FILE_BYTE = 32


class MemoryBudget:
    """Counts the bytes that reading one file allocates; shared data is counted once."""

    def __init__(self, file_name: str, file_size_bytes: int) -> None:
        self._file_name = file_name
        self._left_bytes = _FREE_BYTES + _BYTES_PER_FILE_BYTE * file_size_bytes

    def charge(self, size_bytes: int) -> None:
        """Call before an allocation.

        Raises
        ------
        FormatError
            when the file asks for far more memory than its size can justify
        """
        self._left_bytes -= size_bytes
        if self._left_bytes < 0:
            raise FormatError(
                f"{self._file_name} asks for far more memory than a file of its size needs",
                hint="The file is damaged or made to do harm. Export it again",
            )
