"""When to stop asking one question: rules over the answers so far."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from fedbbpt.votes.lead_tables import LeadTable, enough, evidence_table, leaning_table

Answers = Sequence[str | None]
"""Canonical answers in the order of their draws; None abstains."""


class StoppingRule(Protocol):
    """When enough has been drawn."""

    @property
    def cap(self) -> int:
        """Most draws on one question."""
        ...

    def stops(self, answers: Answers) -> bool:
        """Say whether no further draw is needed; always True at the cap."""
        ...


class Leaders(NamedTuple):
    """The two largest counts of answers, and how many distinct answers there are."""

    first: int
    second: int
    distinct: int


def leaders(answers: Answers) -> Leaders:
    """Return the two largest counts; abstentions are none.

    >>> leaders(["a", None, "b", "a"])
    Leaders(first=2, second=1, distinct=2)
    """
    counts = Counter(answer for answer in answers if answer is not None)
    first, second = (*sorted(counts.values(), reverse=True), 0, 0)[:2]
    return Leaders(first, second, len(counts))


@dataclass(frozen=True, slots=True)
class FixedNumber:
    """Self-consistency: always so many draws (Wang 2022, arXiv:2203.11171).

    Attributes:
        cap: draws, >= 1.
        settled: stop where the draws that are left can change nothing any more: the lead is larger
            than their number. This saves calls and never changes the winner.

    Raises:
        ValueError: fewer than one draw.
    """

    cap: int = 40
    settled: bool = False

    def __post_init__(self) -> None:
        _check_cap(self.cap)

    def stops(self, answers: Answers) -> bool:
        """Say whether all draws are made, or the rest cannot matter."""
        left = self.cap - len(answers)
        if left <= 0 or not self.settled:
            return left <= 0
        first, second, _ = leaders(answers)
        return first - second > left


@dataclass(frozen=True, slots=True)
class AdaptiveConsistency:
    """Stop when the leader looks settled (Aggarwal 2023, arXiv:2305.11860): a heuristic.

    Attributes:
        threshold: of the ``leaning``, in (0.5, 1).
        cap: most draws, >= 1.

    Raises:
        ValueError: a value out of range.
    """

    threshold: float = 0.95
    cap: int = 40
    _table: LeadTable = field(default=(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_table", leaning_table(self.threshold, self.cap))

    def stops(self, answers: Answers) -> bool:
        """Say whether the leader has what the table asks of it."""
        first, second, _ = leaders(answers)
        return len(answers) >= self.cap or enough(self._table, first, second)


@dataclass(frozen=True, slots=True)
class EarlyStopping:
    """Draw in windows and stop after one that agrees (Li 2024, arXiv:2401.10480): a heuristic.

    A window agrees where more than half of it are answers and all of these are the same.

    Attributes:
        window: draws at a time, >= 2.
        cap: most draws, at least a window.

    Raises:
        ValueError: a value out of range.
    """

    window: int = 5
    cap: int = 40

    def __post_init__(self) -> None:
        if self.window < 2 or self.cap < self.window:
            raise ValueError(
                f"window: {self.window} of at most {self.cap}; at least 2, and no more than the cap"
            )

    def stops(self, answers: Answers) -> bool:
        """Say whether the last full window has just ended and agrees."""
        if len(answers) >= self.cap:
            return True
        if not answers or len(answers) % self.window:
            return False
        first, second, _ = leaders(answers[-self.window :])
        return second == 0 and 2 * first > self.window


@dataclass(frozen=True, slots=True)
class ModeCertified:
    """Stop when it is proven that no answer is more likely than the leader.

    It stops on an answer that is not a most likely one with probability at most delta, if the draws
    are independent and from one distribution, and if the cap has not come first.

    Attributes:
        delta: error level, in (0, 1).
        choices: size of the closed set of answers, None where any text can be one.
        cap: most draws, >= 1.

    Raises:
        ValueError: a value out of range.
    """

    delta: float = 0.05
    choices: int | None = None
    cap: int = 40
    _tables: tuple[LeadTable, ...] = field(default=(), init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # With more distinct answers than this a table is empty: no lead within the cap suffices.
        distinct = range(1, self.cap + 1) if self.choices is None else range(1, 2)
        tables = [evidence_table(self.delta, self.cap, seen, self.choices) for seen in distinct]
        object.__setattr__(self, "_tables", tuple(tables))

    def stops(self, answers: Answers) -> bool:
        """Say whether the leader has what the table for so many distinct answers asks of it."""
        if len(answers) >= self.cap:
            return True
        first, second, distinct = leaders(answers)
        if not first:
            return False
        table = self._tables[0 if self.choices is not None else distinct - 1]
        return enough(table, first, second)


def _check_cap(cap: int) -> None:
    if cap < 1:
        raise ValueError(f"cap: {cap} is too small; at least one draw is needed")
