"""Questions of a pool asked several times at one owner, with the replies kept at its home."""

from collections.abc import Sequence
from typing import NamedTuple

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Usage
from fedbbpt.endpoints import Endpoint
from fedbbpt.exemplars.solved import Chain
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning import Reasoning
from fedbbpt.reasoning.exchange import Ended, side_by_side
from fedbbpt.reasoning.voting import said

ANNOUNCED = "Answer:"
"""Before the answer, in the last line of a chain that is shown."""


class Draw(NamedTuple):
    """One time that a question is asked.

    Attributes:
        place: of the question in the pool.
        question: its text.
        number: of the draw; a question never has one twice.
    """

    place: int
    question: str
    number: int


class Drawn(NamedTuple):
    """What came of a draw; ``chain`` is None where no reply came."""

    draw: Draw
    chain: Chain | None


class Bought(NamedTuple):
    """What came of all draws of an owner, in their order, and what they took.

    Attributes:
        drawn: one a draw.
        calls: that were answered, whether they were paid now or before.
        tokens: read and written by them.
    """

    drawn: list[Drawn]
    calls: int
    tokens: int


class Asker(NamedTuple):
    """How an owner asks.

    Attributes:
        reasoning: what a question becomes.
        endpoint: where.
        prompt: with which.
        temperature: of the draws, in (0, 2]; at 0 all draws would be one.
    """

    reasoning: Reasoning
    endpoint: Endpoint
    prompt: Prompt
    temperature: float


async def solve(asker: Asker, draws: Sequence[Draw]) -> Bought:
    """Return what the draws bring.

    Raises:
        EndpointError: the endpoint refuses for good.
        BudgetError: a cap would be passed.
    """
    exchange = side_by_side(
        (asker.reasoning.start(asker.prompt, one.question, sample=one.number) for one in draws),
        asker.temperature,
    )
    answered, used = 0, Usage()
    try:
        requests = next(exchange)
        while True:
            replies = await asker.endpoint.complete(requests)
            there = [reply for reply in replies if isinstance(reply, Completion)]
            answered, used = answered + len(there), sum((one.usage for one in there), used)
            requests = exchange.send(replies)
    except StopIteration as end:
        ended: list[Ended] = end.value
    drawn = [Drawn(draw, _chain(one)) for draw, one in zip(draws, ended, strict=True)]
    return Bought(drawn, answered, used.prompt_tokens + used.completion_tokens)


def _chain(ended: Ended) -> Chain | None:
    if isinstance(ended.answer, Missing):
        return None
    text, answer = ended.said.strip(), said(ended.answer)
    announced = text.rpartition("\n")[2].casefold().startswith(ANNOUNCED.casefold())
    return Chain(text if announced or answer is None else f"{text}\n{ANNOUNCED} {answer}", answer)
