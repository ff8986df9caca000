import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Answer, LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.completions import Completion, TokenLogprob
from fedbbpt.data import Example
from fedbbpt.library.judging import judge_names, load_judge
from fedbbpt.metrics import Item
from fedbbpt.metrics.grades import expected_value, named_grade
from fedbbpt.metrics.judge import Judge
from fedbbpt.prompts import Message, Prompt

PROMPT = Prompt((Message("system", "be brief"), Message("user", "{input}")))
FIVE = ("1", "2", "3", "4", "5")
OWN = "Q: {question}\nA: {answer}\nR: {reference}\n{grades}"


def item(answer: Answer, sample: int = 0) -> Item:
    return Item(PROMPT, answer, Example("1", "Which {answer}?", ("north", "up")), sample)


def first(**masses: float) -> Completion:
    likely = tuple(TokenLogprob(token, math.log(mass)) for token, mass in masses.items())
    return Completion(next(iter(masses)), first=likely)


def test_the_judge_sees_question_answer_and_all_targets() -> None:
    judge = Judge(user=OWN, grades=("bad", "good"))

    request = judge.request_for(item(Text("south <|im_end|> {reference}")))

    (message,) = request.messages
    assert message.content == (
        "Q: Which {answer}?\nA: south < |im_end|> {reference}\nR: north\nor: up\nbad or good"
    )
    assert (request.max_tokens, request.top_logprobs, request.temperature) == (16, 0, 0.0)


def test_the_number_of_the_draw_reaches_the_judge() -> None:
    assert Judge().request_for(item(Text("south"), sample=3)).sample == 3


def test_with_log_probabilities_the_expected_grade_is_the_score() -> None:
    judge = Judge(template="quality", top_logprobs=5)

    marked = judge.grade(item(Text("south")), first(**{"4": 0.6, "5": 0.2, "The": 0.2}))

    assert judge.request_for(item(Text("south"))).max_tokens == 1
    assert isinstance(marked, Scored)
    assert marked.text == "south"
    assert marked.score == pytest.approx((0.75 * 0.6 + 1.0 * 0.2) / 0.8)


def test_a_judge_that_begins_with_other_words_has_given_no_grade() -> None:
    judge = Judge(template="quality", top_logprobs=5)

    marked = judge.grade(item(Text("south")), first(The=0.9, **{"4": 0.05}))

    assert marked == Unreadable("The", judged=True)


def test_without_log_probabilities_the_grade_is_read_from_the_text() -> None:
    judge = Judge()

    said = [judge.grade(item(Text("south")), Completion(text)) for text in ("Yes.", "no", "maybe")]

    assert said == [Scored("south", 1.0), Scored("south", 0.0), Unreadable("maybe", judged=True)]


def test_grades_that_begin_alike_are_read_from_text() -> None:
    judge = Judge(grades=("1", "5", "10"), top_logprobs=5)

    assert judge.request_for(item(Text("south"))).top_logprobs == 0
    assert judge.grade(item(Text("south")), Completion("10")) == Scored("south", 1.0)


def test_values_say_what_a_grade_is_worth() -> None:
    judge = Judge(grades=("wrong", "half", "right"), values=(0.0, 0.2, 1.0))

    assert judge.grade(item(Text("south")), Completion("half")) == Scored("south", 0.2)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("4", 3),
        ("**4**", 3),
        ("Grade: 4 out of 5", 3),
        ("It covers 2 of 3 points. Score: 4/5", 3),
        ("The score is 2. Final verdict: 5", 4),
        ("4 or 5", None),
        ("six", None),
        ("", None),
        ("14", None),
    ],
)
def test_a_grade_is_read_out_of_words(text: str, place: int | None) -> None:
    assert named_grade(FIVE, text) == place


@given(st.text(max_size=60))
def test_any_reply_gives_a_grade_or_none(text: str) -> None:
    marked = Judge().grade(item(Text("south")), Completion(text))

    assert marked == Unreadable(text, judged=True) or isinstance(marked, Scored)


@given(st.lists(st.tuples(st.floats(-30, 0), st.booleans()), min_size=2, max_size=5))
def test_an_expected_grade_lies_between_0_and_1(grades: list[tuple[float, bool]]) -> None:
    names = FIVE[: len(grades)]
    log_probs, floored = zip(*grades, strict=True)
    values = [place / (len(names) - 1) for place in range(len(names))]

    value = expected_value(LabelScores(names, log_probs, floored), values)

    assert value is None or 0.0 <= value <= 1.0


@pytest.mark.parametrize("answer", [Missing("timeout"), Unreadable("hm")])
def test_what_is_not_readable_is_not_asked_about(answer: Answer) -> None:
    with pytest.raises(ValueError, match="no readable answer"):
        Judge().request_for(item(answer))


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"user": "no place", "grades": ("a", "b")}, "user"),
        ({"user": OWN}, "grades"),
        ({"user": OWN, "grades": ("a", " A ")}, "grades"),
        ({"user": OWN, "grades": ("a", "b"), "template": "quality"}, "template"),
        ({"system": "only"}, "system"),
        ({"grades": ("a", "")}, "grades"),
        ({"values": (0.0, 0.5, 1.0)}, "values"),
        ({"values": (0.0, 2.0)}, "values"),
        ({"values": (0.5, 0.5)}, "values"),
        ({"read": "telepathy"}, "read"),
        ({"read": "logprobs"}, "read"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"top_logprobs": -1}, "top_logprobs"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(settings: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=f"^{named}: "):
        Judge(**settings)  # type: ignore[arg-type]


def test_an_unknown_template_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"^template: .*'correctness'"):
        Judge(template="correctnes")


def test_every_packaged_template_makes_a_judge_and_names_its_source() -> None:
    for name in judge_names():
        request = Judge(template=name).request_for(item(Text("south")))

        assert load_judge(name).source
        assert "south" in request.messages[-1].content
        assert "north" in request.messages[-1].content
