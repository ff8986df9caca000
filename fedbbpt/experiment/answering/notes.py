"""What a careful reader of a verdict should know of prompts, draws and endpoints."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from fedbbpt.calibration import Calibration
from fedbbpt.completions import Request
from fedbbpt.config.prepare import Prepared
from fedbbpt.experiment.answering.mixes import Mixes
from fedbbpt.experiment.answering.standing import Standing
from fedbbpt.work.voter import Voter


def notes_of(
    prepared: Prepared, mixes: Mixes, voters: Mapping[str, Voter], live: Sequence[Standing]
) -> tuple[str, ...]:
    """Return the notes, one sentence each.

    Args:
        prepared: the run.
        mixes: what owners answered with.
        voters: by owner name.
        live: the questions, with the draws that were made of each.
    """
    notes = [mixes.note] if mixes.note else []
    if any(_one_vote_several_times(standing, voters) for standing in live):
        notes.append(
            "draws at one endpoint with one prompt and temperature 0 say the same: they are one "
            "vote counted several times; raise --temperature or mix prompts"
        )
    if not all(prepared.profile_of(name).local for name in voters):
        notes.append("a vote hides no question from the endpoints that answer it")
    return tuple(notes)


class _Asked(NamedTuple):
    """All that a draw without chance depends on."""

    identity: str
    requests: tuple[Request, ...]
    calibration: Calibration | None


def _one_vote_several_times(standing: Standing, voters: Mapping[str, Voter]) -> bool:
    seen: list[_Asked] = []
    for name, draws in sorted(standing.made.items()):
        if draws and (asked := _without_chance(voters[name], standing.asked.text)) is not None:
            if draws > 1 or asked in seen:
                return True
            seen.append(asked)
    return False


def _without_chance(voter: Voter, question: str) -> _Asked | None:
    """Return what an owner asks first; None where its draws may differ."""
    if voter.temperature or len(voter.mix.ingredients) > 1:
        return None
    (ingredient,) = voter.mix.ingredients
    step = voter.reasoning.start(ingredient.prompt, question).step(())
    if not isinstance(step, Sequence) or any(request.temperature for request in step):
        return None
    requests = tuple(replace(request, sample=0) for request in step)
    return _Asked(voter.endpoint.profile.identity, requests, voter.calibration)
