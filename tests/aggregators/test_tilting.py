"""The two closed-form steps are the best there are, and what the shrunk scores say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.aggregators.tilting import drawn_together, shrunk_scores, tilted
from fedbbpt.distributions import Floats


def test_a_prompt_that_nobody_was_asked_about_is_thought_average() -> None:
    tables = np.array([[[0.9, 0.3, 0.0], [10.0, 10.0, 0.0]]])

    scores = shrunk_scores(tables, 10.0)

    assert scores[0].tolist() == pytest.approx([0.9, 0.3, 0.6])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3),
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3),
    st.floats(0.02, 3.0),
    st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3),
)
def test_no_other_belief_is_better_for_the_owner(
    prior: list[float], scores: list[float], temperature: float, other: list[float]
) -> None:
    start, rival = (np.array(p) / np.sum(p) for p in (prior, other))

    def worth(p: Floats) -> float:
        kept = np.maximum(p, 1e-300)
        return float(p @ np.array(scores) - temperature * (p * np.log(kept / start)).sum())

    found = tilted(start, np.array(scores), temperature)

    assert worth(found) >= worth(rival) - 1e-9


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3), min_size=4, max_size=4),
    st.floats(0.0, 5.0),
)
def test_no_other_shared_belief_is_nearer_to_the_owners_and_to_what_was(
    rows: list[list[float]], pull: float
) -> None:
    first, second, before, rival = (np.array(row) / np.sum(row) for row in rows)
    shares = np.array([0.3, 0.7])

    def distance(p: Floats) -> float:
        parts = ((0.3, first), (0.7, second), (pull, before))
        return sum(float(w * (q * np.log(q / p)).sum()) for w, q in parts)

    found = drawn_together(np.stack([first, second]), shares, before, pull)

    assert distance(found) <= distance(rival) + 1e-9
