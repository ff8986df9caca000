"""A prepared run connected: endpoints open, every owner a client at its own one."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from fedbbpt.answers import Missing
from fedbbpt.canonical import digest
from fedbbpt.client import Client
from fedbbpt.config.places import SHARED
from fedbbpt.config.prepare import Prepared
from fedbbpt.data import OwnerData
from fedbbpt.endpoints import Connector, Profile, Wire
from fedbbpt.endpoints.batches.recording import BatchRecorder
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.carriers import Assure, Carrier, CarryingWire, nothing
from fedbbpt.endpoints.function_wire import ATTEMPTS as EVALUATIONS
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limiters import Limiters
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.retrying import ATTEMPTS, Retrying
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.endpoints.records.journal import Journal, request_key
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.records.same_model import Assured, SameModel
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import EndpointError
from fedbbpt.evaluator import Unasked
from fedbbpt.marking import Graded
from fedbbpt.metrics import Grader, Marker, Measuring
from fedbbpt.objective import Objective
from fedbbpt.work.owner import Owner


@dataclass(frozen=True, slots=True)
class Line:
    """An open endpoint.

    Attributes:
        profile: with the full identity, and the price that its requests pay.
        wire: with all its wrappers, on behalf of whoever opened it.
        wire_of: the same on behalf of an owner, under its caps.
        assure: awaited before anything is sent in another way than over ``wire``.
        carrier: takes lists of requests in the place of ``wire``, or None.
        carrier_of: the same on behalf of an owner, under its caps.
    """

    profile: Profile
    wire: Wire
    wire_of: Callable[[str, Caps], Wire]
    assure: Assure = nothing
    carrier: Carrier | None = None
    carrier_of: Callable[[str, Caps], Carrier | None] = lambda _owner, _caps: None


@dataclass(frozen=True, slots=True)
class Connected:
    """Open endpoints, from which clients are made.

    Attributes:
        prepared: the run.
        lines: open endpoints by owner name, as in ``Prepared.connectors``.
        journal: shared by all of them.
        opened: every endpoint that a client was given, for counting.
        judges: open endpoints that grade, by owner name, as in ``Prepared.judges``.
        measuring: what marks answers in this process, or None.
    """

    prepared: Prepared
    lines: Mapping[str, Line]
    journal: Journal
    opened: list[Batched] = field(default_factory=list)
    judges: Mapping[str, Line] = field(default_factory=dict)
    measuring: Marker | None = None

    def client(self, data: OwnerData, *, line: str | None = None) -> Client:
        """Return a client for an owner's data at its own endpoint, or at another owner's."""
        prepared, name = self.prepared, data.owner if line is None else line
        scoring = prepared.scoring
        objective = Objective(
            reasoning=Unasked() if scoring.evaluated else scoring.reasoning,
            endpoint=self._endpoint(self._line(name), data.owner),
            metric=scoring.metric,
            calibrator=scoring.calibrator,
            bound=scoring.bound,
            marker=self._marker(name, data.owner),
        )
        sections = prepared.sections
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

    def _line(self, name: str) -> Line:
        return self.lines.get(name) or self.lines[SHARED]

    def _endpoint(self, line: Line, owner: str) -> Batched:
        caps = self.prepared.caps_of(owner)
        wire, carrier = line.wire_of(owner, caps), line.carrier_of(owner, caps)
        endpoint = Batched(wire, line.profile, self.journal, caps, owner, carrier)
        self.opened.append(endpoint)
        return endpoint

    def _marker(self, name: str, owner: str) -> Marker | None:
        scoring = self.prepared.scoring
        if not isinstance(scoring.metric, Grader):
            return self.measuring
        judge = self.judges.get(name) or self.judges.get(SHARED) or self._line(name)
        who = "evaluator" if scoring.evaluated else "judge"
        return Graded(scoring.metric, self._endpoint(judge, owner), who)

    def clients(self) -> dict[str, Client]:
        """Return one client an owner."""
        return {name: self.client(data) for name, data in self.prepared.data.items()}


@asynccontextmanager
async def connected(prepared: Prepared, journal: Journal) -> AsyncIterator[Connected]:
    """Open every endpoint of a run for the time of a ``with`` block.

    Raises:
        EndpointError: an endpoint cannot be opened or refuses for good.
    """
    metric, caps = prepared.scoring.metric, prepared.caps_of
    measuring = metric.open() if isinstance(metric, Measuring) else None
    attempts = EVALUATIONS if prepared.scoring.evaluated else ATTEMPTS
    profiles = (*prepared.profiles.values(), *prepared.judge_profiles.values())
    limiters = Limiters(profiles, steady=prepared.scoring.evaluated)
    async with AsyncExitStack() as stack:
        lines = {}
        for name, connector in prepared.connectors.items():
            owner = name or "shared"
            opening = open_line(connector, journal, caps(name), owner, limiters, attempts)
            lines[name] = await stack.enter_async_context(opening)
        judges = {}
        for name, connector in prepared.judges.items():
            opening = open_line(connector, journal, caps(name), name or "shared", limiters)
            judges[name] = await stack.enter_async_context(opening)
        yield Connected(prepared, lines, journal, judges=judges, measuring=measuring)


@asynccontextmanager
async def open_line(
    connector: Connector,
    journal: Journal,
    caps: Caps,
    owner: str,
    limiters: Limiters | None = None,
    attempts: int = ATTEMPTS,
) -> AsyncIterator[Line]:
    """Open one endpoint, with all wrappers of its wire, for the time of a ``with`` block.

    Args:
        connector: the endpoint.
        journal: where its calls are recorded.
        caps: the most that may be spent over the journal.
        owner: on whose behalf it is asked, for the record.
        limiters: shared by all endpoints of a run; None for one endpoint alone.
        attempts: most tries at one request.

    Raises:
        EndpointError: it cannot be opened or refuses for good.
    """
    async with connector.connect() as wire:
        profile = connector.profile()
        limiter = (limiters or Limiters()).of(profile)
        if profile.pinned:

            def wire_of(owner: str, caps: Caps) -> Wire:
                recorded = Recorded(wire, journal, profile, owner, caps)
                return _patient(recorded, profile, limiter, attempts)

            line = Line(profile, wire_of(owner, caps), wire_of)
        else:
            line = await _fingerprinted(profile, wire, journal, caps, owner, limiter)
        if isinstance(wire, CarryingWire):
            line = _in_batches(line, wire, journal, caps, owner)
        yield line


async def _fingerprinted(
    profile: Profile, wire: Wire, journal: Journal, caps: Caps, owner: str, limiter: Limiter
) -> Line:
    """Return an endpoint whose model is known by name alone, told by its answer to one question."""
    plain = Recorded(wire, journal, profile, owner, caps)
    # What another run was told may be of another model: this run asks for itself.
    journal.keep_own(request_key(profile.identity, fingerprint_request()))
    asking = Batched(_patient(plain, profile, limiter), profile, journal, caps, owner)
    (answer,) = await asking.complete([fingerprint_request()])
    if isinstance(answer, Missing):
        raise EndpointError(
            f"{profile.destination}: no usable answer to the first question ({answer.reason}); "
            "check that the server is up, and try again"
        )
    full = replace(
        profile,
        identity=digest([profile.identity, answer.text]),
        # What was read for one short question bounds what the template adds to any.
        preamble_tokens=max(profile.preamble_tokens, answer.usage.prompt_tokens),
    )
    again = Recorded(wire, journal, profile, owner, caps, verbatim=True)
    assure = nothing if asking.calls else SameModel(again, answer.text, profile.name).assure

    def wire_of(owner: str, caps: Caps) -> Wire:
        recorded: Wire = Recorded(wire, journal, full, owner, caps)
        if assure is not nothing:
            recorded = Assured(recorded, assure)
        return _patient(recorded, full, limiter)

    return Line(full, wire_of(owner, caps), wire_of, assure)


def _in_batches(line: Line, wire: CarryingWire, journal: Journal, caps: Caps, owner: str) -> Line:
    """Return a line whose lists travel as batches, and pay what batches do."""
    paid = line.profile.carrying()

    def carrier_of(owner: str, caps: Caps) -> Carrier:
        return wire.carrying(BatchRecorder(journal, paid, owner, caps), line.assure)

    return replace(line, profile=paid, carrier=carrier_of(owner, caps), carrier_of=carrier_of)


def _patient(wire: Wire, profile: Profile, limiter: Limiter, attempts: int = ATTEMPTS) -> Wire:
    limited = Limited(wire, limiter, profile.form.reasoning_tokens)
    return Retrying(limited, attempts, budget=limiter.retries)
