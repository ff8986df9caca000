"""Whether an endpoint takes prompt embeddings: rows of numbers in the place of text.

An answer alone proves nothing, since some servers drop fields that they do not know. So a tensor of
a width that no model has must be refused, and two different tensors of the width that the refusal
names must lead to different replies. ``prompt_logprobs`` is never sent along: with embeddings in a
chat it takes vLLM's engine down.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fedbbpt.chat_form import ChatForm
from fedbbpt.diagnosis.asking import Asker
from fedbbpt.diagnosis.noise import largest_difference
from fedbbpt.diagnosis.probes import GREETING, REPLY_TOKENS, Probe, Reply
from fedbbpt.distributions import Floats
from fedbbpt.soft_parts import switched_off, told_width
from fedbbpt.tensor_bytes import tensor_bytes

TAKEN, INERT, IGNORED, OFF = "taken", "inert", "ignored", "off"
UNKNOWN, WIDTH_UNSAID, UNCLEAR = "unknown", "width unsaid", "unclear"

WRONG_WIDTH = 8
_ROWS = 4
_SCALE = 0.1
_LEAST = 0.01
"""Nats; less than that is no effect of another prompt."""


@dataclass(frozen=True, slots=True)
class Soft:
    """What was found out.

    Attributes:
        state: ``taken``: a wrong width is refused and two prompts give different replies;
            ``inert``: refused so, but both give the same; ``ignored``: the wrong width is
            answered; ``off``: the server says that it is switched off; ``unknown``: it knows no
            such part; ``width unsaid``: a wrong shape is refused, without the right one;
            ``unclear``: a reply was lost.
        width: of the model's embeddings as the refusal says, or None.
        difference: between the two replies, in nats; None where only texts could be compared.
    """

    state: str
    width: int | None = None
    difference: float | None = None


async def probe_soft(asker: Asker, form: ChatForm, top_logprobs: int, noise: float) -> Soft:
    """Return whether embeddings are taken; at most ``len(PROBES)`` calls.

    Args:
        asker: of the endpoint.
        form: that it wants to be asked in.
        top_logprobs: alternatives that it reports, 0 for none.
        noise: nats by which the same request differs from call to call.
    """
    refusal = await asker.ask(soft_probe(np.zeros((1, WRONG_WIDTH)), 0), form)
    found = judge_refusal(refusal)
    if found.width is None:
        return found
    replies = [
        await asker.ask(soft_probe(rows, top_logprobs), form) for rows in soft_rows(found.width)
    ]
    return judge_effect(found.width, replies, noise)


def soft_probe(rows: Floats, top_logprobs: int) -> Probe:
    """Return the greeting behind ``rows`` of embeddings."""
    data = base64.b64encode(tensor_bytes(rows)).decode()
    parts = [{"type": "prompt_embeds", "data": data}, {"type": "text", "text": GREETING}]
    return Probe(
        GREETING,
        max_tokens=1 if top_logprobs else REPLY_TOKENS,
        top_logprobs=top_logprobs,
        fields={"messages": [{"role": "user", "content": parts}]},
    )


def soft_rows(width: int) -> tuple[Floats, Floats]:
    """Return two different prompts of shape (4, width), of about the size that embeddings have."""
    grid = np.arange(_ROWS * width, dtype=np.float64).reshape(_ROWS, width)
    return _SCALE * np.sin(1.0 + grid), _SCALE * np.cos(2.0 + 3.0 * grid)


PROBES = tuple(soft_probe(np.zeros((_ROWS, WRONG_WIDTH)), 1) for _ in range(3))


def judge_refusal(reply: Reply) -> Soft:
    """Return what the reply to a tensor of the wrong width says; its state is then provisional."""
    if reply.status == 200:
        return Soft(IGNORED)
    if not reply.refused:
        return Soft(UNCLEAR)
    if switched_off(reply.said):
        return Soft(OFF)
    if width := told_width(reply.said):
        return Soft(INERT, width)
    shapes = ("hidden size", "hidden_size", "hidden dim", "shape")
    known = any(word in reply.said.casefold() for word in shapes)
    return Soft(WIDTH_UNSAID if known else UNKNOWN)


def judge_effect(width: int, replies: Sequence[Reply], noise: float) -> Soft:
    """Return whether two prompts of the right width had different replies, beyond noise."""
    one, other = (reply.completion for reply in replies)
    if one is None or other is None:
        return Soft(UNCLEAR, width)
    difference = largest_difference([one], [other])
    apart = bool(one.first) and not {a.token for a in one.first} & {b.token for b in other.first}
    if difference is None:
        return Soft(TAKEN if apart or one.text != other.text else INERT, width)
    return Soft(TAKEN if difference > max(_LEAST, 2 * noise) else INERT, width, difference)
