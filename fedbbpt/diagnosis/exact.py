"""Whether log-probabilities of chosen tokens can be had exactly, whatever their rank, and how.

Two tokens that no sensible model answers with are asked for by id: only a server that heeds the ids
can report them. Three ways are known: the ``logprob_token_ids`` of recent vLLM, one request for all
labels; a ``logit_bias`` that forces a token, whose own log-probability is still the unbiased one,
one request a label; llama.cpp's ``post_sampling_probs``, shares among the labels in one request.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from fedbbpt.chat_form import ChatForm
from fedbbpt.diagnosis.asking import Asker
from fedbbpt.diagnosis.probes import GREETING, Probe, Reply

BY_IDS, BY_BIAS, SHARES = "logprob_token_ids", "logit_bias", "post_sampling_probs"

_WORDS = "violin harbour"
_FORCED = 100
_TOLERANCE = 0.01
_MARK = "token_id:"
"""How vLLM writes a token where ids are wished for."""

Ids = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Exact:
    """What was found out.

    Attributes:
        tokenizer: whether the server says which ids a text has; without ids nothing was tried.
        ways: those that work, best first, of ``BY_IDS``, ``BY_BIAS`` and ``SHARES``.
        refused: why the first way was refused, empty where it was not.
    """

    tokenizer: bool = False
    ways: tuple[str, ...] = ()
    refused: str = ""


class Entry(NamedTuple):
    """One alternative as a body reports it; the id is None where none is given."""

    token_id: int | None
    logprob: float


class Position(NamedTuple):
    """The first generated token of a reply: itself, and the alternatives reported."""

    own: Entry
    top: tuple[Entry, ...]


async def probe_exact(asker: Asker, form: ChatForm) -> Exact:
    """Return which ways work; at most ``len(PROBES)`` calls."""
    found = await asker.tokens(_WORDS)
    if len(set(found)) < 2:
        return Exact()
    ids = (found[0], next(token for token in reversed(found) if token != found[0]))
    by_ids, by_bias, shares = exact_probes(ids)
    first = await asker.ask(by_ids, form)
    if names_all(first, ids):
        return Exact(True, (BY_IDS,))
    ways = []
    if forced_unbiased(await asker.ask(by_bias, form), ids[1]):
        ways.append(BY_BIAS)
    if shares_all(await asker.ask(shares, form), ids):
        ways.append(SHARES)
    return Exact(True, tuple(ways), first.reason)


def exact_probes(ids: Ids) -> tuple[Probe, Probe, Probe]:
    """Return the probes of the three ways."""

    def probe(**fields: object) -> Probe:
        wished = {"return_tokens_as_token_ids": True, **fields}
        return Probe(GREETING, max_tokens=1, top_logprobs=len(ids), fields=wished)

    forced = {str(token): _FORCED for token in ids}
    return (
        probe(logprob_token_ids=list(ids)),
        probe(logit_bias={str(ids[1]): _FORCED}),
        probe(logit_bias=forced, post_sampling_probs=True, samplers=[], temperature=1.0),
    )


PROBES = exact_probes((0, 1))


def names_all(reply: Reply, ids: Ids) -> bool:
    """Return whether the alternatives hold every id that was asked for."""
    position = first_position(reply.body)
    return position is not None and set(ids) <= {entry.token_id for entry in position.top}


def forced_unbiased(reply: Reply, wanted: int) -> bool:
    """Return whether the token was forced and yet reports the rank that it really has."""
    position = first_position(reply.body)
    if position is None or position.own.token_id != wanted or not position.top:
        return False
    best = position.top[0]
    return best.token_id != wanted and position.own.logprob < best.logprob


def shares_all(reply: Reply, ids: Ids) -> bool:
    """Return whether exactly the two ids are reported, with shares that add up to 1."""
    position = first_position(reply.body)
    if position is None or {entry.token_id for entry in position.top} != set(ids):
        return False
    total = sum(math.exp(entry.logprob) for entry in position.top)
    return len(position.top) == len(ids) and abs(total - 1) < _TOLERANCE


def first_position(body: object) -> Position | None:
    """Return the first token that a body reports on, or None where there is no such report."""
    match body:
        case {"choices": [{"logprobs": {"content": [dict() as own, *_]}}, *_]}:
            entries = own.get("top_logprobs", own.get("top_probs"))
            found = _entry(own)
            return None if found is None else Position(found, tuple(_entries(entries)))
        case _:
            return None


def _entries(values: object) -> Iterator[Entry]:
    for value in values if isinstance(values, list) else []:
        if isinstance(value, Mapping) and (entry := _entry(value)) is not None:
            yield entry


def _entry(value: Mapping[str, object]) -> Entry | None:
    match value:
        case {"logprob": float() | int() as logprob}:
            return Entry(_id(value), float(logprob))
        case {"prob": float() | int() as share} if share > 0:
            return Entry(_id(value), math.log(share))
        case _:
            return None


def _id(value: Mapping[str, object]) -> int | None:
    match value:
        case {"id": int(token_id)}:
            return token_id
        case {"token": str(token)} if token.removeprefix(_MARK).isdecimal() and _MARK in token:
            return int(token.removeprefix(_MARK))
        case _:
            return None
