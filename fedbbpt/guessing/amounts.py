"""How much of the data to use and how many questions to ask, for the amount of data there is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

TRAIN, DEV, TEST = 0.4, 0.25, 0.35
MOST_TEXTS = 1200
"""With more texts than this, over all owners, a part of them is enough to decide."""

FIELD = 32
"""Training texts, over all owners, on which a first prompt is scored."""

SMALLEST_BLOCK = 8
QUESTIONS_A_TEXT = 25
"""The default search asks at most 11 prompts, then 6 children, then 3 more often: 23 a text."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Sizes for ``[roles]``, ``[search]`` and ``[scoring]``.

    Attributes:
        train: share or count an owner, as the others of ``[roles]``.
        dev: as train.
        test: as train.
        block: training texts an owner uses in the first round.
        requests: most questions of the search.
        calibration: training texts that calibrate a compared prompt.
    """

    train: float
    dev: float
    test: float
    block: int
    requests: int
    calibration: int


def amounts_for(sizes: Sequence[int]) -> Amounts:
    """Return the amounts for owners with so many texts each, every one 40 or more.

    >>> amounts_for([100])
    Amounts(train=0.4, dev=0.25, test=0.35, block=32, requests=800, calibration=32)
    """
    owners, smallest = len(sizes), min(sizes)
    shares: tuple[float, float, float] = (TRAIN, DEV, TEST)
    if sum(sizes) > MOST_TEXTS:
        most = min(smallest, math.ceil(MOST_TEXTS / owners))
        train, dev, test = (int(share * most) for share in shares)
        shares = (train, dev, test)
    else:
        train = int(TRAIN * smallest)
    block = min(max(SMALLEST_BLOCK, FIELD // owners), train)
    asked = math.ceil(QUESTIONS_A_TEXT * block * owners / 100) * 100
    return Amounts(*shares, block=block, requests=asked, calibration=min(32, max(8, train)))
