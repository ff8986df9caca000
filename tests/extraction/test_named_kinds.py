"""Kinds of answer by the names that a tuned prompt's file holds."""

import pytest

from fedbbpt.answers import Text
from fedbbpt.completions import Completion
from fedbbpt.data import Example
from fedbbpt.errors import DataError
from fedbbpt.extraction.label import Label
from fedbbpt.extraction.named import kind_of
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.yes_no import YesNo
from fedbbpt.metrics.same_answer import SameAnswer
from fedbbpt.prompts import Message, Prompt
from fedbbpt.tuned import TunedPrompt

PROMPT = Prompt((Message("user", "{input}"),), ("terrible", "great"))
REPLY = {"choices": [{"message": {"content": "Not terrible.\nAnswer: great"}}]}


def tuned(**changes: object) -> TunedPrompt:
    return TunedPrompt(PROMPT, ("bad", "good"), "m", 0, 64, **changes)  # type: ignore[arg-type]


def test_a_table_names_a_kind_with_its_settings() -> None:
    assert kind_of({"use": "number", "percent": "share"}) == Number(percent="share")
    assert kind_of({"use": "yes_no", "yes": ["ja"]}) == YesNo(yes=("ja",))
    assert kind_of({"use": "label"}, ("a", "b")) == Label(("a", "b"))


@pytest.mark.parametrize("table", [{"use": "a:function"}, {}, {"use": "number", "digits": 3}])
def test_what_is_no_packaged_kind_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"^answer: "):
        kind_of(table)


def test_a_tuned_prompt_reads_the_label_at_the_end_in_its_own_words() -> None:
    assert tuned(answer={"use": "label"}).read(REPLY).label == "good"
    assert tuned().read(REPLY).label is None


def test_a_tuned_prompt_with_a_kind_of_ones_own_asks_and_says_that_it_cannot_read() -> None:
    own = tuned(answer={"use": "package.module:function"})

    assert own.request("?")["max_tokens"] == 64
    with pytest.raises(DataError, match=r"package.module:function"):
        own.read(REPLY)


def test_the_question_decides_how_an_answer_is_read_where_it_is_given() -> None:
    percent = TunedPrompt(PROMPT, (), "m", 0, 64, answer={"use": "number"})
    reply = {"choices": [{"message": {"content": "Answer: 30 %"}}]}

    assert percent.read(reply).label == "3/10"
    assert percent.read(reply, "What percentage is red?").label == "30"


@pytest.mark.parametrize(
    ("said", "score"), [("1000", 1.0), ("$1,000.00", 1.0), ("999", 0.0), ("none", 0.0)]
)
def test_the_same_answer_scores_in_any_form(said: str, score: float) -> None:
    example = Example("1", "How many?", ("many", "1,000"))

    assert SameAnswer(Number()).item(Text(said), example) == score


def test_a_direct_answer_of_a_kind_is_read_in_canonical_form() -> None:
    answer = (
        tuned(answer={"use": "number"})
        .direct.start(PROMPT, "How many?")
        .read(Completion("There are 1,000."))
    )

    assert answer == Text("1000")
