"""A model grades each answer (Zheng 2023, arXiv:2306.05685; expected grade: Liu 2023, G-Eval)."""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from fedbbpt.answers import Answer, LabelScores, Scored, Text, Unreadable
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.errors import ConfigError
from fedbbpt.library.judging import JudgeTemplate, load_judge
from fedbbpt.metrics import Item
from fedbbpt.metrics.grades import expected_value, named_grade
from fedbbpt.metrics.said import marked_score, said_by
from fedbbpt.prompts import Message, escape_special
from fedbbpt.reading import normalised, read_label_scores

__all__ = ["Judge"]

READS = ("auto", "logprobs", "generate")
_PACKAGED = "correctness"
_PLACE = re.compile(r"\{(question|answer|reference|grades)\}")


@dataclass(frozen=True, slots=True)
class Judge:
    """The grade that a model gives the answer, as a score in [0, 1].

    The judge is asked at ``[judge]``, at the owner's ``[owner.judge]`` or, without these, at the
    owner's own endpoint. It sees the question, the answer and the accepted targets. Where it
    reports log-probabilities, the score is the expected grade over them; else the grade is read
    from its text. A judge that gives no reply leaves the answer missing; a reply without a grade
    makes it unreadable: scored 0 and counted, or an answer that derails the judge would get away.

    Attributes:
        template: a packaged prompt, ``"correctness"`` (the default) or ``"quality"``.
        system: system message of your own template.
        user: your own template, with ``{answer}`` and, as you like, ``{question}``,
            ``{reference}`` and ``{grades}``; it replaces the packaged one.
        grades: what the judge may reply, from worst to best; needed with ``user``.
        values: score of each grade, in [0, 1]; evenly spaced from 0 to 1 if left out.
        read: ``"auto"``, ``"logprobs"`` or ``"generate"``.
        max_tokens: longest reply that is read as text, >= 1.
        top_logprobs: alternatives that every judge of the run reports; filled by the run.

    Raises:
        ValueError: a template without ``{answer}``, or grades, values or numbers that cannot be
            meant, or a packaged template that there is not.
    """

    template: str = ""
    system: str = ""
    user: str = ""
    grades: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    read: str = "auto"
    max_tokens: int = 16
    top_logprobs: int = 0
    _asked: JudgeTemplate = field(init=False, repr=False)

    def __post_init__(self) -> None:
        asked = self._template()
        count = len(asked.grades)
        if count < 2 or len({normalised(grade) for grade in asked.grades}) != count:
            raise ValueError("grades: give at least two different ones, from worst to best")
        if not all(normalised(grade) for grade in asked.grades):
            raise ValueError("grades: one is empty; give each a word or a number")
        object.__setattr__(self, "_asked", asked)
        if self.values and (
            len(self.values) != count or not all(0 <= value <= 1 for value in self.values)
        ):
            raise ValueError(f"values: give {count}, one a grade, each from 0 to 1")
        if len(set(self._values)) == 1:
            raise ValueError("values: all grades score alike; let them differ")
        if self.max_tokens < 1:
            raise ValueError(f"max_tokens: {self.max_tokens} leaves no reply; give at least 1")
        self._check_read()

    def _template(self) -> JudgeTemplate:
        if not self.user:
            if self.system:
                raise ValueError(
                    "system: it goes with a template of your own; give user and grades"
                )
            try:
                packaged = load_judge(self.template or _PACKAGED)
            except ConfigError as error:
                raise ValueError(f"template: {error}") from error
            return replace(packaged, grades=self.grades or packaged.grades)
        if self.template:
            raise ValueError("template: give either a packaged template, or user and grades")
        if "{answer}" not in self.user:
            raise ValueError("user: a judge must see the {answer}; write it into the template")
        return JudgeTemplate(self.system, self.user, self.grades, "the run file")

    @property
    def _values(self) -> tuple[float, ...]:
        count = len(self._asked.grades)
        return self.values or tuple(place / (count - 1) for place in range(count))

    def _check_read(self) -> None:
        if self.read not in READS:
            raise ValueError(f"read: {self.read!r} is unknown; use {', '.join(READS)}")
        if self.top_logprobs < 0:
            raise ValueError(f"top_logprobs: {self.top_logprobs} is below 0")
        if self.read == "logprobs" and not self._by_first_token:
            why = "grades that begin alike" if self.top_logprobs else "no log-probabilities"
            raise ValueError(f'read: "logprobs" cannot be meant with {why}; use "auto"')

    @property
    def reading(self) -> str:
        """How grades are read, in plain words."""
        named = "the run's own template" if self.user else self.template or _PACKAGED
        how = "expected over log-probabilities" if self._by_first_token else "read from text"
        return f"a judge ({named}; grades {', '.join(self._asked.grades)}; {how})"

    def item(self, answer: Answer, example: Example) -> float:
        """Return the judge's mark.

        Raises:
            ValueError: the answer is missing, or was never graded.
        """
        return marked_score(answer, example)

    def request_for(self, item: Item) -> Request:
        """Return the question to the judge; its sample number is the answer's.

        Raises:
            ValueError: the answer is not readable.
        """
        if not isinstance(item.answer, Text | LabelScores):
            raise ValueError(f"example {item.example.id!r}: no readable answer to grade")
        texts = {
            "question": escape_special(item.example.input),
            "answer": escape_special(said_by(item.answer)),
            "reference": escape_special("\nor: ".join(item.example.targets)),
            "grades": _listed(self._asked.grades),
        }
        system, user = (
            _filled(template, texts) for template in (self._asked.system, self._asked.user)
        )
        head = (Message("system", system),) if system else ()
        first = self._by_first_token
        return Request(
            messages=(*head, Message("user", user)),
            max_tokens=1 if first else self.max_tokens,
            top_logprobs=self.top_logprobs if first else 0,
            sample=item.sample,
        )

    def grade(self, item: Item, reply: Completion) -> Answer:
        """Return the answer with its mark, or ``Unreadable`` where the reply names no grade."""
        if not isinstance(item.answer, Text | LabelScores):
            return item.answer
        score = self._expected(reply) if self._by_first_token else self._read(reply.text)
        return (
            Unreadable(reply.text, judged=True)
            if score is None
            else Scored(said_by(item.answer), score)
        )

    def _expected(self, reply: Completion) -> float | None:
        grades = read_label_scores(self._asked.grades, self._asked.grades, reply.first)
        return expected_value(grades, self._values) if isinstance(grades, LabelScores) else None

    def _read(self, text: str) -> float | None:
        place = named_grade(self._asked.grades, text)
        return None if place is None else self._values[place]

    @property
    def _by_first_token(self) -> bool:
        """Whether grades are read off the first token, which must then tell them apart."""
        ordered = sorted(normalised(grade) for grade in self._asked.grades)
        alike = any(after.startswith(before) for before, after in pairwise(ordered))
        return self.read != "generate" and self.top_logprobs > 0 and not alike


def _filled(template: str, texts: dict[str, str]) -> str:
    """Return the template filled in one pass, so that data cannot open another place."""
    return _PLACE.sub(lambda match: texts[match[1]], template)


def _listed(grades: tuple[str, ...]) -> str:
    return f"{', '.join(grades[:-1])} or {grades[-1]}"
