"""Evaluate work: paired figures on a held-out split, raw and calibrated."""

from dataclasses import replace

import numpy as np
import pytest
from fake_owners import LABELS, AskedEndpoint, holding, make_owner, owner_data, points

from fedbbpt.answers import Answer
from fedbbpt.calibration import Calibration
from fedbbpt.data import Example, OwnerData
from fedbbpt.errors import MessageError
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.messages import Evaluate
from fedbbpt.objective import Row
from fedbbpt.reasoning.direct import Direct
from fedbbpt.uncalibrated import Uncalibrated
from fedbbpt.work.evaluate import CALIBRATED, RAW, evaluate
from fedbbpt.work.owner import Owner

SEED = 11
ROWS = (0, 2, 4)
DATA = owner_data(train=24, held_out=20)


def work(*samples: int, split: str = "test") -> Evaluate:
    return Evaluate(points(*ROWS), samples or (0, 0, 0), split)


def flipped(example: Example) -> Example:
    (target,) = example.targets
    return replace(example, targets=(LABELS[1 - LABELS.index(target)],))


async def answers_by_mode(owner: Owner, kept: list[Example]) -> list[list[list[Answer]]]:
    """Return answers [mode][row][item] by the plain way: ask, fit on train, apply."""
    rows = [Row(owner.space.decode(point)) for point in points(*ROWS)]
    raw = await owner.objective.answers(rows, kept)
    train = await owner.objective.answers(rows, DATA.train)
    fitted: list[Calibration] = [FittedBias().fit(row, DATA.train) for row in train]
    calibrated = [[fit.apply(a) for a in row] for fit, row in zip(fitted, raw, strict=True)]
    return [raw, calibrated]


@pytest.mark.parametrize("split", ["dev", "test"])
async def test_all_sums_are_those_of_the_items_one_by_one(split: str) -> None:
    owner = make_owner(AskedEndpoint(), DATA)
    kept = list(DATA.splits()[split])
    modes = await answers_by_mode(owner, kept)
    scores = np.array([[owner.objective.scores(row, kept) for row in mode] for mode in modes])
    losses = np.array([[owner.objective.losses(row, kept) for row in mode] for mode in modes])

    found = await evaluate(owner, work(split=split), SEED)

    figures = found.statistics
    assert figures["score_sum"].tolist() == scores.sum(axis=2).tolist()
    assert figures["score_square_sum"].tolist() == (scores**2).sum(axis=2).tolist()
    assert figures["loss_sum"] == pytest.approx(losses.sum(axis=2), rel=1e-9)
    for mode in (RAW, CALIBRATED):
        for first in range(3):
            for second in range(3):
                gains = scores[mode, second] - scores[mode, first]
                place = (mode, first, second)
                assert figures["difference_sum"][place] == gains.sum()
                assert figures["difference_square_sum"][place] == (gains**2).sum()
    assert found.weight == len(kept)


async def test_calibration_changes_the_calibrated_mode_alone() -> None:
    fitted = await evaluate(make_owner(AskedEndpoint(), DATA), work(), SEED)
    plain = await evaluate(
        make_owner(AskedEndpoint(), DATA, calibrator=Uncalibrated()), work(), SEED
    )

    for name in ("score_sum", "loss_sum", "confusion"):
        raw = fitted.statistics[name][RAW]
        assert raw.tolist() == plain.statistics[name][RAW].tolist()
        assert raw.tolist() == plain.statistics[name][CALIBRATED].tolist()
    assert (
        fitted.statistics["loss_sum"][CALIBRATED].sum() < fitted.statistics["loss_sum"][RAW].sum()
    )


async def test_the_rows_of_a_confusion_sum_to_the_counts_of_the_labels() -> None:
    owner = make_owner(AskedEndpoint(garbled=holding("test number 7 ")), DATA)

    found = await evaluate(owner, work(), SEED)

    targets = [example.targets[0] for example in DATA.test]
    counts = [float(targets.count(label)) for label in LABELS]
    confusion = found.statistics["confusion"]
    assert confusion.shape == (2, 3, 2, 3)
    assert (confusion.sum(axis=3) == counts).all()
    assert (confusion[:, :, :, 2].sum(axis=2) == 1).all()
    assert found.statistics["unreadable"].tolist() == [1.0, 1.0, 1.0]
    right = confusion[:, :, 0, 0] + confusion[:, :, 1, 1]
    assert right.tolist() == found.statistics["score_sum"].tolist()


@pytest.mark.parametrize("split", ["dev", "test"])
async def test_held_out_labels_change_no_calibrated_answer(split: str) -> None:
    turned = tuple(flipped(example) for example in DATA.splits()[split])
    other = replace(DATA, dev=turned) if split == "dev" else replace(DATA, test=turned)

    found = await evaluate(make_owner(AskedEndpoint(), DATA), work(split=split), SEED)
    again = await evaluate(make_owner(AskedEndpoint(), other), work(split=split), SEED)

    said, said_again = (one.statistics["confusion"].sum(axis=2) for one in (found, again))
    assert said.tolist() == said_again.tolist()
    n = len(turned)
    assert (n - again.statistics["score_sum"]).tolist() == found.statistics["score_sum"].tolist()


