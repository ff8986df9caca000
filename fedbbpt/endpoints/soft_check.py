"""Whether a server really reads the soft tokens that its run file says it takes.

An answer alone proves nothing: some servers drop parts that they do not know. So soft tokens of
another width must be refused, with the model's own width in the refusal, and two different prompts
of the right width must be answered differently.
"""

import numpy as np

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import Embeddings, Endpoint, Wire
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message
from fedbbpt.soft_parts import told_width
from fedbbpt.soft_tokens import PlacedTokens, SoftTokens

QUESTIONS = 3
"""Most calls that a check makes."""

WRONG_WIDTHS = (8, 12)
ALTERNATIVES = 5
LEAST_DIFFERENCE = 1e-3
"""Nats; less than that is no effect of another prompt."""

USUAL_STD = 0.1
"""For a model whose embeddings nobody described."""

_ROWS = 4
_GREETING = "Say hello."


async def check_soft(wire: Wire, endpoint: Endpoint, embeddings: Embeddings) -> None:
    """Pass if the server reads soft tokens of this width.

    Args:
        wire: recorded, without retries; asked once, with a width that must be refused.
        endpoint: the same place; two prompts are asked of it.
        embeddings: as the run file says.

    Raises:
        EndpointError: it reads none, or those of another width; the text says what to write.
    """
    where = endpoint.profile.destination
    await _check_refused(wire, where, embeddings.width)
    top = min(ALTERNATIVES, endpoint.profile.top_logprobs)
    one, other = await endpoint.complete([_question(rows, top) for rows in _prompts(embeddings)])
    if isinstance(one, Missing) or isinstance(other, Missing):
        lost = one if isinstance(one, Missing) else other
        reason = lost.reason if isinstance(lost, Missing) else ""
        raise EndpointError(
            f"{where}: no usable answer to the first soft tokens ({reason}); check that the server "
            "is up, and try again"
        )
    if _alike(one, other):
        raise EndpointError(
            f"{where}: two different soft prompts get the same answer, so soft tokens are not "
            f'read; [space] use = "soft" cannot be searched here'
        )


async def _check_refused(wire: Wire, where: str, width: int) -> None:
    wrong = next(other for other in WRONG_WIDTHS if other != width)
    try:
        await wire.send(_question(np.zeros((1, wrong)), 0))
    except EndpointError as error:
        told = told_width(str(error))
        if told == width:
            return
        if told is None:
            raise
        raise EndpointError(
            f"{where}: the model's embeddings have width {told}, and embedding_width says {width}; "
            f"write embedding_width = {told}, with the embedding_std of the same model, or none"
        ) from error
    raise EndpointError(
        f"{where}: soft tokens of width {wrong} were answered, so the server does not read them; "
        "soft tokens need vLLM 0.27 or newer, started with --enable-prompt-embeds"
    )


def _prompts(embeddings: Embeddings) -> tuple[np.ndarray, np.ndarray]:
    """Return two different prompts of shape (4, width), of the size that embeddings have."""
    grid = np.arange(_ROWS * embeddings.width, dtype=np.float64).reshape(_ROWS, -1)
    size = USUAL_STD if embeddings.std is None else embeddings.std
    return size * np.sin(1.0 + grid), size * np.cos(2.0 + 3.0 * grid)


def _question(rows: np.ndarray, top_logprobs: int) -> Request:
    return Request(
        (Message("user", _GREETING),),
        max_tokens=1 if top_logprobs else 8,
        top_logprobs=top_logprobs,
        soft=PlacedTokens(SoftTokens.of(rows), 0),
    )


def _alike(one: Completion, other: Completion) -> bool:
    if one.text != other.text:
        return False
    first, second = dict(one.first), dict(other.first)
    if first.keys() != second.keys():
        return False
    return all(abs(first[token] - second[token]) < LEAST_DIFFERENCE for token in first)
