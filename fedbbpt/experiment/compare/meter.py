"""Meters between the parts of a cell: what it asked for the first time, and what went to and fro.

A cell's answers may lie in the journal already, because another cell paid for them. What it would
have cost alone is counted here, from its requests themselves, so that it does not depend on order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fedbbpt.answers import Missing
from fedbbpt.client import Client
from fedbbpt.codec.messages import encode_assignment, encode_report
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.endpoints import Endpoint, Profile
from fedbbpt.engines.local import Local
from fedbbpt.experiment.compare.cells import Cost
from fedbbpt.marking import Graded
from fedbbpt.messages import Assignment, Report


@dataclass(slots=True, eq=False)
class Metered:
    """An endpoint that counts every distinct request once.

    Law: its calls depend on what is asked and answered alone, not on what the journal held before.
    Its tokens are those that were told with the answers: where a server answers lists, it tells the
    sum of a list, and a request's share depends on which requests met.

    Attributes:
        inner: what answers.
        usage: tokens of the distinct requests so far.
    """

    inner: Endpoint
    usage: Usage = Usage()
    _seen: set[str] = field(default_factory=set)

    @property
    def profile(self) -> Profile:
        """That of the endpoint itself."""
        return self.inner.profile

    @property
    def calls(self) -> int:
        """Distinct requests that were answered."""
        return len(self._seen)

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        """Answer each request, in the same positions, and count the new ones."""
        outcomes = await self.inner.complete(requests)
        identity = self.profile.identity
        for request, outcome in zip(requests, outcomes, strict=True):
            key = request.key(identity)
            if isinstance(outcome, Completion) and key not in self._seen:
                self._seen.add(key)
                self.usage += outcome.usage
        return outcomes


@dataclass(slots=True, eq=False)
class Weighed:
    """An engine in this process that weighs the messages as a network would carry them.

    Attributes:
        engine: what carries them.
        meters: of the endpoints of its clients.
        down: bytes of all assignments so far.
        up: bytes of all reports so far.
    """

    engine: Local
    meters: Sequence[Metered]
    down: int = 0
    up: int = 0

    @property
    def sizes(self) -> dict[str, int]:
        """Training examples of each owner, by name."""
        return self.engine.sizes

    @property
    def cost(self) -> Cost:
        """What it cost so far."""
        usage = sum((meter.usage for meter in self.meters), Usage())
        return Cost(
            calls=sum(meter.calls for meter in self.meters),
            prompt_tokens=usage.prompt_tokens,
            completion_tokens=usage.completion_tokens,
            down=self.down,
            up=self.up,
        )

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        """Carry the assignments and bring the reports, and weigh both."""
        self.down += sum(len(encode_assignment(one)) for one in assignments.values())
        reports = await self.engine.gather(assignments)
        self.up += sum(len(encode_report(report)) for report in reports)
        return reports


def weighed(clients: Mapping[str, Client]) -> Weighed:
    """Return an engine whose clients' endpoints, those of their judges included, are metered."""
    meters: list[Metered] = []
    metered = {name: _metered(client, meters) for name, client in clients.items()}
    return Weighed(Local(metered), meters)


def _metered(client: Client, meters: list[Metered]) -> Client:
    objective = client.owner.objective
    answering = Metered(objective.endpoint)
    meters.append(answering)
    marker = objective.marker
    if isinstance(marker, Graded):
        grading = Metered(marker.endpoint)
        meters.append(grading)
        marker = marker.at(grading)
    objective = replace(objective, endpoint=answering, marker=marker)
    return replace(client, owner=replace(client.owner, objective=objective))
