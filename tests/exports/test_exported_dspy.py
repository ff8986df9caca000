"""The exported DSPy program and the exported ``Predict``, run with an imitation of the library."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from app_side import MODEL, asked_of, reply_body
from exported import FREE, HOSTILE, OWNERS, RAW, Recorded, hostile_prompt, imitation, run_code

from fedbbpt import TunedPrompt
from fedbbpt.exports import dspy
from fedbbpt.exports.dspy import parts_of
from fedbbpt.prompts import Message


class Module:
    """Stands for ``dspy.Module``."""

    def __call__(self, **inputs: object) -> Any:  # noqa: ANN401 - as free as the library's own
        return vars(type(self))["forward"](self, **inputs)


class Predict:
    """Stands for ``dspy.Predict``: asks with the adapter in use and adds the log-probabilities."""

    adapters: ClassVar[list[Any]] = []

    def __init__(self, signature: object, **config: object) -> None:
        self.signature, self.config, self.demos = signature, config, list[Recorded]()

    def __call__(self, **inputs: object) -> dict[str, Any]:
        messages = self.adapters[-1].format(self.signature, self.demos, inputs)
        body = reply_body(MODEL.reply(asked_of({**self.config, "messages": messages})))
        (choice,) = cast(list[dict[str, Any]], body["choices"])
        parsed = self.adapters[-1].parse(self.signature, choice["message"]["content"])
        return {**parsed, "logprobs": choice["logprobs"]}


@contextmanager
def adapted(adapter: object) -> Iterator[None]:
    Predict.adapters.append(adapter)
    yield
    Predict.adapters.pop()


def dspy_names(tuned: TunedPrompt, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    members = {"Predict": Predict, "Module": Module, "Adapter": object, "context": adapted}
    library = imitation("dspy", **members, Prediction=SimpleNamespace)
    return run_code(dspy.export(tuned, None), monkeypatch, {"dspy": library})


@pytest.mark.parametrize("tuned", [RAW, OWNERS])
@pytest.mark.parametrize("said", ["broken again", "thanks", "nothing", "kind but {late}"])
def test_a_dspy_program_answers_with_the_tuned_label(
    tuned: TunedPrompt, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = dspy_names(tuned, monkeypatch)

    answer = names["tuned"](input=said).answer

    asked = names["AsScored"]().format(None, [], {"input": said})
    sent = {**names["SETTINGS"], "model": names["MODEL"], "messages": asked}
    assert sent == tuned.request(said)
    assert answer == tuned.read(reply_body(MODEL.reply(asked_of(sent)))).label


def test_a_dspy_predict_holds_instructions_kinds_and_demos(monkeypatch: pytest.MonkeyPatch) -> None:
    names = dspy_names(OWNERS, monkeypatch)

    fields, instructions = cast(Recorded, names["signature"]).arguments
    assert instructions == "Sort {messages}.\n\nThe question is put as:\nMessage: {input}\nKind:"
    assert fields["input"][0] is str
    assert fields["answer"][0].__args__ == ("complaint", "praise")
    assert [demo.named for demo in names["predict"].demos] == [
        {"input": "it is broken", "answer": "complaint"}
    ]
    assert names["LABEL_OF_WORD"] == {"complaint": "complaint", "praise": "praise"}


@pytest.mark.parametrize("said", HOSTILE)
def test_a_hostile_prompt_reaches_dspy_whole(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = dspy_names(hostile_prompt(said), monkeypatch)

    instructions = cast(Recorded, names["signature"]).arguments[1]
    assert instructions.startswith(said)
    assert f"[assistant]\n{said}" in instructions
    assert [demo.named for demo in names["predict"].demos] == [{"input": "a", "answer": said}]
    assert names["LABEL_OF_WORD"] == {f"A{said}": "complaint", f"B{said}": "praise"}


def test_free_answers_are_texts_to_dspy() -> None:
    tree = ast.parse(dspy.export(FREE, "it's"))

    assert "Literal" not in ast.unparse(tree)
    assert "return reply.answer" in ast.unparse(tree)


def test_a_turn_put_otherwise_is_a_demo_as_it_stands() -> None:
    turns = (
        Message("user", "Another form: late"),
        Message("assistant", "complaint"),
        Message("user", "{input}"),
    )

    assert parts_of(turns).demos == (("Another form: late", "complaint"),)
    assert parts_of((*turns[:2], Message("user", "Kind of {input}?"))).demos == (
        ("Another form: late", "complaint"),
    )
