"""Owners in this process, all at work at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from fedbbpt.client import Client
from fedbbpt.errors import BudgetError, FedbbptError, OutageError
from fedbbpt.messages import Assignment, Report
from fedbbpt.votes.question import Cast, Question
from fedbbpt.work.voter import Voter

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Local:
    """Runs every client as a task of the running loop.

    Attributes:
        clients: by name.
        voters: owners that answer questions, by name.
    """

    clients: Mapping[str, Client]
    voters: Mapping[str, Voter] = field(default_factory=dict)

    @property
    def sizes(self) -> dict[str, int]:
        """Training examples of each owner, by name."""
        return {name: len(client.owner.data.train) for name, client in self.clients.items()}

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        """Return every owner's report, in the order of the names.

        Raises:
            BudgetError: one owner's work would pass a cap; the others' was finished first.
            OutageError: one owner's endpoint gives no answers just now; as for a cap.
            FedbbptError: one owner's work cannot go on; the others are stopped, nothing is lost.
        """
        return await _all(
            sorted(assignments), lambda name: self.clients[name].work(assignments[name])
        )

    async def poll(self, questions: Mapping[str, Sequence[Question]]) -> list[Cast]:
        """Return the casts of all owners that are asked, in the order of the names.

        Args:
            questions: what each owner is asked, by its name.

        Raises:
            BudgetError: one owner's draws would pass a cap; the others' were made first.
            OutageError: one owner's endpoint gives no answers just now; as for a cap.
            FedbbptError: one owner cannot go on; the others are stopped, nothing is lost.
        """
        cast = await _all(sorted(questions), lambda name: self.voters[name].answer(questions[name]))
        return [one for mine in cast for one in mine]


async def _all(names: Sequence[str], work: Callable[[str], Awaitable[_Result]]) -> list[_Result]:
    pauses: list[BudgetError | OutageError] = []

    async def done(name: str) -> list[_Result]:
        try:
            return [await work(name)]
        except (BudgetError, OutageError) as error:
            # Collected, not raised: stopping the others would lose replies that are paid for and on
            # their way, and each new try would lose some more.
            pauses.append(error)
            return []

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(done(name)) for name in names]
    except* FedbbptError as errors:
        raise _first(errors) from None
    if pauses:
        raise pauses[0]
    return [result for task in tasks for result in task.result()]


def _first(errors: BaseExceptionGroup[FedbbptError]) -> FedbbptError:
    first = errors.exceptions[0]
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
