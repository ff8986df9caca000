"""Owners in this process, all at work at once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from fedbbpt.client import Client
from fedbbpt.errors import FedbbptError
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
            FedbbptError: one owner's work cannot go on; the others are stopped, nothing is lost.
        """
        names = sorted(assignments)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self.clients[name].work(assignments[name])) for name in names
                ]
        except* FedbbptError as errors:
            raise _first(errors) from None
        return [task.result() for task in tasks]


def _first(errors: BaseExceptionGroup[FedbbptError]) -> FedbbptError:
    first = errors.exceptions[0]
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first
