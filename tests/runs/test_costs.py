from dataclasses import replace
from pathlib import Path

from sample_results import sample_results, sample_stats
from test_report_sections import text_of

from fedbbpt.runs.costs import cost_lines, money_phrase, run_money
from fedbbpt.runs.phrases import cost_line
from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import OwnerCost, Stats
from fedbbpt.runs.stored import read_stored

NORTH = OwnerCost("north", 500, 100, 400, 2, 1, 9000, 3000, 400, 2_345_600_000, 1_000_000, 0)
SOUTH = OwnerCost("south", 300, 0, 300, 0, 0, 7000, 0, 300, 0, 0, 300)
STATS = replace(
    sample_stats(),
    cached_tokens=3000,
    nanodollars=2_345_600_000,
    possibly_billed_nanodollars=1_000_000,
    unpriced=300,
    owners=(NORTH, SOUTH),
)


def test_money_says_what_is_settled_what_is_possible_and_what_nobody_knows() -> None:
    assert money_phrase(0, 0, 0) == "$0"
    assert money_phrase(2_345_600_000, 0, 0) == "$2.3456"
    assert money_phrase(2_345_600_000, 1_000_000, 0) == "$2.3456 to $2.3466"
    assert money_phrase(0, 0, 7) == "money unknown"
    assert run_money(STATS) == "$2.3456 to $2.3466, and unknown for 300 calls"
    assert ", $2.3456 to $2.3466, and unknown for 300 calls, " in cost_line(STATS)


def test_every_owner_has_a_line_and_all_together_the_last() -> None:
    north, south, together = cost_lines(STATS)

    assert (north.owner, north.calls, north.settled, north.possible) == (
        "north",
        "400",
        "$2.3456",
        "$0.001",
    )
    assert (south.settled, south.possible) == ("unknown", "unknown")
    assert (together.calls, together.read, together.cached) == ("700", "16,000", "3,000")
    assert together.settled == "$2.3456 + ?"
    assert len(cost_lines(replace(STATS, owners=(NORTH,)))) == 1
    assert cost_lines(sample_stats()) == []


def test_the_page_has_the_ledger_of_every_owner() -> None:
    page = text_of(render_report(sample_results(), STATS))

    assert "3,000 of them computed before" in page
    assert "On behalf of" in page
    for line in cost_lines(STATS):
        assert " ".join([line.owner, line.calls, line.hits, line.failed]) in " ".join(page.split())
    assert "On behalf of" not in text_of(render_report(sample_results(), sample_stats()))


def test_the_ledger_is_read_back_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "stats.json"
    path.write_bytes(STATS.encode())

    assert read_stored(path, Stats) == STATS
