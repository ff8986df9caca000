"""Which column holds the text: the one named so, or the longest natural text."""

from collections.abc import Iterable, Sequence

from fedbbpt.guessing.choice import Choice, Sure, Undecided, quoted
from fedbbpt.guessing.column import Column, known_name
from fedbbpt.guessing.known_names import INPUTS
from fedbbpt.guessing.table import Table

NATURAL_WORDS = 3.0
CLEARLY = 2.0
"""One text is the longer one if it is this many times as long."""


def input_column(table: Table, taken: str) -> Choice | Undecided:
    """Return the column of the text.

    Args:
        table: the file.
        taken: the target's column; empty if that is not known.
    """
    usable = [c for c in table.columns if c.plain and not c.numeric and c.name != taken]
    named = [c for c in usable if known_name(c.name, INPUTS)]
    natural = [c for c in usable if c.words >= NATURAL_WORDS and not c.few]
    texts = _by_length({c.name: c for c in (*named, *natural)}.values())
    if not texts:
        return Undecided(
            "input",
            "no column holds natural text or is named like one; say --input COLUMN "
            f"(columns: {quoted(table.columns)})",
        )
    best, others = texts[0], texts[1:]
    length = f"{best.characters:.0f} characters on average"
    if not others:
        sure: Sure = "sure" if best in named else "likely"
        return Choice("input", best.name, f"the only column of natural text, {length}", sure)
    if len(named) == 1 and others[0].characters * CLEARLY > best.characters:
        best = named[0]
        return Choice(
            "input", best.name, f"named like a text; others: {_names(texts, best)}", "likely"
        )
    if best.characters >= CLEARLY * others[0].characters:
        why = f"the longest text, {length}; others: {_names(texts, best)}"
        return Choice("input", best.name, why, "likely")
    return Undecided(
        "input",
        f"{quoted(texts)} hold natural text of similar length; say --input COLUMN, or join them "
        "into one column",
    )


def _by_length(columns: Iterable[Column]) -> list[Column]:
    return sorted(columns, key=lambda column: -column.characters)


def _names(columns: Sequence[Column], best: Column) -> str:
    return quoted([column for column in columns if column != best])
