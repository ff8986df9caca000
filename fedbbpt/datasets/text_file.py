"""Reading a whole text file, packed or not, or saying exactly why it is not one."""

import gzip
import zlib
from pathlib import Path

from fedbbpt.datasets.rows import refusal
from fedbbpt.errors import DataError


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, without a byte order mark and with its own line ends.

    A file whose name ends in ``.gz`` is unpacked.

    Raises:
        DataError: no such file, not readable, broken, empty, not UTF-8, or NUL bytes inside.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; check the path") from error
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); give a readable file"
        ) from error
    if path.suffix.lower() == ".gz":
        data = _unpacked(path, data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder counts from behind the mark that it has taken off.
        offset = len(data) - len(error.object) + error.start
        line = data.count(b"\n", 0, offset) + 1
        raise refusal(
            path,
            line,
            f"not UTF-8 at byte offset {offset}; convert the file, for example with "
            "iconv -f CP1252 -t UTF-8",
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise refusal(path, line, "a NUL byte; if the file is UTF-16, convert it to UTF-8")
    if not text.strip():
        raise DataError(f"{path}: the file is empty; it needs at least one example")
    return text


def _unpacked(path: Path, data: bytes) -> bytes:
    try:
        return gzip.decompress(data)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path}: not a whole gzip file ({error}); pack it again") from error
