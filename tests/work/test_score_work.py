"""Score work: honest, paired sums over the block that was asked for, and nothing else."""

import numpy as np
import pytest
from fake_owners import AskedEndpoint, examples, holding, make_owner, owner_data, points
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.calibration import cross_fitted
from fedbbpt.completions import Request
from fedbbpt.data import OwnerData
from fedbbpt.errors import MessageError
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.losses import loss_of
from fedbbpt.messages import Block
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.objective import Row
from fedbbpt.uncalibrated import Uncalibrated
from fedbbpt.work.owner import Owner, permutation
from fedbbpt.work.score import score

SEED = 11


def block_texts(owner: Owner, block: Block) -> list[str]:
    return [example.input for example in owner.block(block, SEED)]


async def test_the_sums_are_those_of_the_losses_one_by_one() -> None:
    owner = make_owner(AskedEndpoint(), calibrator=Uncalibrated())
    block = Block(3, 8)
    kept = owner.block(block, SEED)

    scored = await score(owner, points(0, 2, 4), block, SEED)

    expected = []
    for choice in (0, 2, 4):
        rows = [Row(owner.space.decode(np.array([float(choice)])))]
        (answers,) = await owner.objective.answers(rows, kept)
        pairs = zip(answers, kept, strict=True)
        expected.append(sum(loss_of(answer, example, Accuracy()) for answer, example in pairs))
    assert scored.loss_sum == pytest.approx(expected, rel=1e-7)
    assert len(set(expected)) == 3
    assert scored.weight == 8


async def test_the_losses_are_calibrated_by_fits_that_have_not_seen_the_item() -> None:
    owner = make_owner(AskedEndpoint(), calibrator=FittedBias())
    block = Block(0, 16)
    kept = owner.block(block, SEED)
    (answers,) = await owner.objective.answers([Row(owner.space.decode(np.zeros(1)))], kept)

    scored = await score(owner, points(0), block, SEED)

    honest = owner.objective.losses(cross_fitted(FittedBias(), answers, kept), kept).sum()
    raw = owner.objective.losses(answers, kept).sum()
    assert scored.loss_sum[0] == pytest.approx(honest, rel=1e-7)
    assert abs(honest - raw) > 1e-3


async def test_every_candidate_is_asked_about_the_same_examples_and_in_one_batch() -> None:
    endpoint = AskedEndpoint()
    owner = make_owner(endpoint)
    texts = block_texts(owner, Block(2, 6))

    scored = await score(owner, points(1, 3), Block(2, 6), SEED)

    prompts = [owner.space.decode(point) for point in points(1, 3)]
    expected = [prompt.render(text)[-1].content for prompt in prompts for text in texts]
    assert endpoint.texts == expected
    assert scored.counts.asked == 12


async def test_an_item_that_one_candidate_misses_counts_for_none() -> None:
    block = Block(0, 8)
    whole = make_owner(AskedEndpoint(), calibrator=Uncalibrated())
    gone = whole.block(block, SEED)[2]
    owner = make_owner(AskedEndpoint(holding("Opinion", gone.input)), calibrator=Uncalibrated())

    scored = await score(owner, points(0, 1), block, SEED)

    everything = await score(whole, points(0, 1), block, SEED)
    answers = await whole.objective.answers(
        [Row(whole.space.decode(point)) for point in points(0, 1)], [gone]
    )
    without = [loss_of(row[0], gone, Accuracy()) for row in answers]
    assert scored.loss_sum == pytest.approx(everything.loss_sum - without, rel=1e-6)
    assert scored.weight == 7
    assert (scored.counts.asked, scored.counts.missing) == (16, 1)


async def test_a_candidate_without_any_reply_leaves_no_weight() -> None:
    owner = make_owner(AskedEndpoint(holding("Opinion")))

    scored = await score(owner, points(0, 1), Block(0, 8), SEED)

    assert scored.weight == 0
    assert scored.loss_sum.tolist() == [0.0, 0.0]
    assert (scored.counts.asked, scored.counts.missing) == (16, 8)


