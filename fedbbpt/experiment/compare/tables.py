"""A comparison's figures as CSV and as a table in Markdown, safe to open and to print."""

import csv
import io
from collections.abc import Iterable, Sequence

from fedbbpt.experiment.compare.outcome import Compared, Difference, Standing, Standings
from fedbbpt.experiment.compare.sealed import Sealed
from fedbbpt.experiment.compare.took import Took
from fedbbpt.runs.phrases import percent, points, probability
from fedbbpt.safe_text import safe_text

STEERING = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Beginnings that a spreadsheet takes for a formula."""

ROW_COLUMNS = (
    *("row", "equal", "seeds", "score", "low", "high", "gain", "gain_low", "gain_high"),
    *("p_over_examples", "holm_over_examples", "gated_gain", "accepted", "below_start"),
    *("requests", "rounds", "calls", "gate_calls", "written", "bytes_down", "bytes_up"),
    "characters",
)
SEED_COLUMNS = (
    *("row", "equal", "seed", "score", "gain", "p_paired", "wins", "losses", "accepted"),
    "prompt",
)
MARKDOWN_COLUMNS = (
    *("row", "score, %", "95 %, examples and seeds", "gain, points", "95 %, examples and seeds"),
    *("p over examples alone (Holm)", "gated gain", "kept by gate"),
    *("requests", "calls", "bytes down", "bytes up", "rounds"),
)
COST_COLUMNS = ("row", "equal", "prompt_tokens", "completion_tokens", "seconds")
Value = str | float | int | bool | None


def csv_cell(value: Value) -> str:
    """Return one value for a CSV file; a text that a spreadsheet would run gets a quote before it.

    Numbers are written so that they read back as the same number.

    >>> csv_cell("=1+1"), csv_cell(-0.5), csv_cell(None), csv_cell(True)
    ("'=1+1", '-0.5', '', 'yes')
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case str():
            return f"'{safe_text(value)}" if value.startswith(STEERING) else safe_text(value)
        case _:
            return repr(value)


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return a CSV file with a line of names first."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow([csv_cell(column) for column in columns])
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return written.getvalue()


def rows_csv(compared: Compared) -> str:
    """Return one line a row, of both tables."""
    return csv_text(
        ROW_COLUMNS,
        [_row_values(row, name) for name, table in _tables(compared) for row in table.rows],
    )


def seeds_csv(compared: Compared) -> str:
    """Return one line a row and seed, of both tables."""
    return csv_text(
        SEED_COLUMNS,
        [
            (row.name, name, *_seed_values(row, place))
            for name, table in _tables(compared)
            for row in table.rows
            for place in range(len(row.seeds))
        ],
    )


def costs_csv(took: Sequence[Took]) -> str:
    """Return one line a row with its tokens and its time, of both tables."""
    return csv_text(COST_COLUMNS, [_cost_values(one) for one in took])


def items_csv(sealed: Sealed) -> str:
    """Return one line a sealed item with every prompt's score, so that others can recompute."""
    names = list(sealed.scores)
    columns = [sealed.scores[name] for name in names]
    rows: list[tuple[Value, ...]] = [
        (item.owner, item.id, *(float(column[place]) for column in columns))
        for place, item in enumerate(sealed.items)
    ]
    return csv_text(("owner", "id", *names), rows)


def markdown(table: Standings) -> str:
    """Return a table in Markdown, a row a line."""
    lines = [_line(MARKDOWN_COLUMNS), _line(["---"] * len(MARKDOWN_COLUMNS))]
    return "\n".join([*lines, *(_line(_shown(row)) for row in table.rows)]) + "\n"


def _tables(compared: Compared) -> list[tuple[str, Standings]]:
    both = [("requests", compared.equal_requests), ("rounds", compared.equal_rounds)]
    return [(name, table) for name, table in both if table is not None]


def _row_values(row: Standing, equal: str) -> tuple[Value, ...]:
    gain, spent = row.gain, row.spent
    gains: tuple[Value, ...] = (None,) * 4
    if gain is not None:
        gains = (gain.gain, gain.low, gain.high, gain.p_value)
    return (
        *(row.name, equal, len(row.seeds), row.score, row.low, row.high, *gains, row.holm),
        row.gated.gain if row.gated else None,
        row.accepted if row.gated else None,
        row.below if row.gain else None,
        *(spent.requests, spent.rounds, spent.calls, spent.gate_calls, spent.written),
        *(spent.down, spent.up, row.characters),
    )


def _seed_values(row: Standing, place: int) -> tuple[Value, ...]:
    one = row.seeds[place]
    return (
        *(one.seed, one.score, one.gain, one.p_value, one.wins, one.losses, one.accepted),
        one.prompt,
    )


def _cost_values(took: Took) -> tuple[Value, ...]:
    tokens = (took.prompt_tokens, took.completion_tokens)
    return (took.row, took.equal, *tokens, round(took.seconds, 3))


def _line(values: Iterable[str]) -> str:
    cells = (" ".join(safe_text(value).split()).replace("|", "\\|") for value in values)
    return f"| {' | '.join(cells)} |"


def _shown(row: Standing) -> list[str]:
    spent = row.spent
    costs = (spent.requests, spent.calls, spent.down, spent.up)
    return [
        row.name,
        percent(row.score).removesuffix(" %"),
        f"{percent(row.low)} to {percent(row.high)}".replace(" %", ""),
        *gain_words(row.gain),
        "" if row.holm is None else probability(row.holm),
        "" if row.gated is None else points(row.gated.gain),
        "" if row.gated is None else f"{row.accepted}/{len(row.seeds)}",
        *(f"{value:,.0f}" if row.gain else "" for value in costs),
        f"{spent.rounds:g}" if row.gain else "",
    ]


def gain_words(gain: Difference | None) -> tuple[str, str]:
    """Return a gain in points and its interval, or two empty texts."""
    if gain is None:
        return "", ""
    return points(gain.gain), f"{points(gain.low)} to {points(gain.high)}"
