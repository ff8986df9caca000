"""Texts embedded by an endpoint: asked as questions are, so that each is paid for once."""

from collections.abc import Mapping, Sequence

from fedbbpt.answers import Missing
from fedbbpt.completions import Request
from fedbbpt.distributions import Floats
from fedbbpt.endpoints import Endpoint
from fedbbpt.endpoints.records.vectors import vector_of
from fedbbpt.errors import EndpointError
from fedbbpt.prompts import Message

ENCODER = "(encoder)"
"""Who asks for embeddings in the ledger; no owner can have this name."""

STAND_IN = "."
"""Asked about in the place of a start without any instruction: servers refuse an empty text."""


def embedding_request(text: str) -> Request:
    """Return the question for the embedding of one text.

    >>> embedding_request("").messages[0].content
    '.'
    """
    return Request((Message("user", text if text.strip() else STAND_IN),))


async def embedded(texts: Sequence[str], endpoint: Endpoint) -> Mapping[str, Floats]:
    """Return the embedding of every text, shape (width,), all of one width.

    Raises:
        EndpointError: the endpoint refuses for good, or gave no usable embedding of some text; what
            came of the others is journalled.
        BudgetError: a cap would be passed.
    """
    replies = await endpoint.complete([embedding_request(text) for text in texts])
    place = endpoint.profile.destination
    lost = [reply.reason for reply in replies if isinstance(reply, Missing)]
    if lost:
        raise EndpointError(
            f"{place}: no usable embedding for {len(lost)} of {len(texts)} instructions "
            f"({lost[0]}); check that the server is up and serves /embeddings, then resume"
        )
    rows: dict[str, Floats] = {}
    for text, reply in zip(texts, replies, strict=True):
        if not isinstance(reply, Missing):
            rows[text] = _row(reply.text, place)
    return rows


def _row(said: str, place: str) -> Floats:
    try:
        return vector_of(said)
    except ValueError as error:
        raise EndpointError(f"{place}: {error}; name an endpoint that gives embeddings") from error
