"""Recorded answers by question, prompt, exemplar set, wording and sample: a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Cost(NamedTuple):
    """What something cost.

    Attributes:
        calls: requests that reached the model.
        tokens: read and written.
    """

    calls: int = 0
    tokens: int = 0

    def plus(self, other: "Cost") -> "Cost":
        """Return both together."""
        return Cost(self.calls + other.calls, self.tokens + other.tokens)


class Condition(NamedTuple):
    """How a question was asked.

    Attributes:
        prompt: name of the prompt.
        exemplars: name of the exemplar set, empty for none.
        wording: name of the paraphrase, empty for the question's own words.
    """

    prompt: str
    exemplars: str = ""
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One sample.

    Attributes:
        answer: canonical; None abstains.
        cost: of asking it, a second call for the extraction included.
        confidence: mean log-probability, None where unknown.

    Raises:
        ValueError: an empty answer, or a cost below one call or below 0 tokens.
    """

    answer: str | None
    cost: Cost = field(default=Cost(1))
    confidence: float | None = None

    def __post_init__(self) -> None:
        if self.answer == "":
            raise ValueError("answer: an empty text is no answer; give None to abstain")
        if self.cost.calls < 1 or self.cost.tokens < 0:
            raise ValueError(f"cost: {self.cost}; a sample took at least one call")


Place = tuple[int, Condition]
"""Number of the question, and how it was asked."""


@dataclass(frozen=True, slots=True)
class AnswersTable:
    """All that was recorded once, for methods to draw from.

    Attributes:
        targets: the right answer of each question in canonical form, by its number.
        cells: the samples by question and condition.
        preparation: what is paid once by whoever comes to a cell, such as the writing of its
            paraphrase, also where nothing of it was fit to be asked; nothing where it is not named.
        choices: the closed set of answers in its order, empty for free answers.
        dearest: most calls that a sample took; 1 where there is none.

    Raises:
        ValueError: a cell or preparation of a question that is not there.
    """

    targets: tuple[str, ...]
    cells: Mapping[Place, tuple[Recorded, ...]]
    preparation: Mapping[Place, Cost] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    dearest: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for named, places in (("cells", self.cells), ("preparation", self.preparation)):
            for question, condition in places:
                if not 0 <= question < len(self.targets):
                    raise ValueError(
                        f"{named}: question {question} under {condition.prompt!r}; "
                        f"there are {len(self.targets)}"
                    )
        calls = (one.cost.calls for samples in self.cells.values() for one in samples)
        object.__setattr__(self, "dearest", max(calls, default=1))

    def samples(self, question: int, condition: Condition) -> tuple[Recorded, ...]:
        """Return the samples of a cell, none where it was not recorded."""
        return self.cells.get((question, condition), ())
