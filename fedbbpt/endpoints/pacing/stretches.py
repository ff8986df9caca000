"""Attempts begun at about one pace, and what explains how many of them were refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats

FEW_ANYWAY = 0.06
MOST_ANYWAY = 0.98
"""Shares of refusals that are expected lie between these: others who share a key cause a few."""

GRANTS = 25
SHARES = 17
"""Values that are tried for the best explanation."""

MOST_SHARE = 0.9
"""A larger share by chance is nearly an outage."""


@dataclass(slots=True)
class Stretch:
    """Attempts begun at about one pace.

    Attributes:
        rate: attempts a second.
        begun: when the first may have begun.
        attempts: so far.
        refused: of them, so far.
    """

    rate: float
    begun: float
    attempts: int = 0
    refused: int = 0


class Explained(NamedTuple):
    """How refusals are explained best.

    Attributes:
        share: of attempts that is refused by chance, in (0, 0.9].
        grant: attempts a second beyond which more are refused.
        odds: by how much this is better than any grant alone, as a logarithm, >= 0.
    """

    share: float
    grant: float
    odds: float


def explained(stretches: Sequence[Stretch]) -> Explained:
    """Explain refusals by chance and a grant together.

    An attempt at a rate is refused with the chance b + (1 - b) max(0, 1 - grant / rate). The
    likelihood is compared with the best one where b is no more than others cause.

    Args:
        stretches: at least one.
    """
    rates, attempts, refused = (
        np.array(column, dtype=np.float64)[:, None, None]
        for column in zip(
            *((one.rate, one.attempts, one.refused) for one in stretches), strict=True
        )
    )
    grants: Floats = np.geomspace(rates.min() / 4, rates.max(), GRANTS)
    shares: Floats = np.linspace(FEW_ANYWAY, MOST_SHARE, SHARES)
    over = np.maximum(0.0, 1 - grants[:, None] / rates)
    expected = np.minimum(shares + (1 - shares) * over, MOST_ANYWAY)
    kept = np.maximum(attempts - refused, 0.0)
    likelihood: Floats = (refused * np.log(expected) + kept * np.log1p(-expected)).sum(axis=0)
    best, without = likelihood.max(axis=0), float(likelihood[:, 0].max())
    share = int(best.argmax())
    grant = int(likelihood[:, share].argmax())
    return Explained(float(shares[share]), float(grants[grant]), float(best[share]) - without)
