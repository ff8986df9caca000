"""Methods that a table holds enough samples for; the others are left out, and it is said."""

from collections.abc import Iterator
from typing import NamedTuple

from fedbbpt.experiment.replaying.contest import OURS, Played, play, trials
from fedbbpt.experiment.replaying.further_trials import Further, base_name, further_trials
from fedbbpt.experiment.replaying.recording import MOST_MISSING, Tables
from fedbbpt.experiment.replaying.recording_plan import Recording
from fedbbpt.replay.methods import Method, Mixture
from fedbbpt.replay.with_choice import WithChoice


class Held(NamedTuple):
    """What was replayed on one set.

    Attributes:
        played: methods at budgets.
        notes: one line each on what was left out, and on cells that ran out.
    """

    played: tuple[Played, ...]
    notes: tuple[str, ...]


class Orders(NamedTuple):
    """How often methods are replayed, and from which seed; names of rows, none for all."""

    replays: int
    seed: int
    methods: tuple[str, ...] = ()


def held(tables: Tables, recording: Recording, budgets: tuple[int, ...], orders: Orders) -> Held:
    """Replay every method at every budget on what a table holds.

    Nothing is drawn twice. A method that wanted more of a cell than was recorded, on more questions
    than replies may be missing of, is left out of that budget. One that mixes prompts goes on with
    the others in proportion, and on how many questions is noted.
    """
    played: list[Played] = []
    notes: list[str] = []
    for budget in budgets:
        for one in _every(tables, recording, budget):
            name = one.trial.name
            if orders.methods and base_name(name) not in {*orders.methods, OURS}:
                continue
            if one.refused:
                notes.append(f"{name} is left out at {budget} calls: {one.refused}")
                continue
            done = play(one.table, one.trial, orders.replays, orders.seed)
            mixes = _mixes(one.trial.method)
            if done.wanting > MOST_MISSING and not mixes:
                notes.append(
                    f"{name} is left out at {budget} calls: on {done.wanting:.0%} of the questions "
                    "it needs more draws under one prompt than were recorded; record more"
                )
                continue
            if done.wanting:
                follows = "others took over" if mixes else "it went without"
                notes.append(
                    f"{name} at {budget} calls: on {done.wanting:.1%} of the questions a prompt "
                    f"had no recorded draw left, and {follows}"
                )
            played.append(done)
    return Held(tuple(played), tuple(notes))


def _every(tables: Tables, recording: Recording, budget: int) -> Iterator[Further]:
    for trial in trials(tables, recording, budget):
        yield Further(trial, tables.asked)
    yield from further_trials(tables, recording, budget)


def _mixes(method: Method) -> bool:
    return isinstance(method, Mixture) or (isinstance(method, WithChoice) and method.shared)
