"""A prepared run connected: endpoints open, every owner a client at its own one."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from fedbbpt.answers import Missing
from fedbbpt.canonical import digest
from fedbbpt.client import Client
from fedbbpt.config.prepare import SHARED, Prepared
from fedbbpt.data import OwnerData
from fedbbpt.endpoints import Connector, Profile, Wire
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.fingerprint import fingerprint_request
from fedbbpt.endpoints.journal import Journal
from fedbbpt.endpoints.ledger import Caps
from fedbbpt.endpoints.limits import Limited
from fedbbpt.endpoints.recording import Recorded
from fedbbpt.endpoints.retrying import Retrying
from fedbbpt.endpoints.same_model import SameModel
from fedbbpt.errors import EndpointError
from fedbbpt.objective import Objective
from fedbbpt.work.owner import Owner


@dataclass(frozen=True, slots=True)
class Line:
    """An open endpoint: its profile with the full identity, and the wire with all its wrappers."""

    profile: Profile
    wire: Wire


@dataclass(frozen=True, slots=True)
class Connected:
    """Open endpoints, from which clients are made.

    Attributes:
        prepared: the run.
        lines: open endpoints by owner name, as in ``Prepared.connectors``.
        journal: shared by all of them.
        caps: shared by all of them.
        opened: every endpoint that a client was given, for counting.
    """

    prepared: Prepared
    lines: Mapping[str, Line]
    journal: Journal
    caps: Caps
    opened: list[Batched] = field(default_factory=list)

    def client(self, data: OwnerData, *, line: str | None = None) -> Client:
        """Return a client for an owner's data at its own endpoint, or at another owner's."""
        prepared, name = self.prepared, data.owner if line is None else line
        open_line = self.lines.get(name) or self.lines[SHARED]
        scoring = prepared.scoring
        endpoint = Batched(open_line.wire, open_line.profile, self.journal, self.caps)
        self.opened.append(endpoint)
        objective = Objective(
            reasoning=scoring.reasoning,
            endpoint=endpoint,
            metric=scoring.metric,
            calibrator=scoring.calibrator,
            bound=scoring.bound,
        )
        sections = {owner.data.owner: owner.section for owner in prepared.owners}
        owner = Owner(
            data=data,
            labels=prepared.run.task.labels,
            space=prepared.space,
            objective=objective,
            optimizer=prepared.optimizer,
            min_block=sections[data.owner].min_block if data.owner in sections else 1,
            calibration_examples=scoring.calibration_examples,
        )
        return Client(owner, prepared.fingerprint)

    def clients(self) -> dict[str, Client]:
        """Return one client an owner."""
        return {name: self.client(data) for name, data in self.prepared.data.items()}


@asynccontextmanager
async def connected(prepared: Prepared, journal: Journal) -> AsyncIterator[Connected]:
    """Open every endpoint of a run for the time of a ``with`` block.

    Raises:
        EndpointError: an endpoint cannot be opened or refuses for good.
    """
    section = prepared.run.caps
    caps = Caps(calls=section.calls or None, tokens=section.tokens or None)
    async with AsyncExitStack() as stack:
        lines = {}
        for name, connector in prepared.connectors.items():
            opening = open_line(connector, journal, caps, name or "shared")
            lines[name] = await stack.enter_async_context(opening)
        yield Connected(prepared, lines, journal, caps)


@asynccontextmanager
async def open_line(
    connector: Connector, journal: Journal, caps: Caps, owner: str
) -> AsyncIterator[Line]:
    """Open one endpoint, with all wrappers of its wire, for the time of a ``with`` block.

    Args:
        connector: the endpoint.
        journal: where its calls are recorded.
        caps: the most that may be spent over the journal.
        owner: on whose behalf it is asked, for the record.

    Raises:
        EndpointError: it cannot be opened or refuses for good.
    """
    async with connector.connect() as wire:
        yield await _line(connector, wire, journal, caps, owner)


async def _line(connector: Connector, wire: Wire, journal: Journal, caps: Caps, owner: str) -> Line:
    profile = connector.profile()
    plain = Recorded(wire, journal, profile.identity, owner, caps)
    if profile.pinned:
        return Line(profile, _patient(plain, profile))
    asking = Batched(_patient(plain, profile), profile, journal, caps)
    (answer,) = await asking.complete([fingerprint_request()])
    if isinstance(answer, Missing):
        raise EndpointError(
            f"{profile.destination}: no usable answer to the first question ({answer.reason}); "
            "check that the server is up, and try again"
        )
    full = replace(profile, identity=digest([profile.identity, answer.text]))
    recorded: Wire = Recorded(wire, journal, full.identity, owner, caps)
    if not asking.calls:
        again = Recorded(wire, journal, profile.identity, owner, caps, verbatim=True)
        recorded = SameModel(recorded, again, answer.text, profile.name)
    return Line(full, _patient(recorded, full))


def _patient(wire: Wire, profile: Profile) -> Wire:
    return Retrying(Limited(wire, profile.concurrency))
