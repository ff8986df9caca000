"""A tuned prompt as a small file that an app plugs in: ``request(text)``, ``read(completion)``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import orjson

from fedbbpt.answers import Answer, LabelScores, Text
from fedbbpt.calibration import Calibration
from fedbbpt.canonical import canonical_json
from fedbbpt.chat_form import PLAIN, ChatForm
from fedbbpt.chat_format import LABEL_IDS, chat_body, read_chat
from fedbbpt.codec.fields import count, listed, mapped, number, text
from fedbbpt.errors import DataError
from fedbbpt.extraction.named import kind_of
from fedbbpt.losses import softmax_label
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning.direct import Direct
from fedbbpt.storage.atomic import write_atomic

SCHEMA = 1
_INDENTED = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE


class Dumpable(Protocol):
    """A reply object of a client library, for example ``openai``'s ``ChatCompletion``."""

    def model_dump(self) -> dict[str, object]:
        """Return the reply as JSON values."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply says.

    Attributes:
        label: the label, or the free answer; None where the reply was unreadable.
        probabilities: one a label, summing to 1; empty where only text came back.
        text: the reply as generated.
    """

    label: str | None
    probabilities: Mapping[str, float]
    text: str


@dataclass(frozen=True, slots=True)
class TunedPrompt:
    """A prompt with all that is needed to ask and to read as it was scored.

    Attributes:
        prompt: what is sent besides the input.
        labels: the task's label set, empty for free answers.
        model: the model's name in requests.
        top_logprobs: alternatives of the first token that are read; 0 reads generated text.
        max_tokens: longest reply.
        calibration: label biases of the owner that this file was written for, or None.
        origin: where it comes from, for people: run, scores.
        form: how the endpoint it was scored at wants a request put.
        answer: the kind of answer that a reply ends with, as ``[task] answer`` names it; empty
            where the whole reply is the answer.
        reasoning: the way of reasoning, where one request cannot carry it; else empty.
    """

    prompt: Prompt
    labels: tuple[str, ...]
    model: str
    top_logprobs: int
    max_tokens: int
    calibration: Calibration | None = None
    origin: Mapping[str, object] = field(default_factory=dict)
    form: ChatForm = PLAIN
    answer: Mapping[str, object] = field(default_factory=dict)
    reasoning: Mapping[str, object] = field(default_factory=dict)

    def request(self, input: str) -> dict[str, object]:
        """Return the body of a chat completion request, byte for byte as it was scored.

        Raises:
            DataError: it was scored by several requests a question.
        """
        if self.reasoning:
            raise DataError(
                f"this prompt was scored with {self.reasoning['use']} by several requests a "
                "question; no single one does what was scored. Tune with zero_shot_cot, "
                "plan_and_solve or few_shot_cot in one call for a prompt that plugs into an app"
            )
        return chat_body(self._asking.start(self.prompt, input).request, self.model, self.form)

    def arguments(self, input: str) -> dict[str, object]:
        """Return ``request`` as arguments of the ``openai`` package's ``create``.

        They differ where the form has an ``extra_body`` or ``label_ids``: the package takes only
        fields that it knows as arguments, and all others under that name.
        """
        body = self.request(input)
        unknown = {*self.form.extra_body, LABEL_IDS}
        extra = {name: value for name, value in body.items() if name in unknown}
        plain = {name: value for name, value in body.items() if name not in unknown}
        return plain | ({"extra_body": extra} if extra else {})

    def read(self, completion: Mapping[str, object] | Dumpable, input: str = "") -> Reading:
        """Return what a reply to ``request`` says, calibrated where this file is an owner's.

        Args:
            completion: the JSON body of the reply, or a client library's object for it.
            input: what was asked, where it decides how the answer is read: it lists the options,
                or asks for a percentage.

        Raises:
            DataError: the reply is no chat completion, or its kind of answer is your own.
        """
        body = completion if isinstance(completion, Mapping) else completion.model_dump()
        try:
            reply = read_chat(body)
        except ValueError as error:
            raise DataError(f"the reply is no chat completion: {error}") from error
        answer = self.direct.start(self.prompt, input).read(reply)
        return _reading(self.calibration.apply(answer) if self.calibration else answer, reply.text)

    @property
    def direct(self) -> Direct:
        """The way to ask and to read.

        Raises:
            DataError: the kind of answer is a function of your own.
        """
        if not self.answer:
            return self._asking
        try:
            kind = kind_of(self.answer, self.labels)
        except ValueError as error:
            raise DataError(f"this prompt's replies: {error}") from error
        return Direct((), 0, self.max_tokens, kind)

    @property
    def _asking(self) -> Direct:
        return Direct(self.labels, self.top_logprobs, self.max_tokens)

    def save(self, path: Path | str) -> None:
        """Write the file, whole or not at all.

        Raises:
            StorageError: the place cannot be written.
        """
        write_atomic(Path(path), self.encode())

    def encode(self) -> bytes:
        """Return the bytes of the file."""
        body: dict[str, object] = {
            "schema": SCHEMA,
            "kind": "tuned prompt",
            "prompt": self.prompt.payload(),
            "labels": list(self.labels),
            "model": self.model,
            "top_logprobs": self.top_logprobs,
            "max_tokens": self.max_tokens,
            "biases": None if self.calibration is None else list(self.calibration.biases),
            "origin": dict(self.origin),
        }
        if put := self.form.payload():
            body["form"] = put
        for name, table in (("answer", self.answer), ("reasoning", self.reasoning)):
            if table:
                body[name] = dict(table)
        values = orjson.loads(canonical_json(body))
        return orjson.dumps(values, option=_INDENTED)

    @classmethod
    def load(cls, path: Path | str) -> "TunedPrompt":
        """Return the tuned prompt in a file.

        Raises:
            DataError: no such file, or not a tuned prompt of this schema.
        """
        try:
            tuned = _from_payload(mapped(orjson.loads(Path(path).read_bytes()), "file"))
            if not tuned.reasoning:
                tuned.request("")  # what cannot be asked is refused here, not in the app
        except (OSError, ValueError, KeyError) as error:
            raise DataError(f"{path}: not a tuned prompt: {error}") from error
        return tuned


def _from_payload(body: Mapping[str, object]) -> TunedPrompt:
    if body.get("schema") != SCHEMA or body.get("kind") != "tuned prompt":
        raise ValueError(f"expected a tuned prompt of schema {SCHEMA}")
    labels = tuple(text(label, "labels", longest=256) for label in listed(body["labels"], "labels"))
    calibration = None
    if body["biases"] is not None:
        biases = tuple(number(bias, "biases") for bias in listed(body["biases"], "biases"))
        calibration = Calibration(labels, biases)
    return TunedPrompt(
        prompt=Prompt.from_payload(mapped(body["prompt"], "prompt")),
        labels=labels,
        model=text(body["model"], "model", longest=512),
        top_logprobs=count(body["top_logprobs"], "top_logprobs"),
        max_tokens=count(body["max_tokens"], "max_tokens"),
        calibration=calibration,
        origin=mapped(body["origin"], "origin"),
        form=ChatForm.from_payload(mapped(body.get("form", {}), "form")),
        answer=mapped(body.get("answer", {}), "answer"),
        reasoning=mapped(body.get("reasoning", {}), "reasoning"),
    )


def _reading(answer: Answer, said: str) -> Reading:
    match answer:
        case LabelScores(labels):
            shares = softmax_label(answer)
            spread = {label: float(p) for label, p in zip(labels, shares, strict=True)}
            return Reading(answer.best, spread, said)
        case Text(label):
            return Reading(label, {}, said)
        case _:
            return Reading(None, {}, said)
