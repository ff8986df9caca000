"""Methods beside the usual ones: sharing alone, what is free, what shows exemplars, one trigger."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from fedbbpt.experiment.replaying.contest import OURS, PAIRED, PARAPHRASES, Trial
from fedbbpt.experiment.replaying.recording import Tables
from fedbbpt.experiment.replaying.recording_plan import Recording
from fedbbpt.experiment.replaying.shown_sets import ShownSet
from fedbbpt.reasoning.plan_and_solve import TRIGGERS
from fedbbpt.reasoning.zero_shot_cot import ZeroShotCot
from fedbbpt.replay.after_making import AfterMaking
from fedbbpt.replay.answers_table import AnswersTable, Cost
from fedbbpt.replay.methods import InTurn, Sampled, Shared
from fedbbpt.votes.allocation import Plan
from fedbbpt.votes.stopping import FixedNumber

ALLOCATION, FREE = "allocation", " free"
FED_DP_COT, EXEMPLARS = "fed-dp-cot", "exemplars"
ONE_CALL = {"zero-shot-cot": ZeroShotCot().trigger, "plan-and-solve": TRIGGERS["ps+"]}
"""Recipes of one call by the words that end their prompt."""


class Further(NamedTuple):
    """A method at a budget, and the table that it draws from; or why it has no row.

    Attributes:
        trial: the method.
        table: the questions that are answered, free of what the method does not pay.
        refused: why it is left out; empty where it is not.
    """

    trial: Trial
    table: AnswersTable
    refused: str = ""


def base_name(name: str) -> str:
    """Return what a row is named after, without the set shown and without whether it is free.

    >>> base_name("fed-dp-cot (made) free")
    'fed-dp-cot'
    """
    return name.removesuffix(FREE).split(" (")[0]


def beside_ours(name: str) -> bool:
    """Say whether a row stands beside ours: it pays for all it does, and beside no other row."""
    return name not in {OURS, PAIRED, ALLOCATION} and not name.endswith(FREE)


def further_trials(tables: Tables, recording: Recording, budget: int) -> Iterator[Further]:
    """Yield the methods at one budget.

    Args:
        tables: recorded.
        recording: what the tables hold.
        budget: calls a question.
    """
    first, asked = recording.conditions[0], tables.asked
    if budget >= 2 * asked.dearest:
        plan = Plan(2, max(2, min(20, recording.times(first))))
        yield Further(Trial(ALLOCATION, budget, Shared({first: 1.0}, budget, plan)), asked)
    else:
        yield from _one_call(tables, recording, budget)
    if recording.paraphrases and budget > 1:
        free = InTurn(recording.wordings, FixedNumber(budget), calls=budget)
        table = replace(asked, preparation={})
        yield Further(Trial(PARAPHRASES + FREE, budget, free), table)
    for one in recording.shown:
        yield from _showing(asked, recording, one, budget)


def _one_call(tables: Tables, recording: Recording, budget: int) -> Iterator[Further]:
    """Yield one call under each published trigger that ends a recorded prompt."""
    for name, trigger in ONE_CALL.items():
        for one, under in zip(recording.prompts, recording.conditions, strict=True):
            if one.prompt.messages[-1].content.strip().endswith(trigger):
                single = Trial(name, budget, Sampled(under, FixedNumber(1), calls=budget))
                yield Further(single, tables.asked)
                break


def _showing(
    asked: AnswersTable, recording: Recording, one: ShownSet, budget: int
) -> Iterator[Further]:
    under, number = recording.under(one), len(asked.targets)
    name = f"{FED_DP_COT if one.unchecked else EXEMPLARS} ({one.name})"
    free = Trial(name + FREE, budget, AfterMaking(under, Cost(), budget))
    if one.cost.calls:
        method = AfterMaking(under, one.cost, budget)
        left = method.left(number)
        refused = ""
        if left < number * asked.dearest:
            refused = (
                f"making its exemplars took {one.cost.calls:,} calls, which leaves no draw for "
                f"every one of {number:,} questions"
            )
        yield Further(Trial(name, budget, method), asked, refused)
    yield Further(free, asked)
