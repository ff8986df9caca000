"""Words replaced in examples: what stays, what a loss becomes, and what it costs."""

import re
from dataclasses import replace

import numpy as np
import pytest
from fake_owners import AskedEndpoint, make_owner, points
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.client import Client
from fedbbpt.data import Example
from fedbbpt.distributions import Categorical
from fedbbpt.library.vocabulary import load_words
from fedbbpt.messages import Assignment, Block, Score, Search
from fedbbpt.optimizers.policy_gradient import PolicyGradient
from fedbbpt.work.replacement import Replacement, Stream
from fedbbpt.work.score import score
from fedbbpt.work.search import search

WORDS = ("a", "it", "sun", "tree", "house", "garden", "positive", "straße")
HALF = Replacement(WORDS)
STREAM = Stream(3, 1, "anna")


def said(text: str, kept: tuple[str, ...] = (), rate: float = 0.5) -> str:
    example = Example("one", text, ("x",))
    (found,) = replace(HALF, rate=rate).examples([example], kept, STREAM)
    assert found.targets == example.targets
    return found.input


@given(st.text(max_size=60), st.floats(0.01, 0.99))
def test_there_are_as_many_words_and_no_more_bytes_and_the_rest_stays(
    text: str, rate: float
) -> None:
    found = said(text, rate=rate)

    assert len(found.encode()) <= len(text.encode())
    assert len(re.findall(r"\w+", found)) == len(re.findall(r"\w+", text))


def test_what_is_no_word_stays_where_it_is() -> None:
    found = said("-- wonderful, (really)! 12:30 --", rate=0.99)

    assert [c for c in found if not c.isalnum()] == list("-- , ()! : --")
    assert found != "-- wonderful, (really)! 12:30 --"


def test_labels_neither_go_nor_come() -> None:
    text = "Positive POSITIVE film negative evening " * 20

    found = said(text, ("positive", "negative"), rate=0.99)

    assert found.count("Positive") == found.count("POSITIVE") == 20
    assert found.count("negative") == 20
    assert found.count("film") + found.count("evening") < 20
    assert found.split().count("positive") == 0


def test_a_rate_is_about_the_share_of_words_replaced() -> None:
    text = " ".join(["wonderland"] * 2000)

    changed = sum(word != "wonderland" for word in said(text, rate=0.3).split())

    assert 0.26 < changed / 2000 < 0.34


def test_a_copy_is_the_same_all_round_and_another_in_the_next() -> None:
    examples = [Example(f"{i}", "some ordinary words that stand here", ("x",)) for i in range(3)]

    first = HALF.examples(examples, (), STREAM)
    again = HALF.examples(examples[::-1], (), STREAM)[::-1]
    later = HALF.examples(examples, (), replace(STREAM, round=2))

    assert first == again
    assert first != later
    assert len({example.input for example in first}) > 1


@given(st.lists(st.tuples(st.floats(0, 4), st.floats(0, 4)), min_size=1, max_size=5))
def test_ratios_are_bounded_and_grow_with_the_loss(pairs: list[tuple[float, float]]) -> None:
    clean, noise = (np.array(column) for column in zip(*pairs, strict=True))

    found = HALF.ratios(clean, noise)

    assert ((found >= 0) & (found <= HALF.most)).all()
    assert (HALF.ratios(clean + 0.1, noise) >= found).all()
    assert (HALF.ratios(clean, noise + 0.1) <= found).all()


def test_over_the_mean_all_losses_share_one_divisor() -> None:
    means = replace(HALF, over="mean")

    found = means.ratios(np.array([1.0, 3.0, 0.5]), np.array([0.0, 1.0, 2.0]))

    assert found.tolist() == [1.0, 3.0, 0.5]
    assert means.ratios(np.zeros(0), np.zeros(0)).size == 0
    assert means.payload != HALF.payload


def test_one_certain_answer_under_noise_does_not_rule_the_mean() -> None:
    losses, noise = np.full(8, 0.5), np.array([1e-9, *[1.0] * 7])

    assert replace(HALF, over="mean").ratios(losses, noise).mean() < 0.6
    assert HALF.ratios(losses, noise).mean() > 1.6


async def test_common_candidates_are_weighed_where_the_owner_replaces_words() -> None:
    endpoint = AskedEndpoint()
    weighing = replace(make_owner(endpoint), replacement=HALF)
    work = Score(points(0, 2), Block(0, 8))
    assignment = Assignment(1, work, Categorical((np.zeros(6),)), "f", 5)

    report = await Client(weighing, "f").work(assignment)

    expected = await score(weighing, work.points, work.block, 5, Stream(5, 1, weighing.name))
    assert report.asked == 2 * 2 * 8
    assert report.statistics["loss_sum"].tolist() == expected.loss_sum.tolist()


async def test_a_prompt_that_answers_alike_for_noise_has_a_ratio_of_one() -> None:
    owner = make_owner(AskedEndpoint())
    still = replace(owner, replacement=Replacement(("q",), 0.01))  # almost nothing is replaced

    found = await score(still, points(0, 2), Block(0, 8), 5, STREAM)

    assert found.loss_sum / found.weight == pytest.approx([1.0, 1.0], abs=0.35)
    plain = await score(still, points(0, 2), Block(0, 8), 5)
    assert (
        plain.loss_sum.tolist()
        == (await score(owner, points(0, 2), Block(0, 8), 5)).loss_sum.tolist()
    )


async def test_local_searches_ask_every_example_twice_and_count_it() -> None:
    endpoint = AskedEndpoint()
    owner = replace(make_owner(endpoint, optimizer=PolicyGradient()), replacement=HALF)
    start = Categorical((np.zeros(6),))
    work = Search(4, 2, Block(0, 8), compare=True)

    found = await search(owner, Assignment(1, work, start, "f", 5), work)

    assert found.counts.asked == len(endpoint.asked) == 2 * (4 * 2 + 2) * 8
    assert found.weight == 2 * 8
    assert found.statistics["compared_items"].tolist() == [8.0]


async def test_an_item_whose_noisy_copy_is_lost_counts_for_none() -> None:
    noisy = make_owner(AskedEndpoint())
    copies = HALF.examples(noisy.block(Block(0, 8), 5), noisy.labels, STREAM)
    lost = copies[0].input
    owner = make_owner(AskedEndpoint(lambda request: lost in request.messages[-1].content))

    found = await score(replace(owner, replacement=HALF), points(0, 2), Block(0, 8), 5, STREAM)

    assert found.weight == 7


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"words": ()}, "words"),
        ({"rate": 0.0}, "rate"),
        ({"rate": 1.0}, "rate"),
        ({"least": 0.0}, "least"),
        ({"most": float("inf")}, "most"),
        ({"over": "all"}, "over"),
    ],
)
def test_settings_out_of_range_are_refused(settings: dict[str, object], field: str) -> None:
    with pytest.raises(ValueError, match=f"{field}: "):
        Replacement(**{"words": WORDS, **settings})  # type: ignore[arg-type]


def test_the_packaged_list_holds_enough_short_words() -> None:
    words = load_words("common")

    assert sum(len(word) <= 4 for word in words) > 50
