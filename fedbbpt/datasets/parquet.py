"""Parquet files, through pyarrow, which is loaded here and nowhere else."""

import json
from collections.abc import Mapping
from pathlib import Path

from fedbbpt.datasets.arrow_table import table_rows
from fedbbpt.datasets.extras import installed
from fedbbpt.datasets.rows import Origin, Rows
from fedbbpt.errors import DataError

_NOTES = b"huggingface"


def parquet_rows(path: Path, origin: Origin) -> Rows:
    """Return the records of a file.

    Raises:
        DataError: no such file, not readable, not Parquet, or pyarrow is not installed.
    """
    if not path.exists():
        raise DataError(f"{path}: no such file; check the path")
    if path.is_dir():
        raise DataError(f"{path}: cannot be read (it is a folder); give one file")
    library = installed("pyarrow.parquet", "parquet", str(path))
    try:
        with library.ParquetFile(path) as file:
            table = file.read()
    except (OSError, ValueError) as error:  # Arrow's own errors are of these two kinds
        said = " ".join(str(error).split())
        raise DataError(f"{path}: not Parquet ({said}); write the file again") from error
    return table_rows(table, _features(path, table.schema.metadata or {}), origin, "Parquet")


def _features(path: Path, metadata: Mapping[bytes, bytes]) -> Mapping[str, object]:
    """Return what the ``datasets`` library noted about the columns when it wrote the file."""
    try:
        notes = json.loads(metadata.get(_NOTES, b"{}"))
    except ValueError as error:
        raise DataError(
            f"{path}: the note {_NOTES.decode()!r} in it is not JSON; write the file again"
        ) from error
    match notes:
        case {"info": {"features": {**features}}}:
            return {str(name): feature for name, feature in features.items()}
        case _:
            return {}
