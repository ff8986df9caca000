"""Small answers tables for tests."""

from collections.abc import Mapping

from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost, Recorded

PLAIN = Condition("step by step")
OTHER = Condition("plan first")
REWORDED = Condition("step by step", wording="paraphrase 1")


def cell(answers: str, cost: Cost | None = None) -> tuple[Recorded, ...]:
    """Return samples from letters; a dot abstains."""
    return tuple(
        Recorded(None if letter == "." else letter, cost or Cost(1, 10)) for letter in answers
    )


def table(
    cells: Mapping[tuple[int, Condition], tuple[Recorded, ...]],
    targets: str = "a",
    preparation: Mapping[tuple[int, Condition], Cost] | None = None,
) -> AnswersTable:
    """Return a table whose targets are letters."""
    return AnswersTable(tuple(targets), cells, preparation or {})
