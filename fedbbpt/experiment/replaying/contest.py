"""Which methods are compared at which budgets on the tables of one run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.experiment.replaying.recording import Tables
from fedbbpt.experiment.replaying.recording_plan import Recording
from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import AnswersTable, Condition
from fedbbpt.replay.choosing import Halving
from fedbbpt.replay.methods import InTurn, Method, Mixture, Sampled
from fedbbpt.replay.partly_pooled import PartlyPooled
from fedbbpt.replay.replaying import replay
from fedbbpt.replay.with_choice import WithChoice, best_of, shares_alike
from fedbbpt.votes.stopping import AdaptiveConsistency, EarlyStopping, FixedNumber

OURS, PARAPHRASES = "ours", "paraphrases"
TRIPLE, PAIRED = "TRIPLE", "TRIPLE paired"
"""They differ in one thing: whether prompts are asked independent questions or common ones."""

SCALE = 0.03
WINDOW = 5


class Trial(NamedTuple):
    """A method at a budget."""

    name: str
    budget: int
    method: Method


@dataclass(frozen=True, slots=True)
class Played:
    """A method at a budget on one table, over all replays.

    Attributes:
        name: of the method.
        budget: calls a question that it may take.
        right: shape (replays, questions), 0 or 1.
        calls: a question on average over replays, all purposes, shape (replays,).
        tokens: likewise.
        wanting: share of questions, over replays, of which it wanted more than a cell holds.
    """

    name: str
    budget: int
    right: Floats
    calls: Floats
    tokens: Floats
    wanting: float = 0.0


def trials(tables: Tables, recording: Recording, budget: int) -> Iterator[Trial]:
    """Yield the methods at one budget; those that choose need calls for 2 draws a question.

    Args:
        tables: recorded.
        recording: what the tables hold; its first prompt is asked where nothing is chosen.
        budget: calls a question.
    """
    every = recording.conditions
    draws = budget // tables.asked.dearest
    if budget <= tables.asked.dearest:
        yield Trial("single", budget, Sampled(every[0], FixedNumber(1), calls=budget))
    else:
        yield from _under_one(every[0], budget, draws)
    mixed = Mixture(shares_alike(every), FixedNumber(budget), budget)
    yield Trial("mixture", budget, mixed)
    yield from _over_wordings(recording, budget, tables.asked.dearest)
    if draws > 1:
        yield from _that_choose(tables, every, budget)
    oracle = best_of(tables.asked, every)
    yield Trial("oracle", budget, Sampled(oracle, FixedNumber(budget), calls=budget))


def _under_one(first: Condition, budget: int, draws: int) -> Iterator[Trial]:
    """Yield the votes under the first prompt; a rule counts draws, none of which is free."""
    yield Trial("SC", budget, Sampled(first, FixedNumber(budget), calls=budget))
    adaptive = AdaptiveConsistency(0.95, budget)
    yield Trial("AC .95", budget, Sampled(first, adaptive, calls=budget))
    if draws >= WINDOW:
        stopping = EarlyStopping(WINDOW, budget)
        yield Trial("ESC", budget, Sampled(first, stopping, calls=budget))


def least_budget(name: str, paraphrases: int, dearest: int) -> int:
    """Return the calls a question from which on a method has its row.

    Args:
        name: of the method, but for single.
        paraphrases: that are written of each question.
        dearest: most calls of a draw.
    """
    match name:
        case "mixture" | "oracle" | "fed-dp-cot" | "zero-shot-cot" | "plan-and-solve":
            return dearest
        case "SC" | "AC .95":
            return dearest + 1
        case "ESC":
            return WINDOW * dearest
        case "paraphrases":
            return paraphrases + 2 * dearest
        case _:
            return 2 * dearest


def _over_wordings(recording: Recording, budget: int, dearest: int) -> Iterator[Trial]:
    """Yield the vote over paraphrases where they are written and 2 draws can be paid beside it."""
    written = recording.paraphrases
    if written and budget >= least_budget(PARAPHRASES, written, dearest):
        rule = FixedNumber(budget - written)
        yield Trial(PARAPHRASES, budget, InTurn(recording.wordings, rule, budget))


def _that_choose(tables: Tables, every: tuple[Condition, ...], budget: int) -> Iterator[Trial]:
    learning, owners = tables.learning, tables.owners
    alone = Halving(every, paired=False, keep=1, scale=0.0)
    yield Trial(TRIPLE, budget, WithChoice(learning, alone, budget))
    common = Halving(every, paired=True, keep=1, scale=0.0, anew=True)
    yield Trial(PAIRED, budget, WithChoice(learning, common, budget))
    own = Halving(every, paired=True, keep=1, scale=0.0)
    yield Trial("local only", budget, WithChoice(learning, own, budget, owners=owners))
    ours = PartlyPooled(every, SCALE)
    yield Trial(OURS, budget, WithChoice(learning, ours, budget, owners=owners, shared=True))


def play(table: AnswersTable, trial: Trial, replays: int, seed: int) -> Played:
    """Replay a method so often, each time with samples in another order.

    The orders are the same for all methods, as far as they draw from the same cells.

    Raises:
        ValueError: the method would take more calls than its budget over all questions.
    """
    right, calls, tokens, wanting = [], [], [], 0
    number = max(1, len(table.targets))
    most = trial.budget * len(table.targets)
    for place in range(replays):
        done = replay(table, trial.method, rng(seed, "replay", round=place), most)
        right.append([float(one) for one in done.right])
        calls.append(done.cost.calls / number)
        tokens.append(done.cost.tokens / number)
        wanting += len(done.wanting)
    rows = (np.array(right), np.array(calls), np.array(tokens))
    return Played(trial.name, trial.budget, *rows, wanting=wanting / (replays * number))


def headroom(tables: Tables, condition: Condition, budget: int, seed: int) -> float:
    """Return what a majority wins over one draw on the training questions, as a share of them."""
    table = tables.learning.table
    draw = Sampled(condition, FixedNumber(1), calls=budget)
    majority = Sampled(condition, FixedNumber(budget), calls=budget)
    one = play(table, Trial("single", budget, draw), 20, seed)
    many = play(table, Trial("SC", budget, majority), 5, seed)
    return float(many.right.mean() - one.right.mean())
