"""How good one answer is: a score in [0, 1], higher is better.

To add a metric, write one file here with one public frozen dataclass named in ``__all__``.
"""

from typing import Protocol

from fedbbpt.answers import Answer
from fedbbpt.data import Example


class Metric(Protocol):
    """Scores answers one by one.

    Law: a missing answer is never scored, an unreadable one gets 0.
    """

    def item(self, answer: Answer, example: Example) -> float:
        """Return the score of one answer, in [0, 1].

        Raises:
            ValueError: the answer is missing.
        """
        ...
