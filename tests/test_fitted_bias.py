import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.answers import Answer, LabelScores
from fedbbpt.calibration import Calibration, identity
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.losses import loss_of
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.randomness import rng

LABELS = ("a", "b", "c")


def answers_of(scores: Floats) -> list[Answer]:
    labels = LABELS[: scores.shape[1]]
    rows = [tuple(float(x) for x in row) for row in scores]
    return [LabelScores(labels, row, (False,) * len(labels)) for row in rows]


def examples_of(targets: Sequence[int]) -> list[Example]:
    return [Example(str(i), "", (LABELS[t],)) for i, t in enumerate(targets)]


def objective(
    answers: Sequence[Answer], examples: Sequence[Example], biases: Floats, shrinkage: float
) -> float:
    fitted = Calibration(LABELS[: biases.size], tuple(float(b) for b in biases))
    pairs = zip(answers, examples, strict=True)
    losses = [loss_of(fitted.apply(a), e, Accuracy(), bound=1e9) for a, e in pairs]
    return sum(losses) + shrinkage / 2 * float(biases @ biases)


def test_examples_without_an_accepted_label_fit_nothing() -> None:
    answers = answers_of(rng(0, "test").normal(size=(5, 3)))
    examples = [Example(str(i), "", ("elsewhere",)) for i in range(5)]

    assert FittedBias().fit(answers, examples) == identity(LABELS)


def test_more_shrinkage_gives_smaller_biases() -> None:
    draws = rng(0, "test")
    answers = answers_of(draws.normal(size=(30, 3)) + np.array([2.0, -0.5, -1.5]))
    examples = examples_of([int(t) for t in draws.integers(3, size=30)])

    sizes = [
        float(np.linalg.norm(FittedBias(shrinkage).fit(answers, examples).biases))
        for shrinkage in (0.01, 1.0, 100.0, 1e6)
    ]

    assert sizes[0] > sizes[1] > sizes[2] > sizes[3]
    assert sizes[3] < 1e-3


@pytest.mark.parametrize("count", [1, 8, 500])
@pytest.mark.parametrize("scale", [1.0, 1e4])
def test_one_class_alone_keeps_the_biases_bounded(count: int, scale: float) -> None:
    answers = answers_of(rng(0, "test").normal(scale=scale, size=(count, 2)))
    examples = examples_of([0] * count)

    biases = np.array(FittedBias(0.1).fit(answers, examples).biases)

    start = objective(answers, examples, np.zeros(2), 0.1)
    assert biases[0] >= biases[1]
    assert float(biases @ biases) <= 2 * start / 0.1 + 1e-9


@settings(max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 20),
    width=st.integers(2, 3),
    scale=st.sampled_from([0.1, 3.0, 100.0, 1e4]),
    kind=st.sampled_from(["any", "separable", "reversed"]),
)
def test_the_fitted_biases_are_the_minimum(
    seed: int, count: int, width: int, scale: float, kind: str
) -> None:
    draws = rng(seed, "test")
    scores = draws.normal(scale=scale, size=(count, width))
    free = [int(t) for t in draws.integers(width, size=count)]
    extremes = {"separable": scores.argmax(axis=1), "reversed": scores.argmin(axis=1)}
    targets = free if kind == "any" else [int(t) for t in extremes[kind]]
    answers, examples = answers_of(scores), examples_of(targets)

    biases = np.array(FittedBias(0.1).fit(answers, examples).biases)

    least = objective(answers, examples, biases, 0.1)
    for step in (1e-3, 0.1, 3.0):
        nearby = biases + step * draws.normal(size=width)
        assert least <= objective(answers, examples, nearby - nearby.mean(), 0.1) + 1e-9 * (
            1 + least
        )


def test_examples_that_accept_two_labels_are_fitted_too() -> None:
    answers = answers_of(rng(0, "test").normal(size=(40, 3)))
    examples = [Example(str(i), "", ("a", "b") if i % 4 else ("c",)) for i in range(40)]

    fitted = np.array(FittedBias().fit(answers, examples).biases)

    best = objective(answers, examples, fitted, 0.1)
    for direction in np.eye(3):
        for step in (-1e-2, 1e-2):
            assert best <= objective(answers, examples, fitted + step * direction, 0.1)


@pytest.mark.parametrize("shrinkage", [0.0, -1.0, math.inf, math.nan])
def test_a_fit_without_shrinkage_is_refused(shrinkage: float) -> None:
    with pytest.raises(ValueError, match="shrinkage"):
        FittedBias(shrinkage)


def test_scores_that_contradict_the_labels_are_fitted_all_the_same() -> None:
    scores = rng(2, "test").normal(scale=100.0, size=(94, 2))
    answers, examples = answers_of(scores), examples_of([int(t) for t in scores.argmin(axis=1)])

    biases = np.array(FittedBias().fit(answers, examples).biases)

    best = objective(answers, examples, biases, 0.1)
    assert best < objective(answers, examples, np.zeros(2), 0.1)
    for step in (-1.0, -1e-2, 1e-2, 1.0):
        nearby = biases + step * np.array([1.0, -1.0])
        assert best < objective(answers, examples, nearby, 0.1)
