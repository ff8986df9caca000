"""The laws of every kind of answer, on any text."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from plugin_folders import offered

from fedbbpt.extraction import Abstain, AnswerKind, Reader, same
from fedbbpt.extraction.own_function import OwnFunction

KINDS: dict[str, AnswerKind] = {name: kind() for name, kind in offered("extraction").items()}
KINDS["own_function"] = OwnFunction("a:last_word", lambda text: next(reversed(text.split()), None))
QUESTION = "What percentage is it?\nA) 5 of them\nB) none\nC) The U.S.\nD) yes"
READERS: dict[str, Reader] = {name: kind.about(QUESTION) for name, kind in KINDS.items()}
READERS["number without a question"] = KINDS["number"].about("")
PIECES = (
    *("5", "-1,250.50", "3/4", "1 1/2", "45 %", "1e3", "$", "=", "+", "\u2212", "\u00bd", "\u0665"),
    *(
        "A",
        "(b)",
        "C.",
        "yes",
        "No",
        "not",
        "true",
        "none",
        "the",
        "because",
        "seven",
        "May",
        "6th",
    ),
    *("12,5", "1.234.567", "3.5k", "300K", "2 hours", "30 minutes", "is not", "isn't", "cannot be"),
    *("2024", "05/06/2024", "2024-05-06", "Answer:", "the answer is", "####", "\\boxed{", "}", "{"),
    *(
        "\\frac{1}{2}",
        "\\text{",
        "**",
        "<think>",
        "</think>",
        "\n",
        ". ",
        ", ",
        "Q:",
        "\u0130",
        "U.S.",
    ),
    *(
        "I'm sorry",
        "cannot be known",
        "\u00df",
        "\ufb01",
        "e\u0301",
        "\u200b",
        "'",
        '"',
        "_",
        "\u212b",
    ),
)
texts = st.lists(st.sampled_from(PIECES), max_size=8).map(" ".join) | st.text(max_size=40)
readers = pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())


@readers
@given(text=texts)
@example(text="-1 1/2 %")
def test_the_canonical_form_of_a_canonical_form_is_itself(reader: Reader, text: str) -> None:
    once = reader.canonical(text)

    assert isinstance(once, Abstain) or (once and reader.canonical(once) == once)


@readers
@given(text=texts, finished=st.booleans())
def test_what_is_extracted_is_canonical(reader: Reader, text: str, finished: bool) -> None:
    found = reader.extract(text, finished=finished)

    assert isinstance(found, Abstain) or (found and reader.canonical(found) == found)


@readers
@given(first=texts, second=texts, third=texts)
def test_being_the_same_answer_is_an_equivalence(
    reader: Reader, first: str, second: str, third: str
) -> None:
    assert same(reader, first, second) == same(reader, second, first)
    assert same(reader, first, first) == isinstance(reader.canonical(first), str)
    if same(reader, first, second) and same(reader, second, third):
        assert same(reader, first, third)


@readers
def test_a_canonical_answer_alone_is_read_from_a_reply(reader: Reader) -> None:
    said = ["5", "-7/2", "A", "yes", "2024-05-06", "blue"]
    keys = {key for key in map(reader.canonical, said) if isinstance(key, str)}

    found = {key: reader.extract(f"I think.\nAnswer: {key}") for key in keys}

    assert keys
    assert found == {key: key for key in keys}


@readers
@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "...", "<think>", "<think>5, yes, A"])
def test_a_reply_without_an_answer_abstains(reader: Reader, text: str) -> None:
    if isinstance(reader, OwnFunction):
        text = " "  # what else holds no answer, the function decides

    assert reader.extract(text) == Abstain("no answer")


@readers
@pytest.mark.parametrize("text", ["", "So 5 and yes and (A) in 2024, wh", "The answer is 1"])
def test_a_reply_that_breaks_off_before_its_answer_abstains(reader: Reader, text: str) -> None:
    assert reader.extract(text, finished=False) == Abstain("truncated")


@readers
@pytest.mark.parametrize(
    "hostile",
    [
        "9**9**9",
        "9" * 250_000,
        "{" * 250_000,
        "\\boxed{" * 25_000,
        "1,000" * 25_000,
        "5/" * 25_000,
        "1 " * 25_000,
        "answer (of " * 25_000,
        "<think>" * 25_000,
        "2024-01-" * 25_000,
        "(A" * 25_000,
        "no, yes " * 25_000,
        " " * 250_000,
    ],
    ids=lambda hostile: hostile[:8].strip() or "space",
)
def test_hostile_text_costs_time_that_grows_no_faster_than_it(reader: Reader, hostile: str) -> None:
    half = hostile[: len(hostile) // 2]

    assert least_time(reader, hostile) < 8 * least_time(reader, half) + 0.05


def least_time(reader: Reader, text: str) -> float:
    """Return the least processor time of three readings, in seconds: a pause is no reading."""
    times = []
    for _ in range(3):
        began = time.process_time()
        reader.extract(text)
        reader.canonical(text)
        times.append(time.process_time() - began)
    return min(times)


def test_a_strict_kind_reads_announced_answers_only() -> None:
    kinds = {name: kind(strict=True) for name, kind in offered("extraction").items()}

    found = {name: kind.about(QUESTION).extract("(A) 5 yes 2024") for name, kind in kinds.items()}

    assert found == dict.fromkeys(kinds, Abstain("no answer"))
