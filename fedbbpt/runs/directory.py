"""A run's folder: what lies where, whose it is, and how it is read by a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from fedbbpt.canonical import canonical_json
from fedbbpt.endpoints.records.call_records import ANSWER_ENDS
from fedbbpt.errors import StorageError
from fedbbpt.safe_text import safe_json
from fedbbpt.storage.atomic import write_atomic
from fedbbpt.storage.reading import read_log

CALLS = "calls.log"
ROUNDS = "rounds.log"
RUN = "run.json"
RESULTS = "results.json"
STATS = "stats.json"
SIMULATION = "simulation.json"
REPORT = "report.html"
TUNED = "tuned.txt"
MIX = "mix.json"
_INDENTED = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


@dataclass(frozen=True, slots=True)
class RunDirectory:
    """The files of one run.

    Attributes:
        path: the folder.
    """

    path: Path

    @property
    def calls(self) -> Path:
        """The journal of calls."""
        return self.path / CALLS

    @property
    def rounds(self) -> Path:
        """The reports of every round."""
        return self.path / ROUNDS

    @property
    def openings(self) -> Path:
        """Which runs beside this one opened which sealed test split."""
        return self.path.parent / "test-openings.log"

    def make(self) -> None:
        """Make the folder, if it is not there yet.

        Raises:
            StorageError: it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be made: {error.strerror}") from error

    def claim(self, identity: str, payload: Mapping[str, object]) -> None:
        """Make the folder this run's, or check that it is; only the owner of its lock may.

        A run that never got a reply leaves its folder to the next: whoever mends the settings that
        the endpoint refused goes on in the same place.

        Raises:
            StorageError: the folder holds another run, or cannot be read or written.
        """
        earlier = self.settings()
        if earlier is None or (earlier["identity"] != identity and not self._answered()):
            self.write_json(RUN, {"identity": identity, "run": payload})
        elif earlier["identity"] != identity:
            raise StorageError(
                f"{self.path}: holds another run ({_differences(earlier['run'], payload)}); "
                "choose another folder with --dir, or give the run file its old content"
            )

    def _answered(self) -> bool:
        """Tell whether a reply or a report is kept here, or something that cannot be read."""
        rounds, calls = read_log(self.rounds), read_log(self.calls)
        kept = any(record.endswith(ANSWER_ENDS) for record in calls.records)
        return bool(kept or rounds.records or rounds.damaged or calls.damaged)

    def settings(self) -> dict[str, object] | None:
        """Return what ``claim`` wrote, or None in a fresh folder.

        Raises:
            StorageError: the file is there but cannot be read.
        """
        path = self.path / RUN
        try:
            found = orjson.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            raise StorageError(f"{path}: cannot be read: {error}") from error
        if not isinstance(found, dict) or not {"identity", "run"} <= found.keys():
            raise StorageError(f"{path}: not the settings of a run")
        return found

    def write(self, name: str, data: bytes) -> Path:
        """Write a file of the run, whole or not at all, and return its path."""
        path = self.path / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"{path.parent}: cannot be made: {error.strerror}") from error
        write_atomic(path, data)
        return path

    def write_json(self, name: str, payload: Mapping[str, object]) -> Path:
        """Write JSON that a person can read."""
        values = orjson.loads(canonical_json(payload))
        return self.write(name, safe_json(orjson.dumps(values, option=_INDENTED)))


def _differences(earlier: object, now: Mapping[str, object]) -> str:
    if not isinstance(earlier, dict):
        return "its settings cannot be compared"
    plain = orjson.loads(canonical_json(now))
    # To change as one likes: results do not depend on them.
    free = {"base", "cache", "caps", "directory", "prices", "track"}
    keys = (plain.keys() | earlier.keys()) - free
    differing = sorted(key for key in keys if plain.get(key) != earlier.get(key))
    return f"different: {', '.join(differing)}" if differing else "different data"
