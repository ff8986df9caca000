"""What is damaged in the logs of a run, in plain words, the same on a terminal and on the page."""

from fedbbpt.runs.results import DamagedLog, Stats
from fedbbpt.storage.damage import SHOWN, Damage


def damaged_log(name: str, damage: Damage, meaningless: int = 0) -> tuple[DamagedLog, ...]:
    """Return what is damaged in the log of a name, as one value; none where nothing is."""
    if not damage.text(meaningless):
        return ()
    numbers = damage.numbers[:SHOWN]
    return (DamagedLog(name, len(damage.numbers), numbers, damage.header, meaningless),)


def damage_notice(stats: Stats) -> str:
    """Return the warning that logs of the run are damaged; empty where none is."""
    said = [f"{log.log}: {_text(log)}." for log in stats.damaged]
    if stats.damaged:
        said.append("What cannot be read was asked again, or counts as possibly billed.")
    if stats.totals_lost:
        said.append("What was spent before the last compaction is lost: the costs are too low.")
    return " ".join(said)


def _text(log: DamagedLog) -> str:
    unnamed = log.records - len(log.numbers)
    named = (*log.numbers, *[0] * unnamed)  # only the first numbers are said, the others counted
    return Damage(named, header=log.header).text(log.meaningless)
