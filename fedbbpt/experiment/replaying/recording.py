"""The answers table of a run: every prompt on every question, through the owners' endpoints."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from fedbbpt.answers import LabelScores, Missing
from fedbbpt.config.connect import Connected
from fedbbpt.config.reasoning import answer_kind
from fedbbpt.data import Example
from fedbbpt.errors import ConfigError, QuorumError
from fedbbpt.experiment.replaying.rewording import reworded, wording_of
from fedbbpt.extraction import AnswerKind
from fedbbpt.objective import Objective
from fedbbpt.randomness import rng
from fedbbpt.reasoning.voting import said
from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost, Place, Recorded
from fedbbpt.replay.with_choice import Learning
from fedbbpt.work.conversing import Told, converse, tells_all
from fedbbpt.work.prompt_mix import Ingredient
from fedbbpt.work.voter import label_chances

MOST_MISSING = 0.02
"""Share of questions without a reply, under any prompt, above which nothing is compared."""


@dataclass(frozen=True, slots=True)
class Recording:
    """How a table is recorded.

    Attributes:
        prompts: the first is what is asked without a choice; at least one.
        samples: of each cell, >= 1.
        temperature: of the samples, above 0 and at most 2.
        paraphrases: of each question that is answered, asked under the first prompt, >= 0.

    Raises:
        ValueError: a value out of range, or a prompt twice.
    """

    prompts: tuple[Ingredient, ...]
    samples: int = 40
    temperature: float = 1.0
    paraphrases: int = 0

    def __post_init__(self) -> None:
        if not self.prompts or len({one.name for one in self.prompts}) < len(self.prompts):
            raise ValueError("prompts: give at least one, each under a name of its own")
        if self.samples < 1 or self.paraphrases < 0:
            raise ValueError(
                f"samples, paraphrases: {self.samples} and {self.paraphrases}; at least 1 and 0"
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


class Tables(NamedTuple):
    """What was recorded: training questions to learn from, and those that methods answer.

    Attributes:
        learning: of the training questions.
        asked: of the others.
        owners: who owns each of the others.
        missing: questions under a prompt that no reply came for.
        exact: whether samples were drawn from label log-probabilities.
        dropped: paraphrases that were not fit to be asked.
        calls: distinct requests whose replies the tables hold: not what the journal says, which
            also counts what a later process asked about the model's identity.
    """

    learning: Learning
    asked: AnswersTable
    owners: tuple[str, ...]
    missing: int
    exact: bool
    dropped: int = 0
    calls: int = 0


async def record(lines: Connected, recording: Recording, announce: Callable[[str], None]) -> Tables:
    """Record both tables; what the journal holds is not asked again.

    Raises:
        QuorumError: too many questions have no reply; ask again later.
        FedbbptError: it cannot go on now; nothing that was paid for is lost.
    """
    scribe = _Scribe(lines, recording, announce)
    learning, train_owners = await scribe.table("train")
    asked, owners = await scribe.table("test")
    cells = (len(owners) + len(train_owners)) * len(recording.prompts)
    if scribe.missing > MOST_MISSING * cells:
        raise QuorumError(
            f"{scribe.missing} of {cells} questions under a prompt have no reply, more than "
            f"{MOST_MISSING:.0%}; check the endpoints, and give the same command again"
        )
    return Tables(
        Learning(learning, train_owners),
        asked,
        owners,
        scribe.missing,
        scribe.exact,
        scribe.dropped,
        len(scribe.keys) + scribe.written,
    )


@dataclass(slots=True, eq=False)
class _Scribe:
    lines: Connected
    recording: Recording
    announce: Callable[[str], None]
    missing: int = 0
    exact: bool = False
    dropped: int = 0
    written: int = 0
    keys: set[str] = field(default_factory=set)
    preparation: dict[Place, Cost] = field(default_factory=dict)

    async def table(self, split: str) -> tuple[AnswersTable, tuple[str, ...]]:
        run, data = self.lines.prepared.run, self.lines.prepared.data
        kind = answer_kind(run)
        targets: list[str] = []
        owners: list[str] = []
        cells: dict[Place, tuple[Recorded, ...]] = {}
        for name in sorted(data):
            examples = data[name].splits()[split]
            objective = self.lines.client(data[name]).owner.objective
            for ingredient in self.recording.prompts:
                drawn = await self._cells(objective, ingredient, examples)
                for place, samples in enumerate(drawn, start=len(targets)):
                    cells[place, Condition(ingredient.name)] = samples
            if split == "test" and self.recording.paraphrases:
                cells |= await self._reworded(objective, examples, len(targets))
            targets += [canonical_target(example, kind) for example in examples]
            owners += [name] * len(examples)
            self.announce(f"{split} questions of {name}: {len(examples)} recorded")
        made = AnswersTable(tuple(targets), cells, self.preparation, run.task.labels)
        return made, tuple(owners)

    async def _reworded(
        self, objective: Objective, examples: Sequence[Example], first: int
    ) -> dict[Place, tuple[Recorded, ...]]:
        """Return the cells of the paraphrases; the first of them pays for the writing of all."""
        count, ingredient = self.recording.paraphrases, self.recording.prompts[0]
        inputs = [example.input for example in examples]
        written = await reworded(objective.endpoint, inputs, count)
        self.dropped += sum(one.dropped for one in written)
        self.written += sum(one.cost.calls for one in written)
        cells: dict[Place, tuple[Recorded, ...]] = {}
        for place, condition in enumerate(self.recording.wordings[1:]):
            asked = [
                replace(example, input=one.texts[place])
                for example, one in zip(examples, written, strict=True)
            ]
            drawn = await self._cells(objective, ingredient, asked)
            for number, samples in enumerate(drawn):
                cells[first + number, condition] = samples
                if not place and samples:
                    self.preparation[first + number, condition] = written[number].cost
        return cells

    async def _cells(
        self, objective: Objective, ingredient: Ingredient, examples: Sequence[Example]
    ) -> list[tuple[Recorded, ...]]:
        reasoning = objective.reasoning
        exact = tells_all(reasoning)
        self.exact = self.exact or exact
        times = 1 if exact else self.recording.samples
        dialogues = [
            reasoning.start(ingredient.prompt, example.input, sample=sample)
            for example in examples
            for sample in range(times)
        ]
        heat = 0.0 if exact else self.recording.temperature
        told = await converse(objective.endpoint, dialogues, heat)
        self.keys.update(paid.key for one in told for paid in one.paid)
        groups = [told[at * times : (at + 1) * times] for at in range(len(examples))]
        self.missing += sum(
            any(isinstance(one.answer, Missing) for one in group) for group in groups
        )
        return [
            self._samples(group, f"{ingredient.name} {example.id} {example.input}")
            for group, example in zip(groups, examples, strict=True)
        ]

    def _samples(self, told: Sequence[Told], named: str) -> tuple[Recorded, ...]:
        there = [one for one in told if not isinstance(one.answer, Missing)]
        if len(there) == 1 and isinstance(there[0].answer, LabelScores):
            return self._drawn(there[0].answer, _cost(there[0]), named)
        return tuple(Recorded(said(one.answer), _cost(one)) for one in there)

    def _drawn(self, scores: LabelScores, cost: Cost, named: str) -> tuple[Recorded, ...]:
        """Draw samples of an exact distribution; each pays what asking for it would have cost."""
        chances = label_chances(scores, self.recording.temperature)
        stream = rng(self.lines.prepared.run.seed, "answers table", client=named)
        each = [Recorded(label, cost) for label in scores.labels]
        drawn = stream.choice(len(each), size=self.recording.samples, p=chances)
        return tuple(each[int(place)] for place in np.asarray(drawn))


def canonical_target(example: Example, kind: AnswerKind | None) -> str:
    """Return the right answer of an example in canonical form.

    Raises:
        ConfigError: it is none of the task's kind.
    """
    if kind is None:
        return example.targets[0]
    found = kind.about(example.input).canonical(example.targets[0])
    if not isinstance(found, str):
        raise ConfigError(f"[task] answer: the target of example {example.id!r} is of another kind")
    return found


def _cost(told: Told) -> Cost:
    tokens = sum(paid.usage.prompt_tokens + paid.usage.completion_tokens for paid in told.paid)
    return Cost(max(1, len(told.paid)), tokens)
