import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Answer, LabelScores, Missing, Text, Unreadable
from fedbbpt.calibration import Calibration, Calibrator, cross_fitted, identity
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.losses import loss_of
from fedbbpt.mean_score import MeanScore, skew_warning
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.randomness import rng

LABELS = ("a", "b", "c")
both_calibrators = pytest.mark.parametrize("calibrator", [FittedBias(), MeanScore()])


def answers_of(scores: Floats) -> list[Answer]:
    labels = LABELS[: scores.shape[1]]
    rows = [tuple(float(x) for x in row) for row in scores]
    return [LabelScores(labels, row, (False,) * len(labels)) for row in rows]


def examples_of(targets: Sequence[int]) -> list[Example]:
    return [Example(str(i), "", (LABELS[t],)) for i, t in enumerate(targets)]


def biased_data(count: int, biases: Sequence[float]) -> tuple[list[Answer], list[Example]]:
    """Balanced labels, honest log-probabilities, and a model's taste added to them."""
    draws = rng(0, "test")
    logits = draws.normal(scale=1.5, size=(count, len(biases)))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    targets = [int(draws.choice(len(biases), p=row)) for row in honest]
    return answers_of(logits + np.array(biases)), examples_of(targets)


def test_biases_are_kept_centred() -> None:
    fitted = Calibration(LABELS, (3.0, 0.0, 0.0))

    assert fitted.biases == pytest.approx((2.0, -1.0, -1.0))
    assert Calibration(LABELS, fitted.biases) == fitted


def test_only_label_scores_are_changed() -> None:
    fitted = Calibration(("a", "b"), (1.0, -1.0))
    others: list[Answer] = [Text("a"), Unreadable("?"), Missing("timeout")]

    changed = fitted.apply(LabelScores(("a", "b"), (-2.0, -0.5), (False, True)))

    assert changed == LabelScores(("a", "b"), (-1.0, -1.5), (False, True))
    assert [fitted.apply(answer) for answer in others] == others


@pytest.mark.parametrize("labels", [(), LABELS])
def test_the_identity_changes_nothing(labels: tuple[str, ...]) -> None:
    answer = LabelScores(LABELS, (-1.0, -2.0, -3.0), (False,) * 3)

    assert identity(labels).apply(answer) == answer


@pytest.mark.parametrize("biases", [(1.0,), (1.0, math.nan, 0.0)])
def test_a_calibration_needs_one_finite_bias_a_label(biases: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="biases"):
        Calibration(LABELS, biases)


def test_another_label_set_is_refused() -> None:
    with pytest.raises(ValueError, match="label set"):
        identity(("x", "y", "z")).apply(LabelScores(LABELS, (0.0,) * 3, (False,) * 3))


@both_calibrators
def test_a_known_bias_is_recovered(calibrator: Calibrator) -> None:
    answers, examples = biased_data(4000, (2.0, -0.5, -1.5))

    fitted = calibrator.fit(answers, examples)

    assert fitted.biases == pytest.approx((-2.0, 0.5, 1.5), abs=0.15)


@both_calibrators
def test_a_constant_added_to_an_answer_changes_no_bias(calibrator: Calibrator) -> None:
    answers, examples = biased_data(40, (1.0, 0.0, -1.0))
    scores = np.array([a.log_probs for a in answers if isinstance(a, LabelScores)])
    moved = answers_of(scores + rng(1, "test").normal(scale=20, size=(40, 1)))

    first, second = calibrator.fit(answers, examples), calibrator.fit(moved, examples)

    assert first.biases == pytest.approx(second.biases, abs=1e-8)


@both_calibrators
def test_unusable_answers_count_for_nothing(calibrator: Calibrator) -> None:
    answers, examples = biased_data(20, (1.0, 0.0, -1.0))
    more: list[Answer] = [Missing("timeout"), Unreadable("?"), Text("a")]

    fitted = calibrator.fit([*answers, *more], [*examples, *examples_of([0, 1, 2])])

    assert fitted == calibrator.fit(answers, examples)


@both_calibrators
def test_no_data_gives_the_identity(calibrator: Calibrator) -> None:
    assert calibrator.fit([], []) == identity()
    assert calibrator.fit([Missing("timeout")], examples_of([0])) == identity()


@both_calibrators
def test_mixed_label_sets_are_refused(calibrator: Calibrator) -> None:
    answers = [*answers_of(np.zeros((1, 2))), *answers_of(np.zeros((1, 3)))]

    with pytest.raises(ValueError, match="different label sets"):
        calibrator.fit(answers, examples_of([0, 0]))


def test_mean_scores_become_equal() -> None:
    answers, examples = biased_data(30, (2.0, -0.5, -1.5))

    fitted = MeanScore().fit(answers, examples)

    calibrated = [fitted.apply(answer) for answer in answers]
    scores = np.array([a.log_probs for a in calibrated if isinstance(a, LabelScores)])
    np.testing.assert_allclose(scores.mean(axis=0), scores.mean(), atol=1e-12)


