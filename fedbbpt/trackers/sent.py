"""What a tracker was told already, kept in the run's folder: a resumed run tells nothing twice."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from fedbbpt.canonical import canonical_json, digest
from fedbbpt.errors import StorageError
from fedbbpt.storage.atomic import write_atomic

FILE = "tracking.json"


@dataclass(slots=True)
class Sent:
    """The memory of one run at one tracker.

    A message is noted before it is sent and struck off where it certainly did not arrive. A kill in
    between leaves it noted: it may be missing at the tracker, but is never there twice.

    Attributes:
        path: of the file.
        tracker: digest of the tracker and the run; any other is told everything.
        token: names the run there.
        ids: of the messages, in the order they were sent.
        failures: how many messages did not arrive, over all processes.
    """

    path: Path
    tracker: str
    token: str = field(default_factory=lambda: secrets.token_hex(8))
    ids: list[str] = field(default_factory=list)
    failures: int = 0

    def note(self, id: str) -> None:
        """Note a message that is about to be sent, durably."""
        self.ids.append(id)
        self._write()

    def strike(self, lost: set[str]) -> None:
        """Strike off and count messages that did not arrive."""
        if lost:
            self.ids = [id for id in self.ids if id not in lost]
            self.failures += len(lost)
            self._write()

    def _write(self) -> None:
        body = {
            "tracker": self.tracker,
            "token": self.token,
            "ids": self.ids,
            "failures": self.failures,
        }
        write_atomic(self.path, canonical_json(body))


def recalled(folder: Path, *identity: object) -> Sent:
    """Return what a tracker was told about the run in a folder.

    Args:
        folder: of the run.
        identity: of the tracker and the run: JSON values; another one was told nothing.

    Raises:
        StorageError: the file is there but cannot be read.
    """
    path, tracker = folder / FILE, digest(identity)
    try:
        body = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return Sent(path, tracker)
    except (OSError, ValueError) as error:
        raise StorageError(f"{path}: cannot be read: {error}; remove it to start over") from error
    match body:
        case {"tracker": str(), "token": str(token), "ids": list(ids), "failures": int(failures)}:
            known = Sent(path, tracker, token, [str(id) for id in ids], failures)
        case _:
            raise StorageError(f"{path}: not what a run writes; remove it to start over")
    return known if body["tracker"] == tracker else Sent(path, tracker)
