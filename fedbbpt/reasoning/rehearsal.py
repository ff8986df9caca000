"""All that one question may have asked, worked out before anything is sent."""

from collections.abc import Sequence

from fedbbpt.completions import Completion, Request
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning import Reasoning

REPLY_BYTES = 4
"""Bytes of a token of the replies that are made up."""

_LINE = "abc "


def rehearsed(reasoning: Reasoning, prompt: Prompt, question: str) -> tuple[Request, ...]:
    """Return as many requests as the question takes at most, each as long as it usually can be.

    The exchange is played with made-up replies of full length, since a later request may hold an
    earlier reply. Where real replies may have it ask more, the longest request stands for those.
    """
    dialogue = reasoning.start(prompt, question)
    asked: list[Request] = []
    step = dialogue.step(())
    while isinstance(step, Sequence) and len(asked) < reasoning.most_requests:
        asked.extend(step)
        step = dialogue.step([_longest(request) for request in step])
    if not asked:
        return ()
    longest = max(asked, key=_bytes)
    return (*asked, *[longest] * (reasoning.most_requests - len(asked)))


def longest_reply(reasoning: Reasoning, prompt: Prompt) -> int:
    """Return the most tokens of the first reply to a question."""
    step = reasoning.start(prompt, "").step(())
    return (
        max((request.max_tokens for request in step), default=1)
        if isinstance(step, Sequence)
        else 1
    )


def _longest(request: Request) -> Completion:
    words = _LINE * (request.max_tokens * REPLY_BYTES // len(_LINE))
    return Completion(f"{words}{request.sample}".strip())


def _bytes(request: Request) -> int:
    texts = sum(len(message.content.encode("utf-8", "replace")) for message in request.messages)
    return texts + request.max_tokens
