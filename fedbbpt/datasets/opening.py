"""A source opened as records, by the kind that its name says."""

from pathlib import Path

from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.csv_file import csv_rows
from fedbbpt.datasets.hugging_face import dataset_rows
from fedbbpt.datasets.json_file import json_rows
from fedbbpt.datasets.jsonl import jsonl_rows
from fedbbpt.datasets.parquet import parquet_rows
from fedbbpt.datasets.rows import Origin, Rows
from fedbbpt.datasets.source import Source
from fedbbpt.datasets.text_file import read_text
from fedbbpt.errors import DataError

TABLES = frozenset({".csv", ".tsv", ".csv.gz", ".tsv.gz"})
_TAKEN = "give a .jsonl or .csv file, .tsv, .json, .parquet, or hf:DATA_SET"
_SAVE = "save it as CSV in UTF-8"
_REMEDIES = {".xls": _SAVE, ".xlsx": _SAVE, ".ods": _SAVE, ".zip": "unpack it first"}


def open_rows(source: Source, columns: Columns) -> Rows:
    """Return the records of a file or a data set.

    Args:
        source: where they are.
        columns: which column holds which part; a CSV file is cut where these are found.

    Raises:
        DataError: the source is missing, unreadable, malformed or of a kind that is not read, or
            the library that reads it is not installed.
    """
    if source.kind != "file":
        return dataset_rows(source)
    path = Path(source.place)
    origin = Origin(str(path), source.stem)
    match source.suffix:
        case suffix if suffix in TABLES:
            rows = csv_rows(path, read_text(path), columns)
            return Rows(origin, "CSV, with a header line", rows)
        case ".jsonl" | ".jsonl.gz":
            return Rows(origin, "JSONL, one object a line", jsonl_rows(path, read_text(path)))
        case ".json" | ".json.gz":
            return json_rows(path, read_text(path), origin)
        case ".parquet":
            return parquet_rows(path, Origin(str(path), source.stem, "row"))
        case suffix:
            remedy = _REMEDIES.get(suffix, _TAKEN)
            raise DataError(f"{path}: the kind {suffix or '(none)'!r} is not read; {remedy}")
