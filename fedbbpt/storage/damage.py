"""What is wrong with a log: its damaged records by number, what they hide at most, the words."""

import logging
from pathlib import Path
from typing import NamedTuple, Self

from fedbbpt.safe_text import safe_text
from fedbbpt.storage.scan import Scan

SHOWN = 5
"""Numbers of damaged records that are named; of the others the count is."""

_LOG = logging.getLogger(__name__)


class Damage(NamedTuple):
    """What is damaged in a log.

    Attributes:
        numbers: of the damaged records, from 0.
        spans: of each, 0 where it is one record, else the bytes in which no record can be made out.
        header: True where the first bytes of the file are damaged.
    """

    numbers: tuple[int, ...] = ()
    spans: tuple[int, ...] = ()
    header: bool = False

    @classmethod
    def found(cls, scan: Scan) -> Self:
        """Return what a pass over a log found, as far as it came."""
        return cls(tuple(scan.damaged), tuple(scan.spans), scan.header_damaged)

    def most_lost(self, least: int) -> int:
        """Return how many records, of ``least`` bytes or more each, it hides at most."""
        return sum(max(1, span // least) for span in self.spans)

    def text(self, meaningless: int = 0) -> str:
        """Return what is wrong in words, empty where nothing is.

        Args:
            meaningless: sound records that mean nothing to their reader.

        >>> Damage((3, 17), (0, 0)).text()
        '2 damaged records skipped (numbers 3, 17, counted from 0)'
        >>> Damage(header=True).text(meaningless=1)
        'damaged header passed over; 1 record that means nothing to this version'
        """
        parts = ["damaged header passed over"] if self.header else []
        if self.numbers:
            named = ", ".join(map(str, self.numbers[:SHOWN]))
            more = ", ..." if len(self.numbers) > SHOWN else ""
            count = _count(len(self.numbers), "damaged record", "damaged records")
            name = "number" if len(self.numbers) == 1 else "numbers"
            parts.append(f"{count} skipped ({name} {named}{more}, counted from 0)")
        if meaningless:
            meaning = ("record that means", "records that mean")
            parts.append(f"{_count(meaningless, *meaning)} nothing to this version")
        return "; ".join(parts)


def warn_of(path: Path, damage: Damage, meaningless: int = 0) -> None:
    """Log one warning where a log that was just opened is damaged, with its path and the numbers.

    Args:
        path: of the log.
        damage: what was found.
        meaningless: sound records that mean nothing to their reader.
    """
    if said := damage.text(meaningless):
        where = " ".join(safe_text(str(path)).split())
        _LOG.warning("warning: %s: %s; see docs/troubleshooting.md, damaged records", where, said)


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