@pytest.mark.parametrize("read_text", [True, False])
async def test_unreadable_answers_are_counted_and_cost_the_bound(read_text: bool) -> None:
    endpoint = AskedEndpoint(garbled=holding("Opinion"))
    owner = make_owner(endpoint, read_text=read_text)

    scored = await score(owner, points(0, 1), Block(0, 8), SEED)

    assert scored.counts.unreadable == 8
    assert scored.weight == 8
    assert scored.loss_sum[1] == 8 * owner.objective.bound
    assert scored.loss_sum[0] < 0.8 * scored.loss_sum[1]


async def test_no_held_out_text_is_ever_asked() -> None:
    endpoint = AskedEndpoint()
    data = owner_data()
    owner = make_owner(endpoint, data)

    for round in range(6):
        await score(owner, points(0, 1, 2), Block(8 * round, 8), SEED)

    sealed = [example.input for example in (*data.dev, *data.test)]
    assert len(endpoint.texts) == 6 * 3 * 8
    assert not [text for text in endpoint.texts for hidden in sealed if hidden in text]


async def test_a_block_below_the_owners_minimum_is_refused_before_anything_is_asked() -> None:
    endpoint = AskedEndpoint()
    owner = make_owner(endpoint, min_block=8)

    with pytest.raises(MessageError, match=r"anna: a block of 7 examples is below .* minimum of 8"):
        await score(owner, points(0), Block(0, 7), SEED)

    assert endpoint.asked == []


def test_a_block_wraps_at_the_end_of_the_permutation() -> None:
    owner = make_owner(AskedEndpoint())
    order = permutation(16, SEED, "anna")

    block = owner.block(Block(13, 6), SEED)

    places = [order[place] for place in (13, 14, 15, 0, 1, 2)]
    assert block == [owner.data.train[place] for place in places]


@given(size=st.integers(1, 30), start=st.integers(0, 10**9), length=st.integers(4, 40))
def test_a_block_never_names_an_example_twice(size: int, start: int, length: int) -> None:
    owner = make_owner(AskedEndpoint(), owner_data(train=size))

    block = owner.block(Block(start, length), SEED)

    assert len(block) == len(set(block)) == min(size, length)


@given(size=st.integers(1, 30), length=st.integers(4, 12))
def test_blocks_in_a_row_visit_every_example_before_any_twice(size: int, length: int) -> None:
    owner = make_owner(AskedEndpoint(), owner_data(train=size))
    length = min(length, max(4, size))

    seen = [e for start in range(0, size, length) for e in owner.block(Block(start, length), SEED)]

    assert set(seen[:size]) == set(owner.data.train)


def test_the_order_is_each_owners_own_and_that_of_the_seed() -> None:
    orders = {
        tuple(permutation(16, seed, name)) for seed in (1, 2) for name in ("anna", "bert", "cleo")
    }

    assert len(orders) == 6
    assert permutation(16, 1, "anna") == permutation(16, 1, "anna")


def test_an_owner_without_training_examples_has_empty_blocks() -> None:
    owner = make_owner(AskedEndpoint(), OwnerData("anna", (), examples("anna", "dev", 2), ()))

    assert owner.block(Block(5, 8), SEED) == []


async def test_calibrations_see_the_training_split_only_and_no_more_than_allowed() -> None:
    endpoint = AskedEndpoint()
    owner = make_owner(endpoint, owner_data(train=100))
    start = Row(owner.space.decode(np.zeros(1)))

    fitted, counts = await owner.calibrations([start, start], SEED)

    allowed = {example.input for example in owner.block(Block(0, 64), SEED)}
    asked = {request_input(request) for request in endpoint.asked}
    assert asked == allowed
    assert counts.asked == 128
    assert fitted[0] == fitted[1]
    assert fitted[0].labels == owner.labels


def request_input(request: Request) -> str:
    return request.messages[-1].content.removeprefix("Review: ").removesuffix(". Is it good?")
