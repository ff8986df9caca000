"""What comes back from a chat server, status and bytes, as a completion or the error it means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import orjson

from fedbbpt.chat_form import PLAIN, ChatForm
from fedbbpt.chat_format import read_chat, reasoned
from fedbbpt.completions import WITHHELD, Completion, Request
from fedbbpt.endpoints import AttemptError
from fedbbpt.endpoints.pacing.rate_limits import rate_limits
from fedbbpt.endpoints.wire.failures import (
    Refusal,
    inner_refusal,
    is_filtered,
    one_line,
    refusal_error,
)
from fedbbpt.endpoints.wire.naming import ANOTHER, judge_name
from fedbbpt.errors import EndpointError
from fedbbpt.secret import Secret

MAX_BODY = 4 * 1024 * 1024
HALF_CHARACTER = "\ufffd"
NO_LOGPROBS = "no log-probabilities"
MIXED_UP = (
    "log-probabilities mixed up with a request for tokens by number; let everyone who asks this "
    "server at one time write label_ids, or nobody"
)
MIXED_UP_ENTRIES, NEVER = 2, -9999.0
MAX_NAME = 80
IF_MEANT = "; if that is meant, write answers_as with that name"
FILTERED = Completion("", finish_reason="content_filter")
"""Stands for an input that a filter in front of the model does not let through."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """A server as far as its replies are concerned.

    Attributes:
        address: base address, for messages.
        model: the model's name as sent.
        key: never shown, or None.
        top_logprobs: above 0, a text without asked log-probabilities is a failed attempt.
        form: how requests are put to it.
        answers_as: the model's name in the replies, where it is another than ``model``; or empty.
    """

    address: str
    model: str
    key: Secret | None
    top_logprobs: int
    form: ChatForm = PLAIN
    answers_as: str = ""

    def refused(self, refusal: Refusal) -> Completion:
        """Return the completion that a status other than 200 stands for, if it does for one.

        Raises:
            AttemptError: it may pass.
            EndpointError: it is for good.
        """
        if is_filtered(refusal):
            return FILTERED
        raise refusal_error(
            refusal, address=self.address, model=self.model, key=self.key, form=self.form
        )

    def answered(self, body: bytes, headers: Mapping[str, str], request: Request) -> Completion:
        """Return the completion that the body of a reply with status 200 holds.

        Args:
            body: at most one byte beyond ``MAX_BODY``.
            headers: of the reply.
            request: that it answers.

        Raises:
            AttemptError: it holds none, and another attempt may.
            EndpointError: it shows that no attempt will.
        """
        return self.read(parsed(body), headers, request)

    def read(self, reply: object, headers: Mapping[str, str], request: Request) -> Completion:
        """Return the completion that a parsed reply with status 200 holds.

        Raises:
            AttemptError: it holds none, and another attempt may.
            EndpointError: it shows that no attempt will.
        """
        if (refusal := inner_refusal(reply, headers)) is not None:
            return self.refused(refusal)
        try:
            completion = read_chat(reply)
        except ValueError as error:
            empty = isinstance(reply, dict) and reply.get("choices") == []
            reason = "empty choices" if empty else "unreadable body"
            raise AttemptError(reason, billed=True, unusable=True) from error
        self.check_name(reply)
        self._check(completion, request, reply)
        limits = rate_limits(headers)
        return completion if limits is None else replace(completion, limits=limits)

    def check_name(self, reply: object) -> None:
        """Pass unless a parsed reply says that another model gave it.

        Raises:
            AttemptError: it does.
        """
        named, wanted = _model_of(reply), self.answers_as or self.model
        # A gateway that falls back to another model says so here, and nowhere else.
        if named != wanted and judge_name(wanted, named) == ANOTHER:
            shown = one_line(named, self.key)[:MAX_NAME]
            raise AttemptError(f"answered by {shown!r}, not {wanted!r}{IF_MEANT}", billed=True)

    def _check(self, completion: Completion, request: Request, reply: object) -> None:
        asked = request.top_logprobs and self.top_logprobs
        in_the_way = asked or (_is_cut(completion) and not self.form.reasoning_tokens)
        if in_the_way and reasoned(reply):
            raise EndpointError(
                f"{self.address}: {self.model} reasons before it answers: its first token tells "
                "nothing of the answer, and a short reply ends before it; write top_logprobs = 0 "
                "and reasoning_tokens = 1024, or switch the reasoning off, for example with "
                'extra_body = { reasoning_effort = "none" } or '
                "extra_body = { chat_template_kwargs = { enable_thinking = false } }",
                billed=True,
            )
        # A turn that ends at once has no token to report on, and llama.cpp reports nothing on a
        # token that is half a character: the model answered, if not in the asked form.
        said = completion.text.strip(HALF_CHARACTER) and completion.finish_reason not in WITHHELD
        if asked and said and not completion.first:
            raise AttemptError(NO_LOGPROBS, billed=True, unusable=True)
        if asked and not self.form.label_ids and _is_mixed_up(completion, request):
            raise AttemptError(MIXED_UP, billed=True)


def _is_mixed_up(completion: Completion, request: Request) -> bool:
    """Tell whether a reply lost its alternatives to another request of its batch.

    Where one request of a batch names tokens by number, vLLM 0.32 reports for those that ask for
    the most likely ones only the token itself, and token 0 as if it were never said.
    """
    few = 0 < len(completion.first) <= MIXED_UP_ENTRIES < request.top_logprobs
    return few and completion.first[-1].logprob <= NEVER


def _is_cut(completion: Completion) -> bool:
    return not completion.text.strip() and completion.finish_reason == "length"


def _model_of(reply: object) -> str:
    named = reply.get("model") if isinstance(reply, Mapping) else None
    return named if isinstance(named, str) else ""


def parsed(body: bytes) -> object:
    """Return the JSON values of a body, which is at most one byte beyond ``MAX_BODY``.

    Raises:
        AttemptError: it is longer, or no JSON.
    """
    if len(body) > MAX_BODY:
        raise AttemptError("oversized body", billed=True, unusable=True)
    try:
        reply: object = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise AttemptError("unreadable body", billed=True, unusable=True) from error
    return reply
