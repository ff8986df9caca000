import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.optimizers.features import (
    MOST_DIRECTIONS,
    choice_features,
    coordinates,
    linear_likeness,
    smooth_likeness,
)
from fedbbpt.text_features import text_features

TEXTS = ["Classify the text.", "Classify this text.", "Which colour has the sea?"]


@given(st.lists(st.text(max_size=30), min_size=2, max_size=6))
def test_any_texts_have_features_of_length_one_or_none(texts: list[str]) -> None:
    lengths = np.linalg.norm(text_features(texts), axis=1)

    assert all(length == pytest.approx(1.0) or length == 0.0 for length in lengths)


@given(st.lists(st.text(max_size=30), min_size=2, max_size=6))
def test_every_likeness_is_symmetric_and_positive_semidefinite(texts: list[str]) -> None:
    for likeness in (linear_likeness, smooth_likeness):
        found = likeness(text_features(texts))

        assert np.isfinite(found).all()
        assert np.allclose(found, found.T)
        assert np.linalg.eigvalsh((found + found.T) / 2).min() > -1e-8


@pytest.mark.parametrize("likeness", [linear_likeness, smooth_likeness])
def test_texts_that_share_words_are_more_alike(likeness: object) -> None:
    assert callable(likeness)

    found = likeness(text_features(TEXTS))

    assert found[0, 1] > found[0, 2] + 0.15
    assert np.trace(found) / 3 == pytest.approx(1.0)


def test_features_are_the_same_in_every_process() -> None:
    code = (
        "from fedbbpt.text_features import text_features as f\n"
        "import hashlib\n"
        f"print(hashlib.sha256(f({TEXTS!r}).tobytes()).hexdigest())\n"
    )
    run = [sys.executable, "-c", code]

    first, second = (
        subprocess.run(run, check=True, capture_output=True, text=True).stdout for _ in range(2)
    )

    assert first == second


def test_choices_are_features_where_nobody_knows_the_prompts() -> None:
    found = choice_features(np.array([[0.0, 2.0], [1.0, 2.0]]))

    assert found.tolist() == [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]


def test_coordinates_keep_inner_products_and_are_few() -> None:
    alike = linear_likeness(np.random.default_rng(0).standard_normal((90, 200)))

    found = coordinates(alike)

    assert found.shape == (90, MOST_DIRECTIONS)
    assert found @ found.T == pytest.approx(alike, abs=1e-9)
