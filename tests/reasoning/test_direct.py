from dataclasses import replace

import pytest

from fedbbpt.answers import LabelScores, Missing, Text, Unreadable
from fedbbpt.completions import Completion, Request, TokenLogprob
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning import Reasoning
from fedbbpt.reasoning.direct import Direct

LABELS = ("pos", "neg")
PROMPT = Prompt(
    (Message("system", "Judge."), Message("user", "Text: {input}\nVerdict:")), ("good", "bad")
)
SCORED = Completion("good", first=(TokenLogprob("good", -0.25), TokenLogprob(" Bad", -1.5)))


def test_the_first_step_asks_one_request_with_the_question_in_its_place() -> None:
    reasoning: Reasoning = Direct(LABELS, top_logprobs=20)

    asked = reasoning.start(PROMPT, "lovely", sample=3).step(())

    rendered = PROMPT.render("lovely")
    assert asked == (Request(rendered, max_tokens=1, top_logprobs=20, sample=3),)


def test_label_scores_are_read_from_the_first_token() -> None:
    dialogue = Direct(LABELS, top_logprobs=20).start(PROMPT, "lovely")

    answer = dialogue.step([SCORED])

    assert answer == LabelScores(LABELS, (-0.25, -1.5), (False, False))


def test_without_log_probabilities_the_label_is_read_from_the_text() -> None:
    dialogue = Direct(LABELS, max_tokens=12).start(PROMPT, "lovely")

    answer = dialogue.step([Completion("It is bad.")])

    assert answer == Text("neg")
    assert dialogue.request.max_tokens == 12
    assert dialogue.request.top_logprobs == 0


@pytest.mark.parametrize("reason", ["refusal", "content_filter"])
@pytest.mark.parametrize("how", [Direct(), Direct(LABELS), Direct(LABELS, top_logprobs=20)])
def test_an_answer_that_is_kept_back_is_unreadable_whatever_its_words(
    how: Direct, reason: str
) -> None:
    said = replace(SCORED, text="I cannot say that it is good.", finish_reason=reason)

    assert how.start(PROMPT, "lovely").step([said]) == Unreadable(said.text)


def test_a_prompt_without_words_speaks_the_labels() -> None:
    prompt = Prompt((Message("user", "{input}"),))
    dialogue = Direct(LABELS).start(prompt, "lovely")

    answer = dialogue.step([Completion("Neg")])

    assert answer == Text("neg")


@pytest.mark.parametrize(("text", "answer"), [(" 42 \n", Text("42")), (" ", Unreadable(" "))])
def test_without_labels_the_reply_is_the_answer(text: str, answer: Text | Unreadable) -> None:
    dialogue = Direct(top_logprobs=5, max_tokens=9).start(PROMPT, "6 * 7")

    assert dialogue.step([Completion(text)]) == answer
    assert dialogue.request.top_logprobs == 0


@pytest.mark.parametrize("how", [Direct(), Direct(LABELS), Direct(LABELS, top_logprobs=20)])
def test_a_missing_reply_stays_missing(how: Direct) -> None:
    missing = Missing("timeout")

    assert how.start(PROMPT, "lovely").step([missing]) is missing


def test_a_reply_without_alternatives_is_unreadable() -> None:
    dialogue = Direct(LABELS, top_logprobs=20).start(PROMPT, "lovely")

    assert dialogue.step([Completion("good")]) == Unreadable("")


def test_a_dialogue_keeps_no_state() -> None:
    dialogue = Direct(LABELS, top_logprobs=20).start(PROMPT, "lovely")

    before = dialogue.step(())
    dialogue.step([SCORED])

    assert dialogue.step(()) == before


def test_two_replies_to_one_request_are_refused() -> None:
    dialogue = Direct(LABELS).start(PROMPT, "lovely")

    with pytest.raises(ValueError, match="2 came for one request"):
        dialogue.step([SCORED, SCORED])


def test_a_prompt_with_too_few_words_is_refused_before_asking() -> None:
    with pytest.raises(ValueError, match="2 words for 3 labels"):
        Direct(("a", "b", "c")).start(PROMPT, "lovely")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"top_logprobs": -1}, "top_logprobs"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"labels": ("one",)}, "labels"),
        ({"labels": ("one", "one")}, "labels"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, object], field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        Direct(**settings)  # type: ignore[arg-type]
