"""One chain of thought: what is sent, in one call or two, and how it is read."""

from collections.abc import Sequence

import pytest

from fedbbpt.answers import Missing, Text, Unreadable
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.extraction.choice import Choice
from fedbbpt.extraction.date import Date
from fedbbpt.extraction.label import Label
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.yes_no import YesNo
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning.closing import closing_of, second_question
from fedbbpt.reasoning.few_shot_cot import FewShotCot
from fedbbpt.reasoning.plan_and_solve import TRIGGERS, PlanAndSolve
from fedbbpt.reasoning.zero_shot_cot import ZeroShotCot

PLAIN = Prompt((Message("user", "{input}"),))
ASKED = "Lena has 3 pens and buys 4. How many has she?"


def first(how: ZeroShotCot | PlanAndSolve | FewShotCot, prompt: Prompt = PLAIN) -> Request:
    step = how.start(prompt, ASKED).step(())
    assert isinstance(step, Sequence)
    (request,) = step
    return request


def test_the_trigger_ends_the_question_behind_the_sentence_about_the_answers_form() -> None:
    request = first(ZeroShotCot(kind=Number()))

    lines = request.messages[-1].content.split("\n")
    assert lines == [ASKED, "End with one line: Answer: <number>", "Let's think step by step."]


def test_a_last_line_with_a_colon_is_followed_by_the_trigger() -> None:
    prompt = Prompt((Message("user", "Q: {input}\nA:"),))

    request = first(ZeroShotCot(kind=Number()), prompt)

    assert request.messages[-1].content.endswith("<number>\nA: Let's think step by step.")


def test_without_trigger_and_closing_the_prompt_is_sent_as_it_is() -> None:
    request = first(ZeroShotCot(trigger="", closing="", kind=Number()))

    assert request.messages == PLAIN.render(ASKED)


def test_the_answer_is_what_the_reply_ends_with_in_canonical_form() -> None:
    dialogue = ZeroShotCot(kind=Number()).start(PLAIN, ASKED)
    dialogue.step(())

    answer = dialogue.step([Completion("3 + 4 = 7 pens.\nAnswer: **7.0 pens**")])

    assert answer == Text("7")


@pytest.mark.parametrize(
    "reply",
    [
        Completion("3 pens and 4 more pens make", finish_reason="length"),
        Completion("Answer: 7", finish_reason="content_filter"),
        Completion("I do not know."),
    ],
)
def test_what_is_cut_off_refused_or_no_answer_abstains(reply: Completion) -> None:
    dialogue = ZeroShotCot(kind=Number()).start(PLAIN, ASKED)
    dialogue.step(())

    assert dialogue.step([reply]) == Unreadable(reply.text)


def test_a_second_call_holds_the_reasoning_and_asks_for_the_answer_alone() -> None:
    how = ZeroShotCot(second_call=True, kind=Number(), temperature=0.7)
    dialogue = how.start(PLAIN, ASKED, sample=2)
    opening = dialogue.step(())

    step = dialogue.step([Completion("She has 3 and then <|im_end|> 4 more.")])
    answer = dialogue.step([Completion("7 pens.\nQ: another")])

    assert isinstance(opening, Sequence)
    assert "End with" not in opening[0].messages[-1].content
    assert isinstance(step, Sequence)
    *_, thought, last = step[0].messages
    assert (thought.role, thought.content) == (
        "assistant",
        "She has 3 and then < |im_end|> 4 more.",
    )
    assert last.content == "Therefore, the answer (arabic numerals) is"
    assert [(one[0].temperature, one[0].sample) for one in (opening, step)] == [(0.7, 2), (0.0, 2)]
    assert answer == Text("7")


@pytest.mark.parametrize(
    "reply", [Completion("  "), Completion("no", finish_reason="refusal"), Missing("timeout")]
)
def test_where_nothing_was_said_no_second_call_is_paid(reply: Completion | Missing) -> None:
    dialogue = ZeroShotCot(second_call=True).start(PLAIN, ASKED)
    dialogue.step(())

    assert isinstance(dialogue.step([reply]), Missing | Unreadable)


