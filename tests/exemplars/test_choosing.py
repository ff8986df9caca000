"""Groups of questions, and the exemplars that are taken from a pool."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.exemplars.as_toml import exemplars_toml
from fedbbpt.exemplars.choosing import HOW, Shown, chosen
from fedbbpt.exemplars.clusters import grouped
from fedbbpt.exemplars.solved import Chain, Solved
from fedbbpt.library import load
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning.few_shot_cot import FewShotCot

TRAINS = [f"A train with {n} wagons leaves at noon. When does the train arrive?" for n in range(4)]
SHOPS = [f"A shop sells {n} apples at two euros. How much money does it take?" for n in range(4)]
AGES = [f"Maria is {n} years older than her sister. How old is Maria?" for n in range(4)]


def stream() -> np.random.Generator:
    return np.random.default_rng(7)


def sure(question: str, lines: int = 1) -> Solved:
    chain = Chain("\n".join(["step"] * lines) + "\nAnswer: 4", "4")
    return Solved(question, (chain,) * 10)


def unsure(question: str, others: int) -> Solved:
    """Return a question with a known answer, on which so many draws disagree."""
    right = Chain("step\nAnswer: 4", "4")
    wrong = tuple(Chain("step", str(100 + n)) for n in range(others))
    return Solved(question, (right,) * (10 - others) + wrong, ("4",))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(-5, 5), min_size=2, max_size=2), min_size=1, max_size=30),
    st.integers(1, 8),
)
def test_every_row_stands_in_exactly_one_group(rows: list[list[int]], count: int) -> None:
    found = grouped(np.array(rows, dtype=np.float64), count, stream()).members

    assert sorted(row for group in found for row in group) == list(range(len(rows)))
    assert len(found) <= count
    for group in found:
        same = {tuple(rows[row]) for row in group}
        assert not any(tuple(rows[r]) in same for other in found if other != group for r in other)


def test_clusters_show_questions_of_every_kind() -> None:
    pool = [sure(question) for question in (*TRAINS, *SHOPS, *AGES)]

    shown = chosen(pool, "clusters", 3, stream())

    kinds = {one.question.split()[1] for one in shown}
    assert kinds == {"train", "shop", "is"}


def test_a_cluster_whose_centre_is_unusable_shows_its_next() -> None:
    cut = [Solved(question, ()) for question in TRAINS[:3]]
    pool = [*cut, sure(TRAINS[3]), *map(sure, SHOPS), *map(sure, AGES)]

    shown = chosen(pool, "clusters", 3, stream())

    assert TRAINS[3] in {one.question for one in shown}


def test_uncertain_shows_what_draws_disagree_on_most() -> None:
    pool = [unsure(question, others) for question, others in zip(TRAINS, (0, 4, 2, 6), strict=True)]

    shown = chosen(pool, "uncertain", 2, stream())

    assert [one.question for one in shown] == [TRAINS[3], TRAINS[1]]
    assert all(one.checked and one.chain.answer == "4" for one in shown)


def test_complex_shows_the_longest_chains() -> None:
    pool = [sure(question, lines) for question, lines in zip(TRAINS, (2, 5, 3, 1), strict=True)]

    shown = chosen(pool, "complex", 2, stream())

    assert [one.question for one in shown] == [TRAINS[1], TRAINS[2]]


@pytest.mark.parametrize("how", HOW)
def test_nothing_usable_shows_nothing_and_the_same_pool_shows_the_same(how: str) -> None:
    pool = [sure(question) for question in (*TRAINS, *SHOPS)]

    assert chosen([Solved("What?", ())], how, 3, stream()) == ()
    assert chosen(pool, how, 3, stream()) == chosen(pool, how, 3, stream())


def test_another_way_and_no_exemplar_are_refused() -> None:
    with pytest.raises(ValueError, match="clusters, uncertain, complex"):
        chosen([], "random", 3, stream())
    with pytest.raises(ValueError, match="count"):
        chosen([], "complex", 0, stream())


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_text_comes_back_from_the_file(question: str, said: str) -> None:
    try:
        question.encode(), said.encode()
    except UnicodeEncodeError:  # half a surrogate pair is in no file
        return

    body = exemplars_toml("a set", "here", [Shown(question, Chain(said, "4"), checked=False)])

    (item,) = tomllib.loads(body)["exemplars"][0]["items"]
    assert (item["input"], item["label"]) == (question, said)


def test_the_file_is_one_that_few_shot_cot_reads_and_warns_of(tmp_path: Path) -> None:
    path = tmp_path / "made.toml"
    shown = [Shown("What is 2 + 2?", Chain("It is 4.\nAnswer: 4", "4"), checked=False)]
    path.write_text(exemplars_toml("made", "here", shown, note="Keep\nit."), encoding="utf-8")

    plain = FewShotCot(str(path), "made")
    warned = FewShotCot(str(path), "made", unchecked=True)

    assert load(path).exemplar_sets[0].items[0].label == "It is 4.\nAnswer: 4"
    assert "mistakes" not in first_turn(plain)
    assert first_turn(warned).startswith("The solved questions below were answered automatically")


def first_turn(reasoning: FewShotCot) -> str:
    sent = reasoning.sent(Prompt((Message("user", "{input}"),)))
    assert sent is not None
    return sent.messages[0].content
