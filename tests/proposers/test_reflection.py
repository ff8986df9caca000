"""Reflection: what a model is shown of an owner's mistakes, and what it is never shown."""

from collections.abc import Sequence

import numpy as np
import pytest

from fedbbpt.completions import Request
from fedbbpt.proposers import Failure, Parent, Proposed, Reflecting
from fedbbpt.proposers.reflection import NONE_WRONG, Reflection

PARENTS = (Parent("Say good or bad.", 0.7), Parent("Judge it.", 0.5))
FAILURES = tuple(
    Failure(f"input {parent}{place}", "good", "bad", parent, f"mark{parent}{place}")
    for parent in (0, 1)
    for place in range(5)
)


def asked(
    proposer: Reflection, failures: Sequence[Failure], count: int, seed: int = 3
) -> Sequence[Request]:
    step = proposer.start(PARENTS, failures, count, np.random.default_rng(seed)).step(())
    assert not isinstance(step, Proposed)
    return step


def test_a_request_shows_a_parent_with_a_few_of_its_own_failures_and_their_marks() -> None:
    requests = asked(Reflection(shown=2), FAILURES, 4)

    for place, request in enumerate(requests):
        turn, text = place % 2, request.messages[-1].content
        shown = [one for one in FAILURES if one.input in text]
        assert PARENTS[turn].text in text
        assert [one.parent for one in shown] == [turn, turn]
        assert all(f"{one.input} [mark {one.mark}]" in text for one in shown)


def test_other_draws_show_other_failures() -> None:
    texts = {
        asked(Reflection(shown=2), FAILURES, 1, seed)[0].messages[-1].content for seed in range(8)
    }

    assert len(texts) > 2


def test_a_parent_without_failures_is_said_to_have_none() -> None:
    first, second = asked(Reflection(), FAILURES[:5], 2)

    assert NONE_WRONG not in first.messages[-1].content
    assert NONE_WRONG in second.messages[-1].content


def test_a_long_input_is_cut_and_its_mark_stays() -> None:
    long = Failure("x" * 5000, "good", "bad", 0, "mark")

    text = asked(Reflection(longest_input=50), [long], 1)[0].messages[-1].content

    assert f"{'x' * 50} [mark mark]" in text
    assert "x" * 51 not in text


def test_it_runs_at_owners_alone_and_says_that_it_looks_at_failures() -> None:
    assert isinstance(Reflection(), Reflecting)
    with pytest.raises(ValueError, match="at: the server sees no mistake"):
        Reflection(at="server")


@pytest.mark.parametrize("settings", [{"failures": 0}, {"shown": 0}, {"longest_input": 3}])
def test_settings_that_show_nothing_are_refused(settings: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Reflection(**settings)  # type: ignore[arg-type]
