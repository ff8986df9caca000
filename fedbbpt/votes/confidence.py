"""How the votes of one ballot weigh against each other, where the endpoint tells log-probabilities.

Softmax: Taubenfeld 2025, arXiv:2502.06233 (CISC). The most confident share: after Fu 2025,
arXiv:2508.15260 (DeepConf), with the mean log-probability in the place of its windowed confidence.

A client could claim any confidence. So weights are shared out inside a ballot only and never sum to
more than its votes: a lie moves the client's own votes and nobody else's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from fedbbpt.votes.ballots import Ballot


class Spread(Protocol):
    """How a ballot spreads its votes."""

    def weigh(self, ballot: Ballot) -> Mapping[str, float]:
        """Return the weight of each answer, >= 0; together at most ``ballot.votes``."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """Every vote weighs 1: majority."""

    def weigh(self, ballot: Ballot) -> Mapping[str, float]:
        """Return the counts."""
        return {support.answer: float(support.votes) for support in ballot.supports}


@dataclass(frozen=True, slots=True)
class Softmax:
    """Votes weigh as the softmax of their confidences; together as much as their number.

    A ballot without confidences is counted plainly.

    Attributes:
        temperature: above 0; the larger, the more alike the weights.

    Raises:
        ValueError: a temperature that is not above 0.
    """

    temperature: float = 0.1

    def __post_init__(self) -> None:
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ValueError(f"temperature: {self.temperature} is not above 0; give 0.1 or so")

    def weigh(self, ballot: Ballot) -> Mapping[str, float]:
        """Return the softmax shares times the number of votes."""
        if not _told(ballot):
            return Plain().weigh(ballot)
        highest = max(support.confidences[-1] for support in ballot.supports)
        raised = {
            support.answer: math.fsum(
                math.exp((confidence - highest) / self.temperature)
                for confidence in support.confidences
            )
            for support in ballot.supports
        }
        whole = math.fsum(raised.values())
        return {answer: ballot.votes * part / whole for answer, part in raised.items()}


@dataclass(frozen=True, slots=True)
class MostConfident:
    """Only the most confident share of a ballot's votes counts, each with its probability.

    A ballot without confidences is counted plainly. Votes as confident as the last one kept are
    kept too, so that no order decides.

    Attributes:
        share: which part of the votes is kept, in (0, 1].

    Raises:
        ValueError: a share outside (0, 1].
    """

    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise ValueError(f"share: {self.share} is outside (0, 1]; give 0.5 or so")

    def weigh(self, ballot: Ballot) -> Mapping[str, float]:
        """Return for each answer the sum of exp(confidence) over the votes that are kept."""
        if not _told(ballot):
            return Plain().weigh(ballot)
        falling = sorted((c for s in ballot.supports for c in s.confidences), reverse=True)
        last = falling[math.ceil(self.share * len(falling)) - 1]
        return {
            support.answer: math.fsum(math.exp(c) for c in support.confidences if c >= last)
            for support in ballot.supports
        }


def _told(ballot: Ballot) -> bool:
    return bool(ballot.supports) and bool(ballot.supports[0].confidences)
