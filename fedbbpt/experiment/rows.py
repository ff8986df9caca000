"""Which row of an evaluation is what, and which rows are compared in pairs."""

from fedbbpt.runs.measures import Pairs

START, AGAIN, FOUND = range(3)
"""Rows on dev: the start, the start asked again, the found prompt."""

TUNED = 1
"""Row on test of the prompt that the run returns; the start is row 0, baselines follow."""

DEV_PAIRS: Pairs = ((START, FOUND),)


def pairs_on_test(baselines: int) -> Pairs:
    """Return the pairs on test: tuned against the start, then against every baseline.

    >>> pairs_on_test(2)
    ((0, 1), (2, 1), (3, 1))
    """
    return ((START, TUNED), *((TUNED + 1 + place, TUNED) for place in range(baselines)))
