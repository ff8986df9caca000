"""What parents got wrong at an owner: drawn from examples that they were scored on, never sent."""

from collections.abc import Sequence

import numpy as np

from fedbbpt.answers import Answer, LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.data import Example
from fedbbpt.messages import Assignment, Propose
from fedbbpt.objective import Row, common_items
from fedbbpt.proposers import Failure
from fedbbpt.randomness import rng
from fedbbpt.work.owner import Owner

RIGHT = 1.0
"""Score of an answer that there is nothing to learn from."""


async def failures_of(owner: Owner, assignment: Assignment, most: int) -> tuple[Failure, ...]:
    """Return what each parent got wrong on the block, at most ``most`` a parent, by a seeded draw.

    The parents were asked about these examples in the round before, so that the answers come from
    the journal. Nothing is looked at where the assignment names no block.

    Raises:
        MessageError: the block is below this owner's own minimum.
    """
    work = assignment.work
    if not isinstance(work, Propose) or work.block is None:
        return ()
    examples = owner.block(work.block, assignment.seed)
    rows = [Row(owner.space.decode(point)) for point in work.points]
    answers = await owner.objective.answers(rows, examples)
    common = common_items(answers)
    kept = [examples[place] for place in common]
    stream = rng(assignment.seed, "failures", round=assignment.round, client=owner.name)
    found: list[Failure] = []
    for parent, row in enumerate(answers):
        honest = owner.objective.training_answers([row[place] for place in common], kept)
        found += _drawn(_wrong(owner, honest, kept, parent), most, stream)
    return tuple(found)


def _wrong(
    owner: Owner, answers: Sequence[Answer], examples: Sequence[Example], parent: int
) -> list[Failure]:
    scores = owner.objective.scores(answers, examples)
    return [
        Failure(example.input, _said(answer), example.targets[0], parent)
        for answer, example, score in zip(answers, examples, scores, strict=True)
        if score < RIGHT
    ]


def _drawn(failures: Sequence[Failure], most: int, stream: np.random.Generator) -> list[Failure]:
    order = stream.permutation(len(failures))[:most]
    return [failures[int(place)] for place in order]


def _said(answer: Answer) -> str:
    match answer:
        case LabelScores():
            return answer.best
        case Text(text) | Unreadable(text) | Scored(text):
            return text
        case Missing():
            raise ValueError("a missing answer says nothing")
