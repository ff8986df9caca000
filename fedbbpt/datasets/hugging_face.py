"""Data sets in the form of the ``datasets`` library, which is loaded here and nowhere else."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Protocol

from fedbbpt.closest import did_you_mean
from fedbbpt.datasets.arrow_table import ArrowTable, table_rows
from fedbbpt.datasets.extras import installed
from fedbbpt.datasets.rows import Origin, Rows
from fedbbpt.datasets.source import Source
from fedbbpt.errors import DataError


class _Features(Protocol):
    def to_dict(self) -> dict[str, object]: ...


class _Formatted(Protocol):
    def __getitem__(self, wanted: slice) -> ArrowTable: ...


class _Dataset(Protocol):
    """The part of the library's data set that is used here."""

    features: _Features
    split: object

    def with_format(self, kind: str) -> _Formatted: ...


def dataset_rows(source: Source) -> Rows:
    """Return the records of one split of a data set.

    A saved one is read from its folder. One of the hub is fetched by the library, or taken from its
    cache; nothing is sent there but its name.

    Raises:
        DataError: no such data set or split, several splits and none named, not readable, or the
            library is not installed.
    """
    if source.kind == "saved" and not Path(source.place).is_dir():
        raise DataError(f"{source}: no such folder; check the path")
    library = installed("datasets", "hf", str(source))
    found = _saved(library, source) if source.kind == "saved" else _of_hub(library, source)
    chosen = _split(source, found) if isinstance(found, Mapping) else _only(source, found)
    kind = "data set saved to disk" if source.kind == "saved" else "data set of the hub"
    table = chosen.with_format("arrow")[:]
    origin = Origin(str(source), source.stem, "row")
    return table_rows(table, chosen.features.to_dict(), origin, kind)


_Found = Mapping[str, _Dataset] | _Dataset


def _saved(library: ModuleType, source: Source) -> _Found:
    try:
        found: _Found = library.load_from_disk(source.place)
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"{source}: not a data set ({_line(error)}); write the folder with save_to_disk"
        ) from error
    return found


def _of_hub(library: ModuleType, source: Source) -> _Found:
    try:
        found: _Found = library.load_dataset(
            source.place, source.subset or None, split=source.split or None
        )
    except (OSError, ValueError, RuntimeError, library.exceptions.DatasetsError) as error:
        raise DataError(
            f"{source}: cannot be loaded ({_line(error)}); check the name, or save the data set "
            "with save_to_disk and give hf:./FOLDER"
        ) from error
    return found


def _split(source: Source, found: Mapping[str, _Dataset]) -> _Dataset:
    names = sorted(found)
    if not source.split and len(names) == 1:
        return found[names[0]]
    if not source.split:
        usual = "train" if "train" in names or not names else names[0]
        raise DataError(
            f"{source}: {len(names)} splits and none is named; say which, for example "
            f"{source}#{usual} ({_spoken(names)})"
        )
    if source.split not in found:
        raise DataError(
            f"{source}: no split {source.split!r}{did_you_mean(source.split, names)} "
            f"({_spoken(names)})"
        )
    return found[source.split]


def _only(source: Source, found: _Dataset) -> _Dataset:
    """Return a data set that has no splits, unless another part of it than it is was asked for."""
    if source.kind == "saved" and source.split and source.split != str(found.split):
        own = f"is the split {found.split} alone" if found.split else "was saved without splits"
        raise DataError(f"{source}: the data set {own}; leave out #{source.split}")
    return found


def _spoken(names: list[str]) -> str:
    return f"present: {', '.join(map(repr, names)) or 'none'}"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
