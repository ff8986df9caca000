"""What every proposer promises; a new file in the folder is found and held to it by itself."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest
from plugin_folders import offered

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.proposers import PLACES, Parent, Proposed, Proposer
from fedbbpt.spaces.growth import REASONS, fault, likeness

FOUND = offered("proposers")
PARENTS = (
    Parent("Read the text, then say whether it is good or bad.", 0.8),
    Parent("Decide on the mood of the text and answer with one word.", 0.6),
    Parent("You are an expert. Reply good or bad, without an explanation.", 0.4),
)


@pytest.fixture(params=sorted(FOUND))
def proposer(request: pytest.FixtureRequest) -> Proposer:
    made: Proposer = FOUND[request.param]()
    return made


def said(requests: Sequence[Request]) -> list[Completion | Missing]:
    """Return a reply to each request; every third repeats a parent, every fourth is lost."""
    replies: list[Completion | Missing] = []
    for place, request in enumerate(requests):
        text = f"<prompt>Say it in way {request.sample} of many.</prompt>"
        if place % 3 == 2:
            text = PARENTS[0].text.upper()
        replies.append(Missing("timeout") if place % 4 == 3 else Completion(text))
    return replies


def played(proposer: Proposer, count: int, seed: int) -> tuple[Proposed, list[Request]]:
    """Hold a dialogue to its end; return what it proposed and all that it asked."""
    dialogue = proposer.start(PARENTS, (), count, np.random.default_rng(seed))
    asked: list[Request] = []
    replies: list[Completion | Missing] = []
    for _ in range(10):
        step = dialogue.step(replies)
        if isinstance(step, Proposed):
            return step, asked
        assert step, "a dialogue that asks nothing must end"
        asked.extend(step)
        replies = said(step)
    pytest.fail("the dialogue does not end")


def test_a_proposer_is_a_frozen_value_that_says_where_it_runs(proposer: Proposer) -> None:
    settings = dataclasses.asdict(proposer)  # type: ignore[call-overload]

    assert proposer.at in PLACES
    assert all(isinstance(value, bool | int | float | str | tuple) for value in settings.values())
    assert type(proposer)(**settings) == proposer


@pytest.mark.parametrize("count", [1, 5])
def test_it_keeps_to_the_count_of_texts_and_of_requests(proposer: Proposer, count: int) -> None:
    proposed, asked = played(proposer, count, seed=4)

    assert len(proposed.texts) <= count
    assert len(asked) <= proposer.requests(count)


def test_its_texts_can_join_a_bank_and_are_new(proposer: Proposer) -> None:
    proposed, _ = played(proposer, 6, seed=1)

    alike = {likeness(text) for text in proposed.texts}

    assert proposed.texts
    assert not any(map(fault, proposed.texts))
    assert len(alike) == len(proposed.texts)
    assert not alike & {likeness(parent.text) for parent in PARENTS}
    assert set(proposed.dropped) <= set(REASONS)


def test_the_same_stream_gives_the_same_requests_and_texts(proposer: Proposer) -> None:
    assert played(proposer, 4, seed=9) == played(proposer, 4, seed=9)


def test_another_stream_is_another_question(proposer: Proposer) -> None:
    tried = [played(proposer, 4, seed) for seed in range(5)]

    assert len({repr(one) for one in tried}) > 1


def test_a_lone_parent_without_any_text_is_enough_to_begin(proposer: Proposer) -> None:
    dialogue = proposer.start((Parent("", 0.5),), (), 2, np.random.default_rng(0))

    step = dialogue.step(())

    assert isinstance(step, Proposed) or 1 <= len(step) <= proposer.requests(2)


def test_a_place_that_is_none_is_refused(proposer: Proposer) -> None:
    with pytest.raises(ValueError, match=r'at: .* "server" or "owner"'):
        type(proposer)(at="elsewhere")  # type: ignore[call-arg]
