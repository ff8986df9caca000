"""Reading a whole text file, or saying exactly why it is not one."""

from pathlib import Path

from fedbbpt.datasets.rows import refusal
from fedbbpt.errors import DataError


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file, without a byte order mark and with its own line ends.

    Raises:
        DataError: no such file, not readable, empty, not UTF-8, or NUL bytes inside.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file; check the path in the owner's file") from error
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}); give a readable file"
        ) from error
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
