"""Models that think before they answer: how to have an answer from them all the same.

Which field turns thinking off differs: ``chat_template_kwargs`` in vLLM, SGLang and llama.cpp,
``reasoning_effort`` in Ollama and hosted services. Where none does, the reply is given more room.
"""

from collections.abc import Mapping
from dataclasses import replace

from fedbbpt.chat_form import ChatForm
from fedbbpt.chat_format import reasoned
from fedbbpt.diagnosis.probes import Reply

ROOM = 1024
"""Tokens of thinking that are enough for short questions; more is a matter of the task."""

_OFF: tuple[Mapping[str, object], ...] = (
    {"chat_template_kwargs": {"enable_thinking": False}},
    {"reasoning_effort": "none"},
    {"reasoning_effort": "minimal"},
)
MOST_OPTIONS = len(_OFF) + 1


def unanswered(reply: Reply) -> bool:
    """Return whether there is a completion that says nothing, or has not come to its answer."""
    return reply.completion is not None and not reply.text.strip()


def thinks(reply: Reply) -> bool:
    """Return whether a completion shows that thinking came before it, or has not come to an end."""
    seen = reply.completion is not None and reply.body is not None and reasoned(reply.body)
    return seen or unanswered(reply)


def thinking_options(form: ChatForm) -> tuple[ChatForm, ...]:
    """Return forms to try in turn: thinking off, cheapest first, then room to think.

    What the form says already is not contradicted.

    >>> [sorted(option.payload()) for option in thinking_options(ChatForm())][2:]
    [['extra_body'], ['reasoning_tokens']]
    """
    off = (
        replace(form, extra_body={**form.extra_body, **fields})
        for fields in _OFF
        if not fields.keys() & form.extra_body.keys()
    )
    return (*off, replace(form, reasoning_tokens=max(ROOM, 2 * form.reasoning_tokens)))
