"""One owner answering by ballot: draws through its own endpoint with its own prompts."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from fedbbpt.answers import LabelScores, Missing
from fedbbpt.calibration import Calibration
from fedbbpt.canonical import digest
from fedbbpt.completions import Usage
from fedbbpt.distributions import Floats, softmax
from fedbbpt.endpoints import Endpoint
from fedbbpt.randomness import rng
from fedbbpt.reasoning import Dialogue, Reasoning
from fedbbpt.reasoning.voting import said
from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.question import Cast, PromptUse, Question
from fedbbpt.work.conversing import Told, converse, tells_all, whole_texts
from fedbbpt.work.prompt_mix import Ingredient, PromptMix

HOTTEST = 2.0
LEAST_CHANCE = 1e-300
"""Of a label that was drawn: its logarithm stays finite."""


class _Draw(NamedTuple):
    """One draw, before it is made."""

    place: int
    number: int
    named: str
    ingredient: Ingredient
    dialogue: Dialogue


class _Made(NamedTuple):
    """A draw and what came of it."""

    draw: _Draw
    told: Told


@dataclass(frozen=True, slots=True)
class Voter:
    """An owner that answers questions.

    Law: what a draw says depends on its number and its question, not on what else is asked.

    Where a reply tells the log-probabilities of all labels, one request tells the distribution that
    draws are from: all draws with one prompt share it, and a label is drawn from it here.

    Attributes:
        name: of the owner.
        reasoning: how a question is asked.
        endpoint: where.
        mix: its prompts.
        seed: decides which prompt a draw takes.
        temperature: of requests that have none of their own, and of label scores, in [0, 2].
        calibration: of its label scores; None leaves them raw.
        confident: whether its ballots also tell how likely each drawn label was; only label scores
            say that.

    Raises:
        ValueError: a temperature out of range.
    """

    name: str
    reasoning: Reasoning
    endpoint: Endpoint
    mix: PromptMix
    seed: int = 0
    temperature: float = 0.7
    calibration: Calibration | None = None
    confident: bool = False
    _paid: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_temperature(self.temperature)

    async def answer(self, questions: Sequence[Question]) -> list[Cast]:
        """Make the draws that are asked for; one cast a question, in their order.

        Raises:
            EndpointError: the endpoint refuses for good.
            BudgetError: a cap would be passed.
        """
        draws = [
            self._begin(question, number) for question in questions for number in question.draws
        ]
        heat = 0.0 if tells_all(self.reasoning) else self.temperature
        told = await converse(self.endpoint, [draw.dialogue for draw in draws], heat)
        made = [_Made(*one) for one in zip(draws, told, strict=True)]
        return [
            self._cast(question, [one for one in made if one.draw.place == question.place])
            for question in questions
        ]

    def _begin(self, question: Question, number: int) -> _Draw:
        named = f"{self.name} {digest(question.text)}"
        ingredient = self.mix.draw(rng(self.seed, "answer prompt", round=number, client=named))
        sample = 0 if tells_all(self.reasoning) else number
        dialogue = self.reasoning.start(ingredient.prompt, question.text, sample=sample)
        return _Draw(question.place, number, named, ingredient, dialogue)

    def _cast(self, question: Question, made: Sequence[_Made]) -> Cast:
        there = [one for one in made if not isinstance(one.told.answer, Missing)]
        samples = [self._sample(one) for one in there]
        calls, usage = 0, Usage()
        for one in made:
            for key, used in one.told.paid:
                if key not in self._paid:
                    self._paid.add(key)
                    calls, usage = calls + 1, usage + used
        used_prompts = Counter(one.draw.ingredient.name for one in made)
        return Cast(
            place=question.place,
            ballot=ballot_of(self.name, samples, calls),
            missing=len(made) - len(there),
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            prompts=tuple(PromptUse(name, used_prompts[name]) for name in sorted(used_prompts)),
            cut_off=sum(
                one.told.cut_off and sample.answer is None
                for one, sample in zip(there, samples, strict=True)
            ),
            dropped=sum(one.told.dropped for one in made),
        )

    def _sample(self, made: _Made) -> Sample:
        answer = made.told.answer
        if not isinstance(answer, LabelScores):
            broken = made.told.cut_off and whole_texts(self.reasoning)
            return Sample(None if broken else said(answer))
        scores = self._calibrated(answer)
        label = self._label(made.draw, scores)
        if not self.confident:
            return Sample(label)
        chance = float(label_chances(scores, 1.0)[scores.labels.index(label)])
        return Sample(label, confidence=math.log(max(chance, LEAST_CHANCE)))

    def _calibrated(self, scores: LabelScores) -> LabelScores:
        if self.calibration is None:
            return scores
        calibrated = self.calibration.apply(scores)
        return calibrated if isinstance(calibrated, LabelScores) else scores

    def _label(self, draw: _Draw, scores: LabelScores) -> str:
        if not self.temperature:
            return scores.best
        chances = label_chances(scores, self.temperature)
        chance = rng(self.seed, "answer label", round=draw.number, client=draw.named)
        return scores.labels[int(chance.choice(len(chances), p=chances))]


def label_chances(scores: LabelScores, temperature: float) -> Floats:
    """Return the chances of the labels at a temperature above 0, shape (labels,)."""
    return softmax(np.array(scores.log_probs) / temperature)


def check_temperature(temperature: float) -> None:
    """Refuse a temperature that endpoints do not take.

    Raises:
        ValueError: it is outside [0, 2].
    """
    if not 0 <= temperature <= HOTTEST:
        raise ValueError(f"temperature: {temperature} is outside 0 to 2; try 0.7")
