"""Stopping rules and shared calls on recorded votes: accuracy beside calls.

``python tests/benchmarks/recorded_votes.py votes.jsonl`` prints the table of docs/voting.md. A line
of the file is {"target": ..., "votes": [...]}, a vote that is null or empty abstains. Ties go by
choice, that is by text; every shuffle of the votes is drawn without replacement.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import AnswersTable, Condition, Recorded
from fedbbpt.replay.methods import Method, Sampled, Shared
from fedbbpt.replay.replaying import replay
from fedbbpt.votes.allocation import Plan
from fedbbpt.votes.stopping import (
    AdaptiveConsistency,
    EarlyStopping,
    FixedNumber,
    ModeCertified,
    StoppingRule,
)

RECORDED = Condition("recorded")
SHUFFLES, SEED, RESAMPLES = 20, 0, 2000


@dataclass(frozen=True, slots=True)
class Row:
    """One method over all shuffles.

    Attributes:
        right: share of shuffles in which a question was answered rightly, by question.
        calls: calls of one question in one shuffle, shape (shuffles, questions).
    """

    right: Floats
    calls: Floats

    @property
    def accuracy(self) -> float:
        """In percent."""
        return 100 * float(self.right.mean())


def sampled(rule: StoppingRule) -> Method:
    """Return the method that draws until a rule stops."""
    return Sampled(RECORDED, rule)


def shared(draws: float, cap: int = 20) -> Method:
    """Return the method that shares so many draws a question, at most ``cap`` on one."""
    return Shared({RECORDED: 1.0}, draws, Plan(2, cap))


METHODS: Mapping[str, Method] = {
    "one call": sampled(FixedNumber(1)),
    "SC-3": sampled(FixedNumber(3)),
    "SC-5": sampled(FixedNumber(5)),
    "SC-10": sampled(FixedNumber(10)),
    "SC-20": sampled(FixedNumber(20)),
    "SC-40": sampled(FixedNumber(40)),
    "SC-40, stopped when settled": sampled(FixedNumber(40, settled=True)),
    "ESC, window 5": sampled(EarlyStopping(5, 40)),
    "AC .90": sampled(AdaptiveConsistency(0.90, 40)),
    "AC .95": sampled(AdaptiveConsistency(0.95, 40)),
    "AC .99": sampled(AdaptiveConsistency(0.99, 40)),
    "e-process .05, each pair alone": sampled(ModeCertified(0.05, 2, 40)),
    "e-process .05, any answer": sampled(ModeCertified(0.05, None, 40)),
    "shared, 3 a question": shared(3),
    "shared, 5 a question": shared(5),
    "shared, 10 a question": shared(10),
    "shared, 5 a question, cap 40": shared(5, 40),
    "shared, 10 a question, cap 40": shared(10, 40),
}


def read_table(path: Path) -> AnswersTable:
    """Return the recorded votes as a table of one condition."""
    lines = path.read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line.strip()]
    return AnswersTable(
        tuple(row["target"] for row in rows),
        {
            (number, RECORDED): tuple(Recorded(vote or None) for vote in row["votes"])
            for number, row in enumerate(rows)
        },
    )


def measured(table: AnswersTable, method: Method, shuffles: int = SHUFFLES) -> Row:
    """Return a method's figures; the same shuffle is the same order for every method."""
    runs = [replay(table, method, rng(SEED, "replay", round=n)) for n in range(shuffles)]
    right = np.array([run.right for run in runs], dtype=np.float64).mean(axis=0)
    calls = np.array([[cost.calls for cost in run.spent_on] for run in runs], dtype=np.float64)
    return Row(right, calls)


def difference(row: Row, other: Row) -> tuple[float, float, float]:
    """Return the difference in points with the ends of its 95 % question-bootstrap interval."""
    apart = 100 * (row.right - other.right)
    draws = rng(SEED, "bootstrap").integers(0, len(apart), (RESAMPLES, len(apart)))
    low, high = np.quantile(apart[draws].mean(axis=1), (0.025, 0.975))
    return float(apart.mean()), float(low), float(high)


def table_text(rows: Mapping[str, Row]) -> str:
    """Return the figures as a Markdown table."""
    head = ["| rule | accuracy | calls | 95 % of questions within |", "|---|---|---|---|"]
    body = [
        f"| {name} | {row.accuracy:.2f} | {row.calls.mean():.2f} "
        f"| {np.quantile(row.calls, 0.95):.0f} |"
        for name, row in rows.items()
    ]
    return "\n".join([*head, *body])


def comparison_text(rows: Mapping[str, Row], pairs: Sequence[tuple[str, str]]) -> str:
    """Return differences between rows, one a line."""
    lines = []
    for name, beside in pairs:
        mean, low, high = difference(rows[name], rows[beside])
        lines.append(f"{name} less {beside}: {mean:+.2f} points ({low:+.2f} to {high:+.2f})")
    return "\n".join(lines)


def main() -> None:
    """Print the table and the comparisons."""
    if len(sys.argv) != 2:
        sys.exit("usage: python tests/benchmarks/recorded_votes.py votes.jsonl")
    table = read_table(Path(sys.argv[1]))
    rows = {name: measured(table, method) for name, method in METHODS.items()}
    pairs = [
        ("shared, 5 a question", "SC-5"),
        ("AC .95", "SC-40"),
        ("shared, 10 a question", "SC-40"),
        ("shared, 10 a question, cap 40", "SC-40"),
    ]
    questions = f"{len(table.targets)} questions, {SHUFFLES} shuffles\n"
    sys.stdout.write(f"{questions}\n{table_text(rows)}\n\n{comparison_text(rows, pairs)}\n")


if __name__ == "__main__":
    main()
