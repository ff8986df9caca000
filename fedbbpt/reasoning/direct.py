"""The plain way to ask: one request, and its reply is the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.answers import Answer, Missing, Unreadable
from fedbbpt.completions import WITHHELD, Completion, Request
from fedbbpt.extraction import AnswerKind, Reader
from fedbbpt.prompts import Prompt
from fedbbpt.reading import read_free_text, read_label_scores, read_label_text, spoken_words
from fedbbpt.reasoning import Step
from fedbbpt.reasoning.thinking import kind_in, read_reply

__all__ = ["Direct"]


@dataclass(frozen=True, slots=True)
class Direct:
    """Ask once and read the reply.

    Attributes:
        labels: the task's closed label set, empty for free answers.
        top_logprobs: alternatives of the first token that the label scores are read from; 0 reads
            the generated text. Counts only where there are labels.
        max_tokens: longest reply, >= 1; 1 is enough for label scores.
        kind: of a free answer, which is then read in its canonical form; None for the whole text.

    Raises:
        ValueError: a number out of range, or labels that are no choice.
    """

    labels: tuple[str, ...] = ()
    top_logprobs: int = 0
    max_tokens: int = 1
    kind: AnswerKind | None = None

    def __post_init__(self) -> None:
        if self.top_logprobs < 0:
            raise ValueError(f"top_logprobs: {self.top_logprobs} is below 0; give 0 to read text")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens: {self.max_tokens} leaves no reply; give at least 1")
        if len(self.labels) == 1 or len(set(self.labels)) != len(self.labels):
            raise ValueError("labels: no choice; give at least two different labels, or none")

    @property
    def most_requests(self) -> int:
        """One."""
        return 1

    def sent(self, prompt: Prompt) -> Prompt:
        """Return the prompt as it is."""
        return prompt

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> "DirectDialogue":
        """Begin the exchange about one question.

        A prompt without words speaks the labels themselves.

        Raises:
            ValueError: the prompt has not one distinct word a label.
        """
        words = (prompt.words or self.labels) if self.labels else ()
        spoken_words(self.labels, words)
        request = Request(
            messages=prompt.render(question),
            max_tokens=self.max_tokens,
            top_logprobs=self.top_logprobs if self.labels else 0,
            sample=sample,
            soft=prompt.placed(question),
        )
        kind = None if self.labels else self.kind
        reader = None if kind is None else kind_in(kind, prompt).about(question)
        return DirectDialogue(self.labels, words, request, reader)


@dataclass(frozen=True, slots=True)
class DirectDialogue:
    """One request and the reading of its reply.

    Attributes:
        labels: the label set, empty for free answers.
        words: the word of each label.
        request: what is asked.
        reader: of the answer's kind, or None for the whole text.
    """

    labels: tuple[str, ...]
    words: tuple[str, ...]
    request: Request
    reader: Reader | None = None

    def step(self, replies: Sequence[Completion | Missing]) -> Step:
        """Return the request when there are no replies yet, else the answer.

        Raises:
            ValueError: more than one reply.
        """
        if not replies:
            return (self.request,)
        if len(replies) > 1:
            raise ValueError(f"replies: {len(replies)} came for one request")
        return self.read(replies[0])

    def read(self, reply: Completion | Missing) -> Answer:
        """Return what a reply to the request says."""
        if isinstance(reply, Missing):
            return reply
        if self.reader is not None:
            return read_reply(reply, self.reader)
        if reply.finish_reason in WITHHELD:
            return Unreadable(reply.text)  # words of a refusal may be label words by chance
        if not self.labels:
            return read_free_text(reply.text)
        if self.request.top_logprobs:
            return read_label_scores(self.labels, self.words, reply.first)
        return read_label_text(self.labels, self.words, reply.text)
