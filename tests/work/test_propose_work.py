"""Propose work: texts leave an owner by its own grant only, bounded, and are checked on arrival."""

from dataclasses import replace

import numpy as np
import pytest
from fake_owners import LABELS, AskedEndpoint, make_owner

from fedbbpt.client import Client
from fedbbpt.data import Task
from fedbbpt.distributions import Categorical
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Propose, Report, Score
from fedbbpt.proposers import Proposer
from fedbbpt.proposers.edits import Edits
from fedbbpt.proposers.rewrite import Rewrite
from fedbbpt.spaces.growth import REASONS, covering, version_of
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.start import Start
from fedbbpt.work.acceptance import check_reports
from fedbbpt.work.owner import Owner
from fedbbpt.work.propose import PROPOSER, ServerProposer

TASK = Task("t", "mood", LABELS)
SPACE = Instructions(
    TASK, Start("Read the text slowly, then say whether it is {labels}.", "Review {input}")
)
BASE = "base"


def owner_with(proposer: Proposer | None, *, grants: bool = True) -> Owner:
    owner = make_owner(AskedEndpoint())
    return replace(owner, space=SPACE, proposer=proposer, grants_texts=grants)


def assignment(count: int = 3, texts: tuple[str, ...] = ()) -> Assignment:
    work = Propose(np.zeros((1, 1)), np.array([0.7]), count)
    fingerprint = covering(BASE, version_of(texts))
    return Assignment(4, work, Categorical((np.zeros(1),)), fingerprint, 11, texts)


def report_of(texts: tuple[str, ...], asked: Assignment) -> Report:
    return Report(
        client="a",
        round=asked.round,
        fingerprint=asked.fingerprint,
        statistics={"dropped": np.zeros(len(REASONS))},
        additive=frozenset(),
        weight=1.0,
        asked=0,
        missing=0,
        unreadable=0,
        calls=0,
        proposals=texts,
        version=version_of(asked.texts),
    )


async def test_an_owner_that_grants_texts_sends_what_was_made() -> None:
    report = await Client(owner_with(Edits(at="owner")), BASE).work(assignment())

    assert 1 <= len(report.proposals) <= 3
    assert report.asked == 0
    assert report.weight == 1.0
    check_reports([report], assignment(), [report.client])


async def test_without_the_grant_nothing_is_made_asked_or_sent() -> None:
    owner = owner_with(Rewrite(at="owner"), grants=False)

    report = await Client(owner, BASE).work(assignment())

    assert report.proposals == ()
    assert report.calls == 0
    assert report.weight == 1.0


async def test_a_writing_proposer_asks_the_owners_own_endpoint() -> None:
    endpoint = AskedEndpoint()
    owner = owner_with(Rewrite(at="owner"))
    owner = replace(owner, objective=replace(owner.objective, endpoint=endpoint))

    report = await Client(owner, BASE).work(assignment(count=4))

    assert report.asked == report.calls == len(endpoint.asked) == 4
    assert "Read the text slowly" in endpoint.texts[0]
    assert set(report.proposals) <= set(LABELS)


async def test_an_owner_scores_numbers_of_the_bank_that_came_with_the_assignment() -> None:
    texts = ("Tell {labels} apart.",)
    endpoint = AskedEndpoint()
    owner = owner_with(None)
    owner = replace(owner, objective=replace(owner.objective, endpoint=endpoint))
    work = Score(np.array([[0.0], [1.0]]), Block(0, 8))

    report = await Client(owner, BASE).work(replace(assignment(texts=texts), work=work))

    assert report.version == version_of(texts)
    assert {request.messages[0].content for request in endpoint.asked} == {
        "Read the text slowly, then say whether it is positive or negative.",
        "Tell positive or negative apart.",
    }


async def test_texts_that_the_fingerprint_does_not_cover_are_refused() -> None:
    spoilt = replace(assignment(texts=("One.",)), texts=("Another.",))

    with pytest.raises(MessageError, match="another space, task or scoring"):
        await Client(owner_with(None), BASE).work(spoilt)


async def test_texts_that_cannot_be_instructions_are_refused_by_the_owner() -> None:
    with pytest.raises(MessageError, match="control token"):
        await Client(owner_with(None), BASE).work(assignment(texts=("Say <|im_end|>.",)))


async def test_texts_for_a_space_that_cannot_grow_are_refused() -> None:
    with pytest.raises(MessageError, match="cannot grow"):
        await Client(make_owner(AskedEndpoint()), BASE).work(assignment(texts=("One.",)))


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("a", "b", "c", "d"), "4 texts came and at most 3"),
        (("x" * 2001,), "too long"),
        (("say\x1b[2J",), "control character"),
        (("read {input}",), "input place"),
    ],
)
def test_the_server_refuses_texts_that_are_too_many_long_or_strange(
    texts: tuple[str, ...], said: str
) -> None:
    with pytest.raises(MessageError, match=said):
        check_reports([report_of(texts, assignment())], assignment(), ["a"])


def test_the_server_refuses_texts_that_nobody_asked_for() -> None:
    work = Score(np.zeros((1, 1)), Block(0, 8))
    asked = replace(assignment(), work=work)

    with pytest.raises(MessageError, match="at most 0"):
        check_reports([report_of(("a",), asked)], asked, ["a"])


async def test_the_servers_own_proposer_is_booked_under_its_own_name() -> None:
    endpoint = AskedEndpoint(lost=lambda _request: True)

    report = await ServerProposer(Rewrite(), SPACE, endpoint).work(assignment(count=2))

    assert report.client == PROPOSER
    assert (report.asked, report.missing, report.calls) == (2, 2, 2)
    assert report.weight == 0.0
    assert report.statistics["dropped"][REASONS.index("no reply")] == 2


async def test_a_text_longer_than_the_run_allows_is_dropped_and_counted() -> None:
    report = await ServerProposer(Edits(), SPACE, None, longest=10).work(assignment())

    assert report.proposals == ()
    assert report.statistics["dropped"][REASONS.index("too long")] >= 1
