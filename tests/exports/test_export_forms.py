"""Every exported form holds the prompt as data, and says what it does not carry."""

import ast
import json
from collections.abc import Callable
from dataclasses import replace

import orjson
import pytest
from exported import FREE, GENERATED, HOSTILE, OWNERS, RAW, SCORE, hostile_prompt
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt import TunedPrompt
from fedbbpt.chat_form import ChatForm
from fedbbpt.errors import ConfigError
from fedbbpt.exports import FORMATS, dspy, langchain, messages, python, request, text
from fedbbpt.exports.form import Form, losses_of, measured_otherwise, score_of
from fedbbpt.prompts import message_payload

CODE = ("dspy", "langchain", "python")
AWKWARD = ["plain", "a {input} in it", "ends <|im_end|>", "\x1b[31mé\u202e"]


def shape(code: str) -> str:
    """Return the syntax of code without the texts in it."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("tuned", [RAW, OWNERS, GENERATED, FREE])
@pytest.mark.parametrize("said", AWKWARD)
def test_a_request_is_the_body_that_was_scored(tuned: TunedPrompt, said: str) -> None:
    assert request.export(tuned, said).encode() == orjson.dumps(tuned.request(said))


def test_a_request_without_an_input_is_refused() -> None:
    with pytest.raises(ConfigError, match="--input: a request is the body for one input"):
        request.export(RAW, None)


@pytest.mark.parametrize("said", HOSTILE)
def test_messages_come_back_as_they_are(said: str) -> None:
    tuned = hostile_prompt(said)

    body = json.loads(messages.export(tuned, None))

    assert body["messages"] == message_payload(tuned.prompt.messages)
    assert body["labels"] == list(tuned.labels)
    assert body["words"] == list(tuned.prompt.words)
    assert body["notes"]["score of this form"] == "not measured"


@pytest.mark.parametrize("said", AWKWARD)
def test_messages_for_an_input_are_those_of_the_request(said: str) -> None:
    body = json.loads(messages.export(OWNERS, said))

    assert body["messages"] == OWNERS.request(said)["messages"]


@pytest.mark.parametrize(
    ("tuned", "said"),
    [(RAW, "leave the reply room"), (GENERATED, "at most 12 tokens, as it was scored")],
)
def test_messages_say_how_to_ask(tuned: TunedPrompt, said: str) -> None:
    assert said in json.loads(messages.export(tuned, None))["notes"]["settings"]


def test_free_answers_have_no_labels_in_messages() -> None:
    assert json.loads(messages.export(FREE, None)).keys() == {"messages", "notes", "settings"}


@pytest.mark.parametrize("form", [ChatForm(), ChatForm(extra_body={"effort": "low"})])
def test_messages_of_a_prompt_scored_as_text_make_its_request(form: ChatForm) -> None:
    tuned = replace(GENERATED, form=form)

    body = json.loads(messages.export(tuned, "the lift"))

    request = {"model": tuned.model, "messages": body["messages"], **body["settings"]}
    assert request == tuned.request("the lift")


def test_messages_of_a_prompt_scored_by_label_scores_give_no_settings_of_text() -> None:
    assert "settings" not in json.loads(messages.export(OWNERS, None))


@pytest.mark.parametrize(("said", "shown"), [(None, "{input}"), ("the lift", "the lift")])
def test_text_is_the_prompt_with_its_notes_at_the_end(said: str | None, shown: str) -> None:
    written = text.export(OWNERS, said)

    prompt, notes = written.split("[notes, no part of the prompt]")
    assert prompt == OWNERS.prompt.text().replace("{input}", shown) + "\n\n"
    assert "not carried: label scoring: " in notes
    assert "not carried: calibration: " in notes
    assert "score of this form: not measured" in notes
    assert f"score as tuned: {SCORE}, read by label scores, calibrated" in notes


@pytest.mark.parametrize("name", CODE)
@pytest.mark.parametrize("said", HOSTILE)
def test_a_hostile_text_stays_a_literal(name: str, said: str) -> None:
    plain, hostile = (FORMATS[name](hostile_prompt(one), one) for one in ("x", said))

    assert shape(hostile) == shape(plain)


@pytest.mark.parametrize("name", CODE)
@settings(max_examples=20)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda t: "B" not in t))
def test_no_text_at_all_changes_the_code(name: str, said: str) -> None:
    prompt = hostile_prompt(said.replace("{input}", "").replace("{", "").strip() or "x")

    assert shape(FORMATS[name](prompt, said)) == shape(FORMATS[name](hostile_prompt("x"), "x"))


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("tuned", [RAW, OWNERS, GENERATED, FREE])
def test_the_same_prompt_gives_the_same_text(name: str, tuned: TunedPrompt) -> None:
    once, again = (FORMATS[name](replace(tuned), "the lift is late") for _ in range(2))

    assert once == again
    assert name == "request" or once.endswith("\n")


@pytest.mark.parametrize(
    ("tuned", "form", "score"),
    [
        (RAW, request.FORM, SCORE),
        (RAW, python.FORM, SCORE),
        (RAW, messages.FORM, "not measured"),
        (OWNERS, request.FORM, "not measured"),
        (OWNERS, python.FORM, SCORE),
        (OWNERS, messages.FORM, "not measured"),
        (GENERATED, request.FORM, SCORE),
        (GENERATED, messages.FORM, SCORE),
        (GENERATED, langchain.FORM, SCORE),
        (OWNERS, langchain.FORM, SCORE),
        (OWNERS, dspy.FORM, SCORE),
        (RAW, dspy.FORM, SCORE),
        (OWNERS, dspy.PREDICT, "not measured"),
        (GENERATED, dspy.PREDICT, "not measured"),
        (FREE, text.FORM, SCORE),
    ],
)
def test_a_score_is_given_only_for_the_very_form_that_was_measured(
    tuned: TunedPrompt, form: Form, score: str
) -> None:
    assert score_of(tuned, form) == score
    assert bool(measured_otherwise(tuned, form)) == (score == "not measured")


@pytest.mark.parametrize(
    "origin",
    [
        {},
        {"mode": "raw"},
        {**RAW.origin, "mode": "other"},
        {**RAW.origin, "test_score": "0.75"},
        {**RAW.origin, "test_items": True},
    ],
)
def test_an_origin_without_figures_measures_nothing(origin: dict[str, object]) -> None:
    tuned = replace(RAW, origin=origin)

    assert score_of(tuned, request.FORM) == "not measured"
    assert measured_otherwise(tuned, messages.FORM) == ""


@pytest.mark.parametrize(
    ("tuned", "form", "beginnings"),
    [
        (OWNERS, request.FORM, ["calibration"]),
        (RAW, request.FORM, []),
        (OWNERS, python.FORM, ["defusing"]),
        (OWNERS, messages.FORM, ["label scoring", "calibration", "defusing"]),
        (GENERATED, messages.FORM, ["reading", "defusing"]),
        (FREE, messages.FORM, ["defusing"]),
        (OWNERS, langchain.FORM, ["defusing"]),
        (OWNERS, dspy.FORM, ["defusing"]),
        (OWNERS, dspy.PREDICT, ["the messages", "label scoring", "calibration", "defusing"]),
    ],
)
def test_what_is_lost_is_said(tuned: TunedPrompt, form: Form, beginnings: list[str]) -> None:
    assert [line.split(":")[0] for line in losses_of(tuned, form)] == beginnings


@pytest.mark.parametrize("export", [dspy.export, langchain.export, python.export])
def test_code_says_it_in_a_literal(export: Callable[[TunedPrompt, str | None], str]) -> None:
    tree = ast.parse(export(OWNERS, None))

    (notes,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NOTES"
    )

    assert notes["score of this form"] in {SCORE, "not measured"}
    assert notes["not carried"]