async def test_training_labels_change_calibrated_figures_and_no_raw_ones() -> None:
    turned = replace(DATA, train=tuple(flipped(example) for example in DATA.train))

    found = await evaluate(make_owner(AskedEndpoint(), DATA), work(), SEED)
    again = await evaluate(make_owner(AskedEndpoint(), turned), work(), SEED)

    losses, others = found.statistics["loss_sum"], again.statistics["loss_sum"]
    assert losses[RAW].tolist() == others[RAW].tolist()
    assert (np.abs(losses - others)[CALIBRATED] > 1e-3).all()


@pytest.mark.parametrize(("split", "sealed"), [("dev", "test"), ("test", "dev")])
async def test_the_other_held_out_split_is_not_asked(split: str, sealed: str) -> None:
    endpoint = AskedEndpoint()

    await evaluate(make_owner(endpoint, DATA), work(split=split), SEED)

    assert len(endpoint.asked) == 3 * (24 + 20)
    assert not [text for text in endpoint.texts if f"anna {sealed}" in text]


async def test_an_item_that_one_row_misses_is_left_out_of_all_rows() -> None:
    owner = make_owner(AskedEndpoint(holding("Guest wrote", "test number 5 ")), DATA)
    without = replace(DATA, test=DATA.test[:5] + DATA.test[6:])

    found = await evaluate(owner, work(), SEED)
    whole = await evaluate(make_owner(AskedEndpoint(), without), work(), SEED)

    assert found.weight == whole.weight == 19
    assert found.statistics["missing"].tolist() == [0.0, 1.0, 0.0]
    for name in ("score_sum", "loss_sum", "difference_sum", "confusion"):
        assert found.statistics[name].tolist() == whole.statistics[name].tolist()


async def test_a_row_without_any_reply_leaves_no_weight() -> None:
    found = await evaluate(make_owner(AskedEndpoint(holding("Guest")), DATA), work(), SEED)

    assert found.weight == 0
    assert found.statistics["missing"].tolist() == [0.0, 20.0, 0.0]
    assert found.statistics["difference_sum"].tolist() == np.zeros((2, 3, 3)).tolist()


async def test_counts_hold_calibration_and_evaluation_together() -> None:
    endpoint = AskedEndpoint(holding("number 5 "), holding("number 7 "))

    found = await evaluate(make_owner(endpoint, DATA), work(), SEED)

    assert found.counts == (3 * (24 + 20), 3 * 2, 3 * 2)
    assert found.counts.asked == endpoint.calls


async def test_a_point_asked_again_is_another_draw_and_calibrated_alike() -> None:
    endpoint = AskedEndpoint()
    twice = Evaluate(points(2, 2), (0, 1), "test")

    found = await evaluate(make_owner(endpoint, DATA), twice, SEED)

    on_test = [request for request in endpoint.asked if "anna test" in request.messages[-1].content]
    on_train = [
        request for request in endpoint.asked if "anna train" in request.messages[0].content
    ]
    assert [request.sample for request in on_test] == [0] * 20 + [1] * 20
    assert {request.sample for request in on_train} == {0}
    losses = found.statistics["loss_sum"]
    assert (losses[:, 0] != losses[:, 1]).all()


async def test_floored_answers_are_counted_and_ordinary_ones_are_not() -> None:
    narrow = make_owner(AskedEndpoint(), DATA)
    floored = replace(
        narrow, objective=replace(narrow.objective, reasoning=Direct(LABELS, top_logprobs=1))
    )

    assert (await evaluate(narrow, work(), SEED)).statistics["floored"].tolist() == [0.0] * 3
    assert (await evaluate(floored, work(), SEED)).statistics["floored"].tolist() == [20.0] * 3


async def test_free_answers_have_no_confusion() -> None:
    owner = make_owner(AskedEndpoint(), DATA)
    objective = replace(owner.objective, reasoning=Direct(), calibrator=Uncalibrated())
    free = replace(owner, labels=(), objective=objective)

    found = await evaluate(free, work(), SEED)

    assert found.statistics["confusion"].shape == (2, 3, 0, 1)
    assert found.statistics["score_sum"].shape == (2, 3)


async def test_an_owner_without_held_out_examples_gives_no_weight() -> None:
    bare = OwnerData("anna", DATA.train, (), ())

    found = await evaluate(make_owner(AskedEndpoint(), bare), work(), SEED)

    assert found.weight == 0
    assert found.statistics["score_sum"].tolist() == np.zeros((2, 3)).tolist()


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (work(split="train"), "split 'train': an evaluation is on dev or test"),
        (work(split=""), "split ''"),
        (work(0, 1), "2 samples for 3 points"),
    ],
)
async def test_what_cannot_be_an_evaluation_is_refused_before_anything_is_asked(
    asked: Evaluate, reason: str
) -> None:
    endpoint = AskedEndpoint()

    with pytest.raises(MessageError, match=reason):
        await evaluate(make_owner(endpoint, DATA), asked, SEED)

    assert endpoint.asked == []
