"""One chain of thought: how it is asked for, and how its answer is read in one call or in two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fedbbpt.answers import Answer, Missing, Text, Unreadable
from fedbbpt.completions import WITHHELD, Completion, Request
from fedbbpt.extraction import Abstain, AnswerKind, Reader
from fedbbpt.extraction.label import Label
from fedbbpt.extraction.reply import answer_of, answer_of_second
from fedbbpt.prompts import INPUT, Message, Prompt, escape_special
from fedbbpt.reasoning.closing import AUTO, closing_of, second_question
from fedbbpt.reasoning.exchange import Conversation, Exchange

SECOND_TOKENS = 32
"""Longest reply of a second call, which holds the answer alone."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """What the ways of reasoning by one chain of thought share.

    Attributes:
        kind: of the answer.
        trigger: words at the end of the question; empty leaves them to the prompt.
        closing: sentence that asks for the form of the answer, before the trigger; ``"auto"`` for
            the one of the kind, empty for none. Not sent where a second call asks.
        second_call: whether a second call asks for the answer alone, as in Kojima 2022.
        max_tokens: longest reply, >= 1.
        temperature: of the first call, >= 0.
        shots: solved questions before this one, each a turn of the user and one of the assistant.
        note: a sentence before the first of them; empty for none.

    Raises:
        ValueError: a setting is out of its range.
    """

    kind: AnswerKind
    trigger: str = ""
    closing: str = AUTO
    second_call: bool = False
    max_tokens: int = 256
    temperature: float = 0.0
    shots: tuple[tuple[str, str], ...] = ()
    note: str = ""

    def __post_init__(self) -> None:
        for name, text in (("trigger", self.trigger), ("closing", self.closing)):
            if INPUT in text:
                raise ValueError(f"{name}: {INPUT} belongs into the prompt; remove it here")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens: {self.max_tokens} leaves no reply; try 256")
        if not 0 <= self.temperature <= 2:
            raise ValueError(f"temperature: {self.temperature} is outside 0 to 2; try 0 or 0.7")

    @property
    def most_requests(self) -> int:
        """Requests that one question takes."""
        return 2 if self.second_call else 1

    def sent(self, prompt: Prompt) -> Prompt:
        """Return the prompt with shots, closing and trigger around the question."""
        *before, last = with_shots(prompt, self.shots, self.note).messages
        content = _joined(last.content, self._closing(prompt), self.trigger)
        return replace(prompt, messages=(*before, Message(last.role, content)))

    def baked(self, prompt: Prompt) -> Prompt | None:
        """Return the prompt as it is sent where that is the whole exchange, else None."""
        return None if self.second_call or self.temperature else self.sent(prompt)

    def start(self, prompt: Prompt, question: str, sample: int) -> Conversation:
        """Begin the exchange about one question."""
        return Conversation(self._exchange(prompt, question, sample))

    def _closing(self, prompt: Prompt) -> str:
        return "" if self.second_call else closing_of(kind_in(self.kind, prompt), self.closing)

    def _exchange(self, prompt: Prompt, question: str, sample: int) -> Exchange:
        sent = self.sent(prompt)
        first = Request(
            messages=sent.render(question),
            max_tokens=self.max_tokens,
            temperature=self.temperature,
            sample=sample,
            soft=sent.placed(question),
        )
        (reply,) = yield (first,)
        reader = kind_in(self.kind, prompt).about(question)
        if not self.second_call or isinstance(reply, Missing):
            return read_reply(reply, reader)
        if reply.finish_reason in WITHHELD or not reply.text.strip():
            return Unreadable(reply.text)
        asked = Message("user", second_question(kind_in(self.kind, prompt)))
        thought = Message("assistant", escape_special(reply.text.strip()))
        messages = (*first.messages, thought, asked)
        (second,) = yield (Request(messages, SECOND_TOKENS, sample=sample),)
        if isinstance(second, Missing):
            return second
        return _answer(answer_of_second(second, reader), f"{reply.text}\n{second.text}")


def with_shots(prompt: Prompt, shots: Sequence[tuple[str, str]], said: str = "") -> Prompt:
    """Return the prompt with solved questions before the question.

    Args:
        prompt: that the question is asked with; each shot takes the form of its last message.
        shots: pairs of question and whole answer.
        said: a sentence before the first of them; empty for none.
    """
    *before, last = prompt.messages
    turns = []
    for place, (question, answer) in enumerate(shots):
        asked = last.content.replace(INPUT, _plain(question))
        opening = f"{said}\n\n" if said and place == 0 else ""
        turns += [Message("user", opening + asked), Message("assistant", _plain(answer))]
    return replace(prompt, messages=(*before, *turns, last))


def kind_in(kind: AnswerKind, prompt: Prompt) -> AnswerKind:
    """Return the kind of answer as the prompt says it: labels in the prompt's own words."""
    return kind.spoken(prompt.words) if isinstance(kind, Label) else kind


def read_reply(reply: Completion | Missing, reader: Reader) -> Answer:
    """Return the canonical answer that a reply ends with; an abstention is unreadable."""
    if isinstance(reply, Missing):
        return reply
    return _answer(answer_of(reply, reader), reply.text)


def _answer(found: str | Abstain, said: str) -> Answer:
    return Text(found) if isinstance(found, str) else Unreadable(said)


def _joined(content: str, closing: str, trigger: str) -> str:
    """Return the last message with closing and trigger; a last line such as ``A:`` stays last."""
    body, _, tail = content.rpartition("\n")
    label = tail if body and tail.endswith(":") and INPUT not in tail else ""
    parts = (body if label else content, closing, f"{label} {trigger}".strip())
    return "\n".join(part for part in parts if part)


def _plain(text: str) -> str:
    """Return data so that neither a chat template nor a prompt takes a part of it for its own."""
    return escape_special(text).replace(INPUT, "{ input}")
