"""Owners in this process, all at work at once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from fedbbpt.client import Client
from fedbbpt.errors import BudgetError, FedbbptError
from fedbbpt.messages import Assignment, Report


@dataclass(frozen=True, slots=True)
class Local:
    """Runs every client as a task of the running loop.

    Attributes:
        clients: by name.
    """

    clients: Mapping[str, Client]

    @property
    def sizes(self) -> dict[str, int]:
        """Training examples of each owner, by name."""
        return {name: len(client.owner.data.train) for name, client in self.clients.items()}

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        """Return every owner's report, in the order of the names.

        Raises:
            BudgetError: one owner's work would pass a cap; the others' was finished first.
            FedbbptError: one owner's work cannot go on; the others are stopped, nothing is lost.
        """
        pauses: list[BudgetError] = []
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._report(name, assignments[name], pauses))
                    for name in sorted(assignments)
                ]
        except* FedbbptError as errors:
            raise _first(errors) from None
        if pauses:
            raise pauses[0]
        return [report for task in tasks for report in task.result()]

    async def _report(
        self, name: str, assignment: Assignment, pauses: list[BudgetError]
    ) -> list[Report]:
        try:
            return [await self.clients[name].work(assignment)]
        except BudgetError as error:
            # Collected, not raised: stopping the others would lose replies that are paid for and on
            # their way, and each new try under a raised cap would lose some more.
            pauses.append(error)
            return []


def _first(errors: BaseExceptionGroup[FedbbptError]) -> FedbbptError:
    first = errors.exceptions[0]
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
