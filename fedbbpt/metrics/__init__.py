"""How good one answer is: a score in [0, 1], higher is better.

To add a metric, write one file here with one public frozen dataclass named in ``__all__``. A
metric that cannot score an answer by itself is a ``Grader`` (it asks an endpoint) or a
``Measuring`` one (it takes many answers at once): ``marking`` turns its answers into ``Scored``
ones before ``item`` sees them.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable

from fedbbpt.answers import Answer
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.prompts import Prompt


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


@runtime_checkable
class TableMetric(Metric, Protocol):
    """Draws one figure from the table of all targets by all answers; it is no mean of item scores.

    The gate and the results then rest on the figure, the scores of single items stand beside it.

    Law: renaming the labels, in targets and answers alike, changes nothing.
    """

    def of(self, tables: Floats) -> Floats:
        """Return the figure of each table, in [0, 1], in the shape of the leading axes.

        Args:
            tables: shape (..., labels, labels + 1): counts of targets by answers, the last column
                for answers outside the label set.
        """
        ...


class Item(NamedTuple):
    """One answer to be marked, and all that marking may look at.

    Attributes:
        prompt: that the answer was given under.
        answer: as it was read.
        example: that it answers.
        sample: number of the draw; another number is another mark.
    """

    prompt: Prompt
    answer: Answer
    example: Example
    sample: int


class Marker(Protocol):
    """Turns answers into marked ones."""

    @property
    def calls(self) -> int:
        """Requests of this object that reached a model so far."""
        ...

    async def mark(self, items: Sequence[Item]) -> list[Answer]:
        """Return ``Scored``, ``Unreadable`` or ``Missing`` for each item, in the same positions.

        Law: what is missing or unreadable stays so.
        """
        ...


@runtime_checkable
class Grader(Metric, Protocol):
    """Has its answers marked by an endpoint; pure: the asking is done in ``marking``."""

    def request_for(self, item: Item) -> Request:
        """Return the request that marks a readable answer."""
        ...

    def grade(self, item: Item, reply: Completion) -> Answer:
        """Return ``Scored``, or ``Unreadable`` for a reply without a grade."""
        ...


@runtime_checkable
class Measuring(Metric, Protocol):
    """Marks its answers in this process, many at once."""

    def open(self) -> Marker:
        """Return what marks, ready to work; what is heavy is loaded here.

        Raises:
            ConfigError: it cannot be loaded.
        """
        ...
