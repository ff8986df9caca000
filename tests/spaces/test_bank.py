import numpy as np
import pytest

from fedbbpt.data import Task
from fedbbpt.library import load_bank
from fedbbpt.prompts import Message, Prompt
from fedbbpt.spaces import Space
from fedbbpt.spaces.bank import Bank
from fedbbpt.spaces.wording import wordings_for

TASK = Task("mood", "sentiment of the text", ("negative", "positive"))


def prompt(text: str, *words: str) -> Prompt:
    return Prompt((Message("user", f"{text} {{input}}"),), words)


@pytest.fixture
def bank() -> Bank:
    return Bank((prompt("a"), prompt("b"), prompt("c")), ("start", "b", "c"))


def test_the_origin_is_the_start_and_each_number_its_prompt(bank: Bank) -> None:
    space: Space = bank

    assert space.decode(np.zeros(1)) == prompt("a")
    assert space.decode(np.array([2.0])) == prompt("c")


def test_the_one_axis_names_the_prompts_and_all_are_equally_likely(bank: Bank) -> None:
    (axis,) = bank.axes

    assert (axis.name, axis.choices) == ("prompt", ("start", "b", "c"))
    assert np.allclose(bank.initial().probabilities[0], 1 / 3)


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ([0.5], "0.5 is no choice of axis 'prompt'"),
        ([3.0], "expected a whole number from 0 to 2"),
        ([-1.0], "-1.0 is no choice"),
        ([np.nan], "nan is no choice"),
        ([np.inf], "inf is no choice"),
        ([0.0, 0.0], r"shape \(2,\); this space needs \(1,\)"),
        ([[0.0]], r"shape \(1, 1\)"),
        ([], r"shape \(0,\)"),
    ],
)
def test_a_point_outside_is_refused(bank: Bank, point: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bank.decode(np.array(point, dtype=np.float64))


@pytest.mark.parametrize(
    ("prompts", "names", "said"),
    [
        ((), (), "prompts: none"),
        ((prompt("a"),), (), "names: 0 for 1 prompts"),
        ((prompt("a"), prompt("b")), ("x", "x"), "names: a name is given twice"),
        ((prompt("a", "x", "y"), prompt("b")), ("s", "b"), "'b' has 0 label words"),
    ],
)
def test_prompts_and_names_that_do_not_fit_are_refused(
    prompts: tuple[Prompt, ...], names: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Bank(prompts, names)


def test_the_fingerprint_follows_texts_words_and_order_but_not_names(bank: Bank) -> None:
    variants = {
        Bank((prompt("a"), prompt("b"), prompt("x")), bank.names).fingerprint,
        Bank((prompt("a"), prompt("c"), prompt("b")), bank.names).fingerprint,
        Bank((prompt("a"), prompt("b")), ("start", "b")).fingerprint,
        Bank((prompt("a", "y", "z"),), ("start",)).fingerprint,
        Bank((prompt("a", "z", "y"),), ("start",)).fingerprint,
    }

    assert len(variants) == 5
    assert bank.fingerprint not in variants
    assert Bank(bank.prompts, ("p", "q", "r")).fingerprint == bank.fingerprint


def test_a_packaged_bank_serves_a_task_in_its_own_words() -> None:
    wording = wordings_for(TASK.labels, [("terrible", "great")]).choices[0]
    start = prompt("mine", *wording.words)

    bank = Bank.from_entries(start, load_bank("classification"), task=TASK, wording=wording)

    assert bank.decode(np.zeros(1)) == start
    for number in range(1, len(bank.prompts)):
        decoded = bank.decode(np.array([float(number)]))
        assert decoded.words == wording.words
        assert "terrible or great" in decoded.text()
        assert "{topic}" not in decoded.text()
        assert decoded.render("x")[-1].content.count("x") >= 1
