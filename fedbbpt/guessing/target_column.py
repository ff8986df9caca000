"""Which column holds the right answer: the one named so, or the only one with few values."""

from fedbbpt.guessing.choice import Choice, Sure, Undecided, quoted
from fedbbpt.guessing.column import Column, known_name, name_words
from fedbbpt.guessing.known_names import DOMAINS, IDS, INPUTS, STRONG_TARGETS, TARGETS
from fedbbpt.guessing.table import Table


def target_column(table: Table, taken: tuple[str, ...]) -> Choice | Undecided:
    """Return the column of the right answer.

    Args:
        table: the file.
        taken: columns that were named for other parts.
    """
    usable = [column for column in table.columns if column.plain and column.name not in taken]
    for strong in STRONG_TARGETS:
        for column in usable:
            if "".join(name_words(column.name)) == strong:
                return _choice(column, "named like an answer", "sure" if column.few else "likely")
    named = [column for column in usable if known_name(column.name, {*STRONG_TARGETS, *TARGETS})]
    closed = [column for column in named if column.few]
    if len(closed) == 1:
        return _choice(closed[0], "named like an answer", "sure" if len(named) == 1 else "likely")
    if len(named) == 1:
        return _choice(named[0], "named like an answer", "likely")
    if named:
        return Undecided(
            "target", f"{quoted(named)} are all named like answers; say --target COLUMN"
        )
    return _by_values(usable, table)


def _by_values(usable: list[Column], table: Table) -> Choice | Undecided:
    elsewhere = {*INPUTS, *IDS, *DOMAINS}
    few = [column for column in usable if column.few and not known_name(column.name, elsewhere)]
    if len(few) == 1:
        return _choice(few[0], "the only column with few values", "likely")
    if few:
        return Undecided("target", f"{quoted(few)} have few values each; say --target COLUMN")
    constant = [column for column in usable if column.distinct == 1]
    if constant:
        return Undecided(
            "target",
            f"{quoted(constant)} has the same value on every row, which leaves nothing to tune; "
            "add rows with other answers",
        )
    return Undecided(
        "target",
        "no column is named like an answer or has few values; say --target COLUMN "
        f"(columns: {quoted(table.columns)})",
    )


def _choice(column: Column, why: str, sure: Sure) -> Choice:
    values = "value" if column.distinct == 1 else "values"
    return Choice("target", column.name, f"{why}, {column.distinct} {values}", sure)