def test_a_warning_names_the_skew_but_not_the_label() -> None:
    warning = skew_warning([Example(str(i), "", ("xyz" if i else "uvw",)) for i in range(5)])

    assert warning is not None
    assert "80%" in warning
    assert "xyz" not in warning


@pytest.mark.parametrize("targets", [[], [0, 1], [0] * 7 + [1] * 3])
def test_no_warning_without_skew(targets: list[int]) -> None:
    assert skew_warning(examples_of(targets)) is None


@dataclass
class Spy:
    """Remembers whom each fit has seen, and marks the answers it calibrates with its number."""

    seen: list[set[str]] = field(default_factory=list)

    def fit(self, answers: Sequence[Answer], examples: Sequence[Example]) -> Calibration:
        self.seen.append({example.id for example in examples})
        return Calibration(LABELS, (float(len(self.seen)), 0.0, 0.0))


def folds_of(calibrated: Sequence[Answer]) -> list[int]:
    """Return the number of the spy's fit that each answer of zeros was calibrated by."""
    rows = [a.log_probs for a in calibrated if isinstance(a, LabelScores)]
    return [round(row[0] - row[1]) for row in rows]


@given(st.lists(st.integers(0, 2), min_size=4, max_size=30), st.integers(2, 6))
def test_cross_fitting_never_sees_its_own_example(targets: list[int], folds: int) -> None:
    answers, spy = answers_of(np.zeros((len(targets), 3))), Spy()

    calibrated = cross_fitted(spy, answers, examples_of(targets), folds)

    used = min(folds, len(targets) // 2)
    numbers = folds_of(calibrated)
    assert set(numbers) == set(range(1, used + 1))
    for index, number in enumerate(numbers):
        assert str(index) not in spy.seen[number - 1]
        assert len(spy.seen[number - 1]) >= len(targets) - math.ceil(len(targets) / used)


def test_an_answer_does_not_decide_its_own_biases() -> None:
    answers, examples = biased_data(24, (1.0, 0.0, -1.0))
    changed = [LabelScores(LABELS, (0.0, -30.0, 5.0), (False,) * 3), *answers[1:]]

    before = cross_fitted(FittedBias(), answers, examples)[0]
    after = cross_fitted(FittedBias(), changed, examples)[0]

    assert isinstance(before, LabelScores)
    assert isinstance(after, LabelScores)
    assert isinstance(answers[0], LabelScores)
    np.testing.assert_allclose(
        np.subtract(before.log_probs, answers[0].log_probs),
        np.subtract(after.log_probs, (0.0, -30.0, 5.0)),
        atol=1e-12,
    )


@pytest.mark.parametrize("targets", [[0, 1] * 16, [0] * 16 + [1] * 16])
def test_every_fold_holds_each_label_whatever_the_order(targets: list[int]) -> None:
    answers = answers_of(np.zeros((32, 3)))

    numbers = folds_of(cross_fitted(Spy(), answers, examples_of(targets)))

    for fold in (1, 2, 3, 4):
        held = [t for t, number in zip(targets, numbers, strict=True) if number == fold]
        assert (held.count(0), held.count(1)) == (4, 4)


def test_memorising_noise_does_not_pay_under_cross_fitting() -> None:
    draws = rng(2, "test")
    answers = answers_of(draws.normal(scale=0.1, size=(16, 3)))
    examples = examples_of([int(t) for t in draws.integers(3, size=16)])
    seen_all = FittedBias(1e-3).fit(answers, examples)

    honest = cross_fitted(FittedBias(1e-3), answers, examples)

    metric = Accuracy()
    flattering = [
        loss_of(seen_all.apply(a), e, metric) for a, e in zip(answers, examples, strict=True)
    ]
    held_out = [loss_of(a, e, metric) for a, e in zip(honest, examples, strict=True)]
    assert np.mean(held_out) > np.mean(flattering) + 0.01


def test_too_few_answers_stay_as_they_are() -> None:
    answers: list[Answer] = [*answers_of(np.ones((3, 3))), Missing("timeout"), Text("a")]
    examples, spy = examples_of([0, 1, 2, 0, 1]), Spy()

    calibrated = cross_fitted(spy, answers, examples)

    assert calibrated == answers
    assert spy.seen == []


def test_unusable_answers_keep_their_places() -> None:
    usable = answers_of(np.zeros((8, 3)))
    answers: list[Answer] = [Missing("timeout"), *usable, Unreadable("?")]

    calibrated = cross_fitted(Spy(), answers, examples_of([0, 1] * 5))

    assert calibrated[0] == Missing("timeout")
    assert calibrated[-1] == Unreadable("?")
    assert all(isinstance(answer, LabelScores) for answer in calibrated[1:-1])


def test_one_fold_is_refused() -> None:
    with pytest.raises(ValueError, match="folds"):
        cross_fitted(FittedBias(), [], [], folds=1)
