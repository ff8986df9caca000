"""Self-verification: candidate answers are checked backwards (Weng 2022, arXiv:2212.09561)."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from fedbbpt.answers import Answer, Text
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.numerals import number_pattern, numbers_in
from fedbbpt.extraction.reply import answer_of
from fedbbpt.extraction.yes_no import YesNo
from fedbbpt.library.request_templates import RequestTemplate, load_template
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning import Reasoning
from fedbbpt.reasoning.exchange import Conversation, Exchange, Noted, missing_in
from fedbbpt.reasoning.inner import sampled, shown_by, told
from fedbbpt.reasoning.voting import Vote, voted
from fedbbpt.reasoning.zero_shot_cot import ZeroShotCot

__all__ = ["SelfVerification"]

CHECKS = ("claim", "mask")
_PATTERN = number_pattern(".")
_SIGNS = "+-\u2212\u2013 "


class _Check(NamedTuple):
    """One request about a candidate, and the answer that speaks for it."""

    candidate: str
    request: Request
    wanted: str


@dataclass(frozen=True, slots=True)
class SelfVerification:
    """Samples candidate answers, has each checked, and takes the one that passes most checks.

    ``of = { use = "..." }`` names how each sample reasons; ``zero_shot_cot`` if left out.

    Where all samples agree nothing is checked. Ties go to the candidate with more samples, then by
    text. A check that cannot be read is not passed.

    Attributes:
        samples: of the question, >= 2.
        checks: of each different candidate at most, >= 1.
        check: ``"claim"`` asks whether the answer is right; ``"mask"`` hides a number of the
            question and asks for it, given the answer; without numbers the claim is checked.
        temperature: of samples and of repeated claims, in (0, 2].
        max_tokens: longest check, >= 1.
        inner: how each sample reasons; filled by the run from ``of``.

    Raises:
        ValueError: a setting is out of its range.
    """

    samples: int = 3
    checks: int = 2
    check: str = "claim"
    temperature: float = 0.7
    max_tokens: int = 256
    inner: Reasoning = field(default_factory=ZeroShotCot)
    _templates: dict[str, RequestTemplate] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.samples < 2 or self.checks < 1 or self.max_tokens < 1:
            raise ValueError(
                f"samples, checks, max_tokens: {self.samples}, {self.checks}, {self.max_tokens}; "
                "give at least 2, 1 and 1"
            )
        if self.check not in CHECKS:
            raise ValueError(f"check: {self.check!r} is unknown; use {' or '.join(CHECKS)}")
        if not 0 < self.temperature <= 2:
            raise ValueError(f"temperature: {self.temperature} is outside (0, 2]; try 0.7")
        object.__setattr__(
            self, "_templates", {name: load_template("asking", name) for name in CHECKS}
        )

    @property
    def most_requests(self) -> int:
        """Those of all samples, and the checks of as many different candidates."""
        return self.samples * (self.inner.most_requests + self.checks)

    @property
    def shown(self) -> tuple[str, ...]:
        """The questions that each sample shows."""
        return shown_by(self.inner)

    def at(self, examples: Sequence[Example]) -> Self:
        """Return itself, told an owner's training examples."""
        return replace(self, inner=told(self.inner, examples))

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> Conversation:
        """Begin the exchange about one question."""
        return Conversation(self._exchange(prompt, question, sample))

    def sent(self, prompt: Prompt) -> None:  # noqa: ARG002 - as a Reasoning
        """Return None: several samples are no single request."""
        return

    def _exchange(self, prompt: Prompt, question: str, sample: int) -> Exchange:
        draws = range(sample * self.samples, (sample + 1) * self.samples)
        ended = yield from sampled(self.inner, prompt, question, draws, self.temperature)
        dropped = sum(one.dropped for one in ended)
        answers: list[Answer] = [one.answer for one in ended]
        candidates = sorted({answer.text for answer in answers if isinstance(answer, Text)})
        if len(candidates) < 2 or missing_in(answers):
            return Noted(voted([Vote(answer) for answer in answers]), dropped)
        checks = [check for text in candidates for check in self._checks(question, text, sample)]
        replies = yield [check.request for check in checks]
        if missing := missing_in(replies):
            return missing
        passed = dict.fromkeys(candidates, 0)
        for check, reply in zip(checks, replies, strict=True):
            passed[check.candidate] += isinstance(reply, Completion) and _passes(check, reply)
        best = {text for text, count in passed.items() if count == max(passed.values())}
        kept = [Vote(one) for one in answers if isinstance(one, Text) and one.text in best]
        return Noted(voted(kept), dropped)

    def _checks(self, question: str, candidate: str, sample: int) -> list[_Check]:
        masked = _masked(question)[: self.checks] if self.check == "mask" else []
        if masked:
            return [
                _Check(candidate, self._asked("mask", text, candidate, sample), hidden)
                for text, hidden in masked
            ]
        return [
            _Check(
                candidate,
                self._asked("claim", question, candidate, sample * self.checks + place),
                "yes",
            )
            for place in range(self.checks)
        ]

    def _asked(self, template: str, question: str, answer: str, sample: int) -> Request:
        messages = self._templates[template].filled({"question": question, "answer": answer})
        warm = template == "claim" and self.checks > 1
        return Request(
            messages,
            max_tokens=self.max_tokens,
            temperature=self.temperature if warm else 0.0,
            sample=sample,
        )


def _passes(check: _Check, reply: Completion) -> bool:
    kind = YesNo() if check.wanted == "yes" else Number()
    return answer_of(reply, kind.about("")) == check.wanted


def _masked(question: str) -> list[tuple[str, str]]:
    """Return the question with each number hidden in turn, and the key of what is hidden.

    A sign stays: in a sum it joins two numbers.
    """
    found = []
    for number in numbers_in(question, _PATTERN):
        written = question[number.start : number.end]
        start = number.start + len(written) - len(written.lstrip(_SIGNS))
        masked = f"{question[:start]}X{question[number.end :]}"
        if not number.percent and number.value is not None:
            found.append((masked, str(abs(number.value))))
    return found
