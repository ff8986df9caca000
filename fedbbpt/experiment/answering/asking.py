"""Questions asked until each rule is content, or one budget is spent on all of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from fedbbpt.experiment.answering.asking_plan import AskingPlan, at_least
from fedbbpt.experiment.answering.standing import Standing
from fedbbpt.votes.allocation import Allocation
from fedbbpt.votes.question import Cast, Question

AT_ONCE, PART = 16, 20
"""Questions that get their next draw at the same time where draws are shared: at most so many, and
one in so many, since of few questions all would get the same."""

Polls = dict[str, list[Question]]


class Polling(Protocol):
    """How questions reach owners, and casts come back."""

    async def poll(self, questions: Mapping[str, Sequence[Question]]) -> list[Cast]:
        """Return the casts of all owners that are asked."""
        ...


async def ask_all(standings: Sequence[Standing], plan: AskingPlan, engine: Polling) -> None:
    """Ask until the plan says that it is enough; how each question stands says the rest.

    Raises:
        FedbbptError: an owner cannot go on now.
    """
    if plan.rule == "shared":
        await _shared(standings, plan, engine)
    else:
        await _each(standings, plan, engine)


async def _each(standings: Sequence[Standing], plan: AskingPlan, engine: Polling) -> None:
    waiting = list(standings)
    rule = plan.stopping(standings[0].choices if standings else ())
    while waiting:
        polls: Polls = {}
        for standing in waiting:
            count = min(at_least(rule, standing.answers), rule.cap - standing.draws)
            _add(polls, standing.take(count))
        _tell(waiting, await engine.poll(polls))
        waiting = [one for one in waiting if not one.stopped(rule)]


async def _shared(standings: Sequence[Standing], plan: AskingPlan, engine: Polling) -> None:
    running = Allocation(len(standings), plan.sharing)
    budget, first = plan.draws * len(standings), running.plan.first * len(standings)
    at_once, spent = max(1, min(AT_ONCE, len(standings) // PART)), 0
    while spent < budget:
        # Until each has its first draws their order is theirs alone, so all can be under way.
        width = first - spent if spent < first else at_once
        taken = running.take(min(width, budget - spent))
        if not taken:
            return
        polls: Polls = {}
        for place in taken:
            _add(polls, standings[place].take(1))
        before = {place: len(standings[place].answers) for place in taken}
        _tell([standings[place] for place in taken], await engine.poll(polls))
        for place in taken:
            new = standings[place].answers[before[place] :]
            # A draw without a reply counts like an abstention here, so that a cap stays a cap.
            running.tell(place, new[0] if new else None)
        spent += len(taken)


def _add(polls: Polls, questions: Mapping[str, Question]) -> None:
    for owner, question in questions.items():
        polls.setdefault(owner, []).append(question)


def _tell(standings: Iterable[Standing], casts: Sequence[Cast]) -> None:
    by_place: dict[int, list[Cast]] = {}
    for cast in casts:
        by_place.setdefault(cast.place, []).append(cast)
    for standing in standings:
        standing.tell(by_place.get(standing.place, []))
