"""What a terminal shows fits into 80 columns, holds the key numbers and obeys no stranger."""

import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console
from sample_results import sample_results, sample_rounds, sample_stats

from fedbbpt.cli.view import PlainProgress, RichProgress, show_results
from fedbbpt.runs.results import PromptText

HOSTILE = "[bold]x[/bold]\x1b]52;c;aGk=\x07\x9b31m\u202e\r[link=https://evil.example]" + "y" * 90
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def screen(*, terminal: bool = False) -> Console:
    return Console(
        file=StringIO(),
        width=80,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        legacy_windows=False,
    )


def shown(console: Console) -> str:
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_results_hold_the_key_numbers_within_80_columns() -> None:
    console = screen()

    show_results(console, sample_results(), sample_stats(), "runs/vader4")

    text = shown(console)
    assert max(map(len, text.splitlines())) <= 80
    assert not CONTROLS.search(text)
    spaced = " ".join(text.split())
    assert "The tuned prompt answers 84 of 100 test items right; the start 69" in spaced
    assert "+15 points, 95 % interval 9 to 21, p = 0.0002" in spaced
    assert re.search(r"tuned +calibrated +84\.0 % +75\.5 to 90\.8", text)
    assert re.search(r"amazon +25 +60\.0 % +84\.0 % +\+24", text)
    assert re.search(r"pooled data +82\.0 %", text)
    assert "4,210 requests (1,012 from the journal), 3,198 calls" in spaced
    assert "Report: runs/vader4/report.html" in text
    assert "Simulation: all owners lived in one process." in text


def test_a_run_that_found_nothing_shows_what_was_proposed() -> None:
    console = screen()

    show_results(console, sample_results(accepted=False), sample_stats(), "runs/vader4")

    text = shown(console)
    assert "No improvement found: the start is returned." in text
    assert "Proposed prompt (not returned)" in text
    assert "Tuned prompt" not in text


def test_a_second_opening_of_the_test_split_is_said() -> None:
    once, twice = screen(), screen()

    show_results(once, sample_results(), sample_stats(), "runs/vader4")
    show_results(twice, sample_results(), sample_stats(openings=2), "runs/vader4")

    assert "opened by" not in shown(once)
    assert "opened by 2 runs" in shown(twice)


@pytest.mark.parametrize("width", [40, 80, 200])
def test_hostile_texts_are_shown_and_not_obeyed(width: int) -> None:
    results = sample_results()
    prompt = PromptText(((HOSTILE, HOSTILE),), (HOSTILE, HOSTILE), 9)
    owners = tuple(replace(o, name=HOSTILE, destination=HOSTILE) for o in results.owners)
    tests = tuple(replace(owner, owner=HOSTILE) for owner in results.test.owners)
    baselines = tuple(replace(b, name=HOSTILE) for b in results.test.baselines)
    test = replace(results.test, owners=tests, baselines=baselines)
    changed = replace(
        results, metric=HOSTILE, notes=(HOSTILE,), start=prompt, owners=owners, test=test
    )
    console = screen()
    console.width = width

    show_results(console, changed, sample_stats(), HOSTILE)

    text = shown(console)
    assert not CONTROLS.search(text)
    assert max(map(len, text.splitlines())) <= width
    assert "[bold]x" in text


def test_colours_reach_terminals_only() -> None:
    plain, terminal = screen(), screen(terminal=True)

    for console in (plain, terminal):
        show_results(console, sample_results(), sample_stats(), "runs/vader4")

    assert "\x1b[" not in shown(plain)
    assert "\x1b[1m" in shown(terminal)


def test_plain_progress_writes_one_line_for_everything() -> None:
    lines: list[str] = []
    progress = PlainProgress(lines.append)

    progress.stage("search\nnow\x1b[2J")
    progress.round_done("search", sample_rounds()[1])

    assert lines == [
        r"search now\x1b[2J",
        "search, round 1: 748 requests, best loss 0.650, 1 missing",
    ]


def test_rich_progress_fills_its_bar_with_the_requests_of_the_search() -> None:
    console = screen()
    progress = RichProgress(console, 3000)

    progress.stage("search")
    for summary in sample_rounds():
        progress.round_done("search", summary)
    progress.round_done("alone: movie", sample_rounds()[0])

    lines = shown(console).splitlines()
    assert lines[0] == "search"
    assert lines[1].startswith("  round 0   ━━────────── 384 of 3,000 requests, best loss 0.690")
    assert lines[-2].startswith("  round 7   ━━━━━━━━──── 2,092 of 3,000 requests")
    assert lines[-1] == "  round 0   384 requests, best loss 0.690"


def test_rich_progress_obeys_no_text_and_breaks_no_line() -> None:
    console = screen()
    progress = RichProgress(console, 0)

    progress.stage(HOSTILE)
    progress.round_done(HOSTILE, sample_rounds()[0]._replace(requests=10**9, candidates=0))

    lines = shown(console).splitlines()
    assert len(lines) == 2
    assert max(map(len, lines)) <= 80
    assert not CONTROLS.search(shown(console))
    assert lines[1] == "  round 0   1,000,000,000 requests"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_number_is_broken_at_any_width(width: int) -> None:
    console = screen()
    console.width = width

    show_results(console, sample_results(), sample_stats(), "runs/vader4")

    lines = [line.rstrip() for line in shown(console).splitlines()]
    (amazon,) = [line for line in lines if line.strip().startswith("amazon")]
    (pooled,) = [line for line in lines if line.strip().startswith("pooled data")]
    assert re.search(r"60\.0 % +84\.0 % +\+24", amazon)
    assert re.search(r"82\.0 % .*\+2", pooled)
    assert ("p < 0.0001" in amazon) is (width >= 80)
    assert max(map(len, lines)) <= width


def test_a_narrow_terminal_gets_figures_instead_of_a_bar() -> None:
    console = screen()
    console.width = 60
    progress = RichProgress(console, 3000)

    progress.round_done("search", sample_rounds()[0])

    assert shown(console) == "  round 0   384 of 3,000 requests, best loss 0.690\n"
