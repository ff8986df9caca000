"""Where finished cells lie: one file each, named after what was computed, written whole."""

from typing import NamedTuple

import orjson

from fedbbpt.canonical import canonical_json, digest
from fedbbpt.config.prepare import Prepared
from fedbbpt.errors import StorageError
from fedbbpt.experiment.compare.cells import Cell, CellResult
from fedbbpt.experiment.compare.field import Contender
from fedbbpt.experiment.identity import data_digest
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.safe_text import safe_json
from fedbbpt.splits import split_digest


class Kept(NamedTuple):
    """A finished cell and the seconds that it took when it ran."""

    result: CellResult
    seconds: float


class Shelf:
    """Finished cells of one folder.

    Laws: what was put is what is found, by a later process too; a cell whose task, method, data or
    model has changed is another one, and is not found.

    Args:
        directory: the folder of the comparison.
        prepared: any contender's run; all are on the same data.
    """

    def __init__(self, directory: RunDirectory, prepared: Prepared) -> None:
        self._directory = directory
        self._split = [split_digest(prepared.data), data_digest(prepared)]

    def find(self, cell: Cell, contender: Contender) -> Kept | None:
        """Return the finished cell, or None where it has not been finished.

        Raises:
            StorageError: its file cannot be read or is of another version.
        """
        path = self._directory.path / self._name(cell, contender)
        try:
            body = orjson.loads(path.read_bytes())
            return Kept(CellResult.from_payload(body["result"]), float(body["seconds"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StorageError(
                f"{path}: cannot be read ({error}); delete this file, and its search is done again "
                "from the journal"
            ) from error

    def put(self, contender: Contender, kept: Kept) -> None:
        """Keep a finished cell.

        Raises:
            StorageError: it cannot be written.
        """
        body = {"result": kept.result.payload(), "seconds": round(kept.seconds, 3)}
        name = self._name(kept.result.cell, contender)
        self._directory.write(name, safe_json(canonical_json(body) + b"\n"))

    def _name(self, cell: Cell, contender: Contender) -> str:
        prepared = contender.prepared
        models = {name: profile.identity for name, profile in sorted(prepared.profiles.items())}
        who = [cell.row, cell.hand, cell.seed, cell.rounds]
        identity = digest([prepared.run.identity, *self._split, models, who])
        return f"cells/{cell.name}_{identity[:12]}.json"
