import asyncio
from dataclasses import replace

import pytest
from virtual_time import run_virtually

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.pacing.bounds import Bounds
from fedbbpt.endpoints.pacing.controlled import Controlled
from fedbbpt.endpoints.pacing.limiter import Limiter
from fedbbpt.endpoints.pacing.limits import Limited
from fedbbpt.endpoints.pacing.retrying import ATTEMPTS, Retrying
from fedbbpt.endpoints.records.fingerprint import fingerprint_request
from fedbbpt.prompts import Message

ODD = Request((Message("user", "odd"),), top_logprobs=5)
CONTROL = replace(fingerprint_request(), top_logprobs=5)


class Server:
    """Gives garbage to some requests, or to all of them from a moment on."""

    def __init__(self, *odd: Request, broken_at: float = float("inf")) -> None:
        self.odd = odd
        self.broken_at = broken_at
        self.asked: list[Request] = []

    async def send(self, request: Request) -> Completion:
        self.asked.append(request)
        await asyncio.sleep(0.05)
        if request in self.odd or asyncio.get_running_loop().time() >= self.broken_at:
            raise AttemptError("unreadable body", billed=True, unusable=True)
        return Completion("yes")


def line_to(server: Server) -> Controlled:
    limiter = Limiter(Bounds(4))
    return Controlled(Retrying(Limited(server, limiter), budget=limiter.retries), limiter)


def failure_of(server: Server, *others: Request) -> AttemptError:
    """Return how the odd request ends that is asked beside others."""

    async def asked() -> AttemptError:
        line = line_to(server)
        async with asyncio.TaskGroup() as group:
            for other in others:
                group.create_task(line.send(other))
            with pytest.raises(AttemptError) as caught:
                await line.send(ODD)
        return caught.value

    return run_virtually(asked())


def test_an_odd_request_alone_is_told_by_one_control_question_asked_in_the_same_way() -> None:
    server = Server(ODD)

    failure = failure_of(server)

    assert failure.unusable
    assert server.asked == [ODD] * ATTEMPTS + [CONTROL]


def test_an_endpoint_that_gives_garbage_to_all_is_no_fault_of_the_request() -> None:
    server = Server(broken_at=0.0)

    failure = failure_of(server)

    assert not failure.unusable
    assert failure.reason == "unreadable body"
    assert server.asked[-1] == CONTROL


def test_while_others_are_answered_no_control_question_is_paid_for() -> None:
    class Busy(Server):
        async def send(self, request: Request) -> Completion:
            if request not in self.odd:
                await asyncio.sleep(10.0 * int(request.messages[0].content))
            return await super().send(request)

    server = Busy(ODD)

    failure = failure_of(server, *(Request((Message("user", str(n)),)) for n in range(1, 20)))

    assert failure.unusable
    assert CONTROL not in server.asked


def test_an_answer_passes_as_it_is() -> None:
    server = Server()

    assert run_virtually(line_to(server).send(ODD)) == Completion("yes")
    assert server.asked == [ODD]
