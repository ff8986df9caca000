"""What the tables of a replay hold: prompts, exemplar sets, and samples of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from fedbbpt.data import Example
from fedbbpt.experiment.replaying.rewording import wording_of
from fedbbpt.experiment.replaying.shown_sets import ShownSet
from fedbbpt.prompts import Prompt
from fedbbpt.replay.answers_table import Condition
from fedbbpt.work.prompt_mix import Ingredient


class Asked(NamedTuple):
    """How a list of questions is asked, and how often each."""

    condition: Condition
    prompt: Prompt
    times: int


@dataclass(frozen=True, slots=True)
class Samples:
    """How many samples a cell of each kind gets.

    Attributes:
        first: of the first prompt, >= 1.
        other: of every other prompt; None for as many.
        paraphrase: of every paraphrase; None for as many as the first.
        shown: of every exemplar set; None for as many as another prompt.
        training: of a training question's cell at most; 0 for no limit.

    Raises:
        ValueError: a number below 1, or ``training`` below 0.
    """

    first: int = 40
    other: int | None = None
    paraphrase: int | None = None
    shown: int | None = None
    training: int = 0

    def __post_init__(self) -> None:
        given = {"samples": self.first, "samples-other": self.other}
        given |= {"samples-paraphrase": self.paraphrase, "samples-exemplars": self.shown}
        for name, number in given.items():
            if number is not None and number < 1:
                raise ValueError(f"{name}: {number} records nothing; give at least 1")
        if self.training < 0:
            raise ValueError(f"samples-train: {self.training} is below 0; give 0 for no limit")

    def of(self, condition: Condition, first: Condition, *, training: bool = False) -> int:
        """Return the samples of a cell.

        Args:
            condition: of the cell.
            first: the first prompt, without anything else.
            training: whether the question is one to learn from.
        """
        other = self.first if self.other is None else self.other
        if condition.wording:
            number = self.first if self.paraphrase is None else self.paraphrase
        elif condition.exemplars:
            number = other if self.shown is None else self.shown
        else:
            number = self.first if condition == first else other
        return min(number, self.training) if training and self.training else number


@dataclass(frozen=True, slots=True)
class Recording:
    """How a table is recorded.

    Attributes:
        prompts: the first is what is asked without a choice; at least one.
        samples: of each cell.
        temperature: of the samples, above 0 and at most 2.
        paraphrases: of each question that is answered, asked under the first prompt, >= 0.
        shown: exemplar sets, each shown before the questions that are answered, under the first
            prompt.
        questions: of each owner that are answered, at most; 0 for all.

    Raises:
        ValueError: a value out of range, or a prompt or exemplar set twice.
    """

    prompts: tuple[Ingredient, ...]
    samples: Samples = field(default_factory=Samples)
    temperature: float = 1.0
    paraphrases: int = 0
    shown: tuple[ShownSet, ...] = ()
    questions: int = 0

    def __post_init__(self) -> None:
        if not self.prompts or len({one.name for one in self.prompts}) < len(self.prompts):
            raise ValueError("prompts: give at least one, each under a name of its own")
        if len({one.name for one in self.shown}) < len(self.shown):
            raise ValueError("exemplars: two sets have the same name; rename one in its file")
        if self.paraphrases < 0 or self.questions < 0:
            raise ValueError(
                f"paraphrases, questions: {self.paraphrases} and {self.questions}; at least 0"
            )
        if not 0 < self.temperature <= 2:
            raise ValueError(
                f"temperature: {self.temperature} is outside (0, 2]; at 0 all samples are one"
            )

    @property
    def wordings(self) -> tuple[Condition, ...]:
        """The first prompt on the question in its own words, then on each paraphrase."""
        first = self.conditions[0]
        return (first, *(wording_of(first, place) for place in range(self.paraphrases)))

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """One a prompt."""
        return tuple(Condition(one.name) for one in self.prompts)

    def times(self, condition: Condition, *, training: bool = False) -> int:
        """Return how many samples a cell gets."""
        return self.samples.of(condition, self.conditions[0], training=training)

    def under(self, one: ShownSet) -> Condition:
        """Return the condition under which an exemplar set is shown."""
        return self.conditions[0]._replace(exemplars=one.name)

    def asked(self, *, training: bool) -> list[Asked]:
        """Return how questions are asked in their own words; exemplars are not learned about."""
        asked = [
            Asked(under, one.prompt, self.times(under, training=training))
            for under, one in zip(self.conditions, self.prompts, strict=True)
        ]
        if not training:
            for one in self.shown:
                under = self.under(one)
                asked.append(Asked(under, one.before(self.prompts[0].prompt), self.times(under)))
        return asked

    def some_of(
        self, examples: Sequence[Example], split: str, rng: np.random.Generator
    ) -> Sequence[Example]:
        """Return the examples of an owner's split that are recorded, in their order.

        Law: of ``questions`` fewer, those of more are a part.
        """
        if split != "test" or not 0 < self.questions < len(examples):
            return examples
        kept = sorted(int(place) for place in rng.permutation(len(examples))[: self.questions])
        return [examples[place] for place in kept]
