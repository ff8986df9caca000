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
from fedbbpt.experiment.replaying.recording_plan import Asked, Recording
from fedbbpt.experiment.replaying.rewording import reworded
from fedbbpt.extraction import AnswerKind
from fedbbpt.objective import Objective
from fedbbpt.randomness import rng
from fedbbpt.reasoning.voting import said
from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost, Place, Recorded
from fedbbpt.replay.with_choice import Learning
from fedbbpt.work.conversing import Told, converse, tells_all
from fedbbpt.work.voter import label_chances

MOST_MISSING = 0.02
"""Share of questions without a reply, under any prompt, above which nothing is compared."""


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
    scribe.check_missing()
    return Tables(
        Learning(learning, train_owners),
        asked,
        owners,
        scribe.missing,
        scribe.exact,
        scribe.dropped,
        len(scribe.keys) + scribe.written,
    )


class Trained(NamedTuple):
    """What was recorded of training questions alone.

    Attributes:
        learning: their table.
        condition: the only one in it.
        calls: distinct requests whose replies it holds.
    """

    learning: Learning
    condition: Condition
    calls: int


async def record_training(
    lines: Connected, recording: Recording, announce: Callable[[str], None]
) -> Trained:
    """Record the training questions under the first prompt; no question of the test is touched.

    Raises:
        QuorumError: too many questions have no reply; ask again later.
        FedbbptError: it cannot go on now; nothing that was paid for is lost.
    """
    alone = replace(recording, prompts=recording.prompts[:1])
    scribe = _Scribe(lines, alone, announce)
    table, owners = await scribe.table("train")
    scribe.check_missing()
    return Trained(Learning(table, owners), alone.conditions[0], len(scribe.keys))


@dataclass(slots=True, eq=False)
class _Scribe:
    lines: Connected
    recording: Recording
    announce: Callable[[str], None]
    cells: int = 0
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
            stream = rng(run.split_seed, "replayed questions", client=name)
            examples = self.recording.some_of(data[name].splits()[split], split, stream)
            objective = self.lines.client(data[name]).owner.objective
            for asked in self.recording.asked(training=split == "train"):
                drawn = await self._cells(objective, asked, examples)
                for place, samples in enumerate(drawn, start=len(targets)):
                    cells[place, asked.condition] = samples
            if split == "test" and self.recording.paraphrases:
                cells |= await self._reworded(objective, examples, len(targets))
            targets += [canonical_target(example, kind) for example in examples]
            owners += [name] * len(examples)
            self.announce(f"{split} questions of {name}: {len(examples)} recorded")
        made = AnswersTable(tuple(targets), cells, dict(self.preparation), run.task.labels)
        return made, tuple(owners)

    def check_missing(self) -> None:
        """Refuse a table with too many holes.

        Raises:
            QuorumError: too many cells have a draw without a reply.
        """
        if self.missing > MOST_MISSING * self.cells:
            raise QuorumError(
                f"{self.missing} of {self.cells} questions under a prompt have no reply, more than "
                f"{MOST_MISSING:.0%}; check the endpoints, and give the same command again"
            )

    async def _reworded(
        self, objective: Objective, examples: Sequence[Example], first: int
    ) -> dict[Place, tuple[Recorded, ...]]:
        """Return the cells of the paraphrases that were kept; the first place pays for all writing.

        Nothing stands in for one that was dropped: the question in its own words under the same
        prompt would be the very samples of its own cell, drawn twice.
        """
        count, prompt = self.recording.paraphrases, self.recording.prompts[0].prompt
        inputs = [example.input for example in examples]
        written = await reworded(objective.endpoint, inputs, count)
        self.dropped += sum(one.dropped for one in written)
        self.written += sum(one.cost.calls for one in written)
        conditions = self.recording.wordings[1:]
        for number, one in enumerate(written):
            self.preparation[first + number, conditions[0]] = one.cost
        cells: dict[Place, tuple[Recorded, ...]] = {}
        for place, condition in enumerate(conditions):
            kept = [number for number, one in enumerate(written) if place < len(one.texts)]
            asked = [replace(examples[n], input=written[n].texts[place]) for n in kept]
            under = Asked(condition, prompt, self.recording.times(condition))
            drawn = await self._cells(objective, under, asked)
            for number, samples in zip(kept, drawn, strict=True):
                cells[first + number, condition] = samples
        return cells

    async def _cells(
        self, objective: Objective, asked: Asked, examples: Sequence[Example]
    ) -> list[tuple[Recorded, ...]]:
        reasoning = objective.reasoning
        exact = tells_all(reasoning)
        self.exact = self.exact or exact
        times = 1 if exact else asked.times
        dialogues = [
            reasoning.start(asked.prompt, example.input, sample=sample)
            for example in examples
            for sample in range(times)
        ]
        heat = 0.0 if exact else self.recording.temperature
        told = await converse(objective.endpoint, dialogues, heat)
        self.keys.update(paid.key for one in told for paid in one.paid)
        groups = [told[at * times : (at + 1) * times] for at in range(len(examples))]
        self.cells += len(examples)
        self.missing += sum(
            any(isinstance(one.answer, Missing) for one in group) for group in groups
        )
        named = " with ".join(filter(None, (asked.condition.prompt, asked.condition.exemplars)))
        return [
            self._samples(group, asked.times, f"{named} {example.id} {example.input}")
            for group, example in zip(groups, examples, strict=True)
        ]

    def _samples(self, told: Sequence[Told], times: int, named: str) -> tuple[Recorded, ...]:
        there = [one for one in told if not isinstance(one.answer, Missing)]
        if len(there) == 1 and isinstance(there[0].answer, LabelScores):
            return self._drawn(there[0].answer, _cost(there[0]), times, named)
        return tuple(Recorded(said(one.answer), _cost(one)) for one in there)

    def _drawn(
        self, scores: LabelScores, cost: Cost, times: int, named: str
    ) -> tuple[Recorded, ...]:
        """Draw samples of an exact distribution; each pays what asking for it would have cost."""
        chances = label_chances(scores, self.recording.temperature)
        stream = rng(self.lines.prepared.run.seed, "answers table", client=named)
        each = [Recorded(label, cost) for label in scores.labels]
        drawn = stream.choice(len(each), size=times, p=chances)
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
