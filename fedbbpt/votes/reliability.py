"""How much a client's vote should weigh: the log-odds of how often it is right.

Nitzan and Paroush 1982 for two answers; with several wrong ones a right answer is also told from
each of them. Two estimates, and the smaller counts: gold questions alone are passed by a client
that knows them, agreement alone is won by clients that collude.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of a client before it answered anything, as answers seen.

    Attributes:
        right: imagined right answers, above 0.
        wrong: imagined wrong answers, above 0.

    Raises:
        ValueError: a number that is not above 0.
    """

    right: float = 2.0
    wrong: float = 2.0

    def __post_init__(self) -> None:
        if not (0 < self.right < math.inf and 0 < self.wrong < math.inf):
            raise ValueError(f"prior: {self.right} right, {self.wrong} wrong; give both above 0")

    def smoothed(self, right: float, answered: float) -> float:
        """Return the share of right answers with the imagined ones added, in (0, 1).

        Raises:
            ValueError: more right than answered, or a count below 0.

        >>> Prior().smoothed(8, 10) == 10 / 14
        True
        """
        if not 0 <= right <= answered:
            raise ValueError(f"counts: {right} right of {answered} answered")
        return (right + self.right) / (answered + self.right + self.wrong)


def log_odds(accuracy: float, wrong_answers: int = 1, most: float = 4.0) -> float:
    """Return the weight of one vote: max(0, log(wrong_answers p / (1 - p))), at most ``most``.

    A client that is right no more often than chance weighs nothing.

    Args:
        accuracy: p, in (0, 1).
        wrong_answers: how many wrong answers there are to choose from, >= 1.
        most: cap, above 0, so that no client decides alone.

    Raises:
        ValueError: a value out of range.
    """
    if not 0 < accuracy < 1:
        raise ValueError(f"accuracy: {accuracy} is outside (0, 1); smooth it with a Prior")
    if wrong_answers < 1 or not most > 0:
        raise ValueError(f"wrong_answers: {wrong_answers}, most: {most}; at least 1, and above 0")
    return min(most, max(0.0, math.log(wrong_answers * accuracy / (1 - accuracy))))


def smaller(gold: Mapping[str, float], agreement: Mapping[str, float]) -> dict[str, float]:
    """Return for each client the smaller of two estimates.

    Raises:
        ValueError: not the same clients in both.
    """
    if gold.keys() != agreement.keys():
        apart = sorted(gold.keys() ^ agreement.keys())
        raise ValueError(f"clients: only one estimate for {', '.join(apart)}; give both, smoothed")
    return {client: min(gold[client], agreement[client]) for client in gold}


def vote_weights(accuracies: Mapping[str, float], wrong_answers: int = 1) -> dict[str, float]:
    """Return the weight of each client's vote, for ``Rules.weights``."""
    return {client: log_odds(accuracy, wrong_answers) for client, accuracy in accuracies.items()}
