"""Which methods are compared at which budgets on the tables of one run."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.experiment.replaying.recording import Recording, Tables
from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import AnswersTable, Condition
from fedbbpt.replay.choosing import Halving
from fedbbpt.replay.methods import InTurn, Method, Mixture, Sampled
from fedbbpt.replay.partly_pooled import PartlyPooled
from fedbbpt.replay.replaying import replay
from fedbbpt.replay.with_choice import WithChoice, best_of, shares_alike
from fedbbpt.votes.stopping import AdaptiveConsistency, EarlyStopping, FixedNumber

OURS, PARAPHRASES = "ours", "paraphrases"
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
    """

    name: str
    budget: int
    right: Floats
    calls: Floats
    tokens: Floats


def trials(tables: Tables, recording: Recording, budget: int) -> Iterator[Trial]:
    """Yield the methods at one budget; those that choose need 2 calls a question.

    Args:
        tables: recorded.
        recording: what the tables hold; its first prompt is asked where nothing is chosen.
        budget: calls a question.
    """
    every = recording.conditions
    first = every[0]
    if budget == 1:
        yield Trial("single", 1, Sampled(first, FixedNumber(1)))
    else:
        yield Trial("SC", budget, Sampled(first, FixedNumber(budget)))
        yield Trial("AC .95", budget, Sampled(first, AdaptiveConsistency(0.95, budget)))
    if budget >= WINDOW:
        yield Trial("ESC", budget, Sampled(first, EarlyStopping(WINDOW, budget)))
    yield Trial("mixture", budget, Mixture(shares_alike(every), FixedNumber(budget)))
    yield from _over_wordings(recording, budget)
    if budget > 1:
        alone = Halving(every, paired=False, keep=1, scale=0.0)
        learning = tables.learning
        yield Trial("TRIPLE", budget, WithChoice(learning, alone, budget))
        own = Halving(every, paired=True, keep=1, scale=0.0)
        yield Trial("local only", budget, WithChoice(learning, own, budget, owners=tables.owners))
        ours = PartlyPooled(every, SCALE)
        owners = tables.owners
        yield Trial(OURS, budget, WithChoice(learning, ours, budget, owners=owners, shared=True))
    oracle = best_of(tables.asked, every)
    yield Trial("oracle", budget, Sampled(oracle, FixedNumber(budget)))


def _over_wordings(recording: Recording, budget: int) -> Iterator[Trial]:
    """Yield the vote over paraphrases where they are written and something is left to ask them."""
    written = recording.paraphrases
    if written and budget >= written + 2:
        rule = FixedNumber(budget - written)
        yield Trial(PARAPHRASES, budget, InTurn(recording.wordings, rule))


def play(table: AnswersTable, trial: Trial, replays: int, seed: int) -> Played:
    """Replay a method so often, each time with samples in another order.

    The orders are the same for all methods, as far as they draw from the same cells.
    """
    right, calls, tokens = [], [], []
    number = max(1, len(table.targets))
    for place in range(replays):
        done = replay(table, trial.method, rng(seed, "replay", round=place))
        right.append([float(one) for one in done.right])
        calls.append(done.cost.calls / number)
        tokens.append(done.cost.tokens / number)
    return Played(trial.name, trial.budget, np.array(right), np.array(calls), np.array(tokens))


def headroom(tables: Tables, condition: Condition, draws: int, seed: int) -> float:
    """Return what a majority wins over one draw on the training questions, as a share of them."""
    table = tables.learning.table
    one = play(table, Trial("single", 1, Sampled(condition, FixedNumber(1))), 20, seed)
    many = play(table, Trial("SC", draws, Sampled(condition, FixedNumber(draws))), 5, seed)
    return float(many.right.mean() - one.right.mean())
