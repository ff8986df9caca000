"""One endpoint opened: its wire with all wrappers, its model told, its batches carried."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.canonical import digest
from fedbbpt.endpoints import Connector, Profile, Wire
from fedbbpt.endpoints.batches.recording import BatchRecorder
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.carriers import Assure, Carrier, CarryingWire, nothing
from fedbbpt.endpoints.pacing.controlled import Controlled
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limiters import Limiters
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.retrying import ATTEMPTS, Retrying
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.endpoints.records.journal import Journal, request_key
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.records.same_model import Assured, SameModel
from fedbbpt.endpoints.soft_check import check_soft
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import EndpointError, OutageError


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
        if line.carrier is not None:
            await _tidied_up(line, journal)


async def _fingerprinted(
    profile: Profile, wire: Wire, journal: Journal, caps: Caps, owner: str, limiter: Limiter
) -> Line:
    """Return an endpoint whose model is known by name alone, told by its answer to one question."""
    plain = Recorded(wire, journal, profile, owner, caps)
    # What another run was told may be of another model: this run asks for itself.
    journal.keep_own(request_key(profile.identity, fingerprint_request()))
    asking = Batched(_patient(plain, profile, limiter), profile, journal, caps, owner)
    try:
        (answer,) = await asking.complete([fingerprint_request()])
    except OutageError as error:
        raise _silent(profile, error.reason) from error
    if isinstance(answer, Missing):
        raise _silent(profile, answer.reason)
    full = replace(
        profile,
        identity=digest([profile.identity, answer.text]),
        # What was read for one short question bounds what the template adds to any.
        preamble_tokens=max(profile.preamble_tokens, answer.usage.prompt_tokens),
    )
    again = Recorded(wire, journal, profile, owner, caps, verbatim=True)
    assure = nothing if asking.calls else SameModel(again, answer.text, profile.name).assure

    if full.embeddings is not None:
        told = Recorded(wire, journal, full, owner, caps)
        endpoint = Batched(_patient(told, full, limiter), full, journal, caps, owner)
        await check_soft(told, endpoint, full.embeddings)

    def wire_of(owner: str, caps: Caps) -> Wire:
        recorded: Wire = Recorded(wire, journal, full, owner, caps)
        if assure is not nothing:
            recorded = Assured(recorded, assure)
        return _patient(recorded, full, limiter)

    return Line(full, wire_of(owner, caps), wire_of, assure)


def _silent(profile: Profile, reason: str) -> EndpointError:
    return EndpointError(
        f"{profile.destination}: no usable answer to the first question ({reason}); check that the "
        "server is up, and try again"
    )


def _in_batches(line: Line, wire: CarryingWire, journal: Journal, caps: Caps, owner: str) -> Line:
    """Return a line whose lists travel as batches, and pay what batches do."""
    paid = line.profile.carrying()

    def carrier_of(owner: str, caps: Caps) -> Carrier:
        return wire.carrying(BatchRecorder(journal, paid, owner, caps), line.assure)

    return replace(line, profile=paid, carrier=carrier_of(owner, caps), carrier_of=carrier_of)


async def _tidied_up(line: Line, journal: Journal) -> None:
    """Have what is left of batches removed whose answers are all here, whoever they were for.

    A process that died between the two leaves files behind, and the next may have nothing to ask.
    """
    pending = journal.batches.at(line.profile.identity)
    for owner in sorted({batch.owner for batch in pending if not batch.awaited}):
        carrier = line.carrier_of(owner, Caps())
        if carrier is not None:
            await carrier.tidy_up()


def _patient(wire: Wire, profile: Profile, limiter: Limiter, attempts: int = ATTEMPTS) -> Wire:
    limited = Limited(wire, limiter, profile.form.reasoning_tokens)
    # Of nobody's seed, and of no result: processes of one run file must not come back together.
    jitter = np.random.default_rng()
    retrying = Retrying(limited, attempts, budget=limiter.retries, rng=jitter)
    return Controlled(retrying, limiter)
