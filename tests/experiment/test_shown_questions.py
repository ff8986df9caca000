"""Which questions a prompt shows by no chance, and so gives away."""

import pytest

from fedbbpt.errors import DataError
from fedbbpt.experiment.answering.leak import Exposed, check_no_leak
from fedbbpt.experiment.answering.mixes import Mixes, Own
from fedbbpt.experiment.answering.questions import Asked
from fedbbpt.prompts import Message, Prompt
from fedbbpt.work.prompt_mix import Ingredient, PromptMix

SOLVED = "Q: What is 17 * 23?\nA: 391\n\nQ: {input}\nA:"
SUM = "What is 17 * 23?"
REVIEWS = "Labels: good, bad\nReview: great\nSentiment: good\nReview: {input}\nSentiment:"


def leak(content: str, question: str, *before: Message) -> str | None:
    """Return who shows a question where the prompt is one turn, and turns before it."""
    return Exposed.of(mixes(content, *before), ()).leak_of(question)


def mixes(content: str, *before: Message) -> Mixes:
    prompt = Prompt((*before, Message("user", content)))
    return Mixes("a test", {"it": Own(PromptMix((Ingredient("start", prompt),)))})


@pytest.mark.parametrize(
    ("content", "question"),
    [
        (SOLVED, SUM),
        (SOLVED, "what is 17\u00d723"),
        ("Q: What is 17 * 23? A: 391 Q: {input} A:", SUM),
        ("Q: What is 17 * 23 A: 391 Q: {input} A:", SUM),
        ("17 * 23 = 391\n{input} =", "17*23"),
        ("1. What is 17 * 23? 391\n2. {input}", SUM),
        ('For example "What is 17 * 23?" is 391.\n{input}', SUM),
        (
            "Q: Of 12 apples, 5 are eaten - how many are left?\nA: 7\n\nQ: {input}\nA:",
            "Of 12 apples 5 are eaten. How many are left?",
        ),
        ("It is known how many are left of 12 apples today. {input}", "how many are left of 12?"),
        (REVIEWS, "Great!"),
        ("Q: great\nA: good\n{input}", "great"),
    ],
)
def test_a_solved_question_in_the_text_of_a_prompt_is_found(content: str, question: str) -> None:
    assert leak(content, question) == "the prompt 'start'"


@pytest.mark.parametrize(
    ("content", "question"),
    [
        (SOLVED, "What is 17 + 23?"),
        (SOLVED, "What is 17?"),
        ("Q: What is 117 * 23?\nA: 2691\n\nQ: {input}\nA:", "17 * 23"),
        ("Q: {input}\nA:", SUM),
        ("Q: {input}\nA:", "A"),
        (REVIEWS, "good"),
        (REVIEWS, "bad"),
        (REVIEWS, "Sentiment"),
        ("Labels:\ngood\nbad\n{input}", "good"),
        ("Is it yes or no? {input}", "no"),
        ("Q: {input}\nA:", ""),
    ],
)
def test_words_that_stand_in_a_prompt_by_chance_are_no_leak(content: str, question: str) -> None:
    assert leak(content, question) is None


def test_a_turn_of_the_user_that_is_the_question_is_a_leak_and_an_answer_is_none() -> None:
    turns = (Message("user", "Text: great"), Message("assistant", "good"))

    assert leak("Text: {input}", "Great.", *turns) is not None
    assert leak("Text: {input}", "good", *turns) is None
    assert leak("{input}", "text great", *turns) is not None


def test_a_question_that_the_way_of_reasoning_shows_is_refused_under_other_punctuation() -> None:
    asked = [Asked("q-1", "What is 2 + 3", ()), Asked("q-2", "what is: 17 * 23", ())]

    with pytest.raises(DataError, match=r"exemplar of the way of reasoning.*\(q-2\)"):
        check_no_leak(mixes("{input}"), [SUM], asked)
