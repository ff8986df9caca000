"""Owners in one process: their reports come in order, and one refusal stops all."""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from fake_owners import AskedEndpoint, make_owner, owner_data, points

from fedbbpt.answers import Missing
from fedbbpt.client import Client
from fedbbpt.codec.messages import encode_report
from fedbbpt.completions import Completion, Request
from fedbbpt.distributions import Categorical
from fedbbpt.engines.local import Local
from fedbbpt.errors import BudgetError, EndpointError, FedbbptError, MessageError, OutageError
from fedbbpt.messages import Assignment, Block, Score

NAMES = ("anna", "bert", "cleo")
TABLES = Categorical((np.zeros(6),))


def assignments(names: Sequence[str]) -> dict[str, Assignment]:
    work = Score(points(0, 1), Block(0, 8))
    return {name: Assignment(0, work, TABLES, "f", 1) for name in names}


def engine(endpoints: dict[str, AskedEndpoint]) -> Local:
    return Local(
        {
            name: Client(make_owner(endpoint, owner_data(name)), "f")
            for name, endpoint in endpoints.items()
        }
    )


@dataclass
class WaitingEndpoint(AskedEndpoint):
    """Answers once its turn has come, then lets the next one go."""

    turn: asyncio.Event = field(default_factory=asyncio.Event)
    after: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: bool = False

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        try:
            await self.turn.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        self.after.set()
        return await AskedEndpoint.complete(self, requests)


@dataclass
class RefusingEndpoint(AskedEndpoint):
    """Raises once all owners are at work."""

    error: Exception = field(default_factory=lambda: EndpointError("status 401"))

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        await asyncio.sleep(0)
        raise self.error


def waiting(order: Sequence[str]) -> dict[str, AskedEndpoint]:
    """Return endpoints that answer one after the other, in the given order."""
    endpoints = {name: WaitingEndpoint() for name in order}
    for name, following in itertools.pairwise(order):
        endpoints[name].after = endpoints[following].turn
    endpoints[order[0]].turn.set()
    return dict(endpoints)


@pytest.mark.parametrize("order", [("anna", "bert", "cleo"), ("cleo", "bert", "anna")])
async def test_reports_come_in_the_order_of_names_whoever_answers_first(
    order: tuple[str, ...],
) -> None:
    reports = await engine(waiting(order)).gather(assignments(order))

    plain = await engine({name: AskedEndpoint() for name in NAMES}).gather(assignments(NAMES))
    assert [report.client for report in reports] == list(NAMES)
    assert list(map(encode_report, reports)) == list(map(encode_report, plain))


async def test_only_those_with_an_assignment_are_asked() -> None:
    endpoints = {name: AskedEndpoint() for name in NAMES}

    reports = await engine(endpoints).gather(assignments(("bert",)))

    assert [report.client for report in reports] == ["bert"]
    assert not endpoints["anna"].asked
    assert not endpoints["cleo"].asked


@pytest.mark.parametrize("error", [EndpointError("status 401"), MessageError("another space")])
async def test_one_owners_refusal_is_raised_plain_and_stops_the_others(error: FedbbptError) -> None:
    stuck = {name: WaitingEndpoint() for name in ("anna", "cleo")}
    local = engine({**stuck, "bert": RefusingEndpoint(error=error)})

    with pytest.raises(type(error)) as raised:
        await local.gather(assignments(NAMES))

    assert raised.value is error
    assert all(endpoint.cancelled for endpoint in stuck.values())
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


@pytest.mark.parametrize(
    "pause", [BudgetError("the cap is reached"), OutageError("out for 120 s", "status 503")]
)
async def test_a_pause_of_one_owner_lets_the_others_receive_what_is_paid_for(
    pause: FedbbptError,
) -> None:
    late = WaitingEndpoint()
    local = engine({"anna": RefusingEndpoint(error=pause), "bert": late})
    asyncio.get_running_loop().call_later(0.02, late.turn.set)

    with pytest.raises(type(pause)) as raised:
        await local.gather(assignments(("anna", "bert")))

    assert raised.value is pause
    assert late.asked
    assert not late.cancelled


async def test_of_several_refusals_the_first_is_raised_plain() -> None:
    errors = {name: EndpointError(f"{name}: status 401") for name in NAMES}
    local = engine({name: RefusingEndpoint(error=error) for name, error in errors.items()})

    with pytest.raises(EndpointError) as raised:
        await local.gather(assignments(NAMES))

    assert raised.value is errors["anna"]


async def test_an_error_nobody_meant_is_not_passed_off_as_a_refusal() -> None:
    local = engine({"anna": RefusingEndpoint(error=ZeroDivisionError("a fault in the code"))})

    with pytest.raises(ExceptionGroup) as raised:
        await local.gather(assignments(("anna",)))

    assert raised.group_contains(ZeroDivisionError)


def test_sizes_are_those_of_the_training_splits() -> None:
    owners = {
        name: Client(make_owner(AskedEndpoint(), owner_data(name, train=size)), "f")
        for name, size in (("anna", 7), ("bert", 19))
    }

    assert Local(owners).sizes == {"anna": 7, "bert": 19}