def test_a_missing_second_reply_makes_the_answer_missing() -> None:
    dialogue = ZeroShotCot(second_call=True).start(PLAIN, ASKED)
    dialogue.step(())
    dialogue.step([Completion("Think.")])

    assert dialogue.step([Missing("timeout")]) == Missing("timeout")


@pytest.mark.parametrize("variant", TRIGGERS)
def test_plans_are_asked_for_by_the_published_words(variant: str) -> None:
    request = first(PlanAndSolve(variant=variant))

    assert request.messages[-1].content.endswith(TRIGGERS[variant])


@pytest.mark.parametrize(
    ("kind", "closing", "second"),
    [
        (Choice(), "<letter>", "among the options"),
        (YesNo(), "<yes or no>", "(Yes or No)"),
        (Date(), "<date as YYYY-MM-DD>", "the answer is"),
        (Label(("a", "b"), ("red", "blue")), "<red or blue>", "(red or blue)"),
    ],
)
def test_each_kind_is_asked_for_in_its_form(
    kind: Choice | YesNo | Date | Label, closing: str, second: str
) -> None:
    assert closing in closing_of(kind)
    assert second in second_question(kind)


def test_labels_are_asked_for_and_read_in_the_words_of_the_prompt() -> None:
    how = ZeroShotCot(kind=Label(("negative", "positive")))
    prompt = Prompt((Message("user", "{input}"),), ("terrible", "great"))
    dialogue = how.start(prompt, "a fine film")
    step = dialogue.step(())

    answer = dialogue.step([Completion("It is not terrible.\nAnswer: great")])

    assert isinstance(step, Sequence)
    assert "Answer: <terrible or great>" in step[0].messages[-1].content
    assert answer == Text("positive")


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"trigger": "Think about {input}."}, "trigger"),
        ({"closing": "{input}"}, "closing"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"temperature": 3.0}, "temperature"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}: "):
        ZeroShotCot(**settings)  # type: ignore[arg-type]


def test_given_exemplars_stand_before_the_question_in_its_form() -> None:
    prompt = Prompt((Message("system", "Solve it."), Message("user", "Q: {input}")))

    request = first(FewShotCot(count=2, kind=Number()), prompt)

    roles = [message.role for message in request.messages]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
    assert request.messages[1].content.startswith("Q: Lena has 14 stickers.")
    assert request.messages[2].content.endswith("Answer: 17")


def test_the_nearest_exemplars_are_shown_the_nearest_last() -> None:
    how = FewShotCot(choose="nearest", count=2)

    step = how.start(PLAIN, "A hose fills 9 litres in 3 minutes. How many in 5 minutes?").step(())

    assert isinstance(step, Sequence)
    assert "hose" in step[0].messages[-3].content
    assert how.shown == ()
    assert how.sent(PLAIN) is None


def test_own_examples_are_shown_with_their_targets_and_never_the_one_asked() -> None:
    examples = [Example(f"{n}", f"What is {n} plus {n}?", (f"{2 * n}",)) for n in range(6)]
    how = FewShotCot(choose="own", count=3).at(examples)

    step = how.start(PLAIN, "What is 4 plus  4?").step(())

    assert isinstance(step, Sequence)
    shown = [message.content for message in step[0].messages[:-1]]
    assert len(shown) == 6
    assert all(answer.startswith("Answer: ") for answer in shown[1::2])
    assert "What is 4 plus 4?" not in shown


def test_given_exemplars_that_hold_the_question_asked_are_refused() -> None:
    how = FewShotCot()

    with pytest.raises(ValueError, match="holds the question asked"):
        how.start(PLAIN, how.shown[1].upper())


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"choose": "best"}, "choose"),
        ({"count": 0}, "count"),
        ({"exemplars": "arithmetics"}, "exemplars"),
        ({"library": "reasonin"}, "library"),
    ],
)
def test_exemplars_that_cannot_be_meant_are_refused(
    settings: dict[str, object], named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named}: "):
        FewShotCot(**settings)  # type: ignore[arg-type]
