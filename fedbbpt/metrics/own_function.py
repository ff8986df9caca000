"""A metric that is a plain function of the user's own: ``metric = "package.module:function"``."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from fedbbpt.answers import Answer
from fedbbpt.data import Example
from fedbbpt.metrics.returned import checked_score
from fedbbpt.metrics.said import score_of

ScoreFunction = Callable[[str, Example], object]


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """Scores what an answer says with a function ``(text, example) -> float in [0, 1]``.

    It is called for readable answers only: a missing one is never scored, an unreadable one gets 0.
    What it raises keeps its traceback, with a note that names the function and the example's id.

    Attributes:
        name: of the function, as ``package.module:name``.
        function: gets the answer's text (of label scores the best label) and the ``Example``.
    """

    name: str
    function: ScoreFunction = field(compare=False)

    def item(self, answer: Answer, example: Example) -> float:
        """Return the function's value.

        Raises:
            ValueError: the answer is missing.
            ConfigError: the value is no score.
        """
        return score_of(answer, example, lambda said: self._score(said, example))

    def _score(self, said: str, example: Example) -> float:
        with _Noted(f"in the metric {self.name}, example {example.id!r}"):
            value = self.function(said, example)
        return checked_score(value, self.name, example.id)


@dataclass(frozen=True, slots=True)
class _Noted:
    """Adds a note to whatever leaves a ``with`` block; nothing is caught."""

    note: str

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if error is not None:
            error.add_note(self.note)
