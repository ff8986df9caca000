"""``rounds.log``: the reports of every finished round, so that a resumed run replays them."""

from collections.abc import Sequence

import orjson

from fedbbpt.canonical import canonical_json
from fedbbpt.codec.messages import decode_report, encode_report
from fedbbpt.errors import MessageError, StorageError
from fedbbpt.messages import Report
from fedbbpt.spaces.growth import covering
from fedbbpt.storage.damage import warn_of
from fedbbpt.storage.framed_log import FramedLog


class Rounds:
    """The rounds of one run by stage and number; opening them warns of damaged records.

    Law: what was recorded is what ``recorded`` returns, in this process and in every later one.

    Args:
        log: where the rounds are.
        calls: the journal that the reports rest on; it reaches the disk before they do.
        fingerprint: identity of space, task and scoring.

    Attributes:
        damage: what was damaged in the log; a round that is lost is asked again, mostly from the
            journal.
    """

    def __init__(self, log: FramedLog, calls: FramedLog, fingerprint: str) -> None:
        self._log = log
        self._calls = calls
        self._rounds: dict[tuple[str, int], tuple[Report, ...]] = {}
        for place, payload in enumerate(log.records()):
            stage, round, reports = _decoded(payload, place)
            for report in reports:
                if report.fingerprint != covering(fingerprint, report.version):
                    raise StorageError(
                        f"rounds.log: record {place} is of another space, task or scoring; choose "
                        "another run directory"
                    )
            self._rounds[stage, round] = reports
        self.damage = log.damage
        warn_of(log.path, self.damage)

    def recorded(self, stage: str, round: int) -> tuple[Report, ...] | None:
        """Return the reports of a finished round, or None."""
        return self._rounds.get((stage, round))

    def record(self, stage: str, round: int, reports: Sequence[Report]) -> None:
        """Keep the reports of a round, durably, before they are used.

        Raises:
            StorageError: the log cannot be written; the round is not recorded.
        """
        ordered = tuple(sorted(reports, key=lambda report: report.client))
        record = {
            "stage": stage,
            "round": round,
            "reports": [orjson.loads(encode_report(report)) for report in ordered],
        }
        self._calls.sync()
        self._log.append(canonical_json(record))
        self._log.sync()
        self._rounds[stage, round] = ordered


def _decoded(payload: bytes, place: int) -> tuple[str, int, tuple[Report, ...]]:
    try:
        body = orjson.loads(payload)
        reports = tuple(decode_report(canonical_json(report)) for report in body["reports"])
        return str(body["stage"]), int(body["round"]), reports
    except (ValueError, KeyError, TypeError, MessageError) as error:
        raise StorageError(f"rounds.log: record {place} cannot be read: {error}") from error
