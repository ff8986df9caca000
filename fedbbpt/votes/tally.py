"""One tally for all rules: who leads, and what decides between equals."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.votes.ballots import Ballot
from fedbbpt.votes.sums import Counter, InTheClear, Rules, Sums, Total


@dataclass(frozen=True, slots=True)
class Tally:
    """All ballots of one question, counted.

    Law: any order of the ballots gives the same tally.

    Attributes:
        rules: under which they were counted.
        sums: what was counted.
        standings: the answers from first to last: by weight, then by the weight of the question in
            its own words, then by the order of the choices, then by text.
    """

    rules: Rules
    sums: Sums
    standings: tuple[Total, ...]

    @property
    def winner(self) -> str | None:
        """The first answer; None where nobody gave one that weighs anything."""
        first = self.standings[0] if self.standings else None
        return first.answer if first and first.weight > 0 else None

    @property
    def rival(self) -> Total | None:
        """The second answer, None where there is none."""
        return self.standings[1] if len(self.standings) > 1 else None

    @property
    def lead(self) -> float:
        """Weight of the first answer less that of the second."""
        if not self.standings:
            return 0.0
        return self.standings[0].weight - (self.rival.weight if self.rival else 0.0)


def tally(ballots: Sequence[Ballot], rules: Rules, counter: Counter | None = None) -> Tally:
    """Count the ballots of one question.

    Args:
        ballots: at most one a client; of a client with two different ones none is counted.
        rules: how they count.
        counter: who adds them up; None for ``InTheClear``.

    Raises:
        ValueError: the rules have weights, and none for one of the clients.
    """
    sums = (counter or InTheClear()).count(ballots, rules)
    return Tally(rules, sums, standings(sums.totals, rules.choices))


def standings(totals: Sequence[Total], choices: Sequence[str] = ()) -> tuple[Total, ...]:
    """Return totals from the first to the last, see ``Tally.standings``."""
    place = {choice: number for number, choice in enumerate(choices)}
    return tuple(
        sorted(
            totals,
            key=lambda total: (
                -total.weight,
                -total.originals,
                place.get(total.answer, len(place)),
                total.answer,
            ),
        )
    )
