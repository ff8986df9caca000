"""An owner that reflects: on its own mistakes, by journalled answers, behind its leak guard."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from fake_owners import LABELS, AskedEndpoint, make_owner, owner_data

from fedbbpt.client import Client
from fedbbpt.codec.messages import decode_assignment, encode_assignment
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Task
from fedbbpt.distributions import Categorical
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Propose, Report, Score
from fedbbpt.privacy.leak_guard import RULES
from fedbbpt.proposers.edits import Edits
from fedbbpt.proposers.reflection import Reflection
from fedbbpt.spaces.instructions import Instructions
from fedbbpt.spaces.start import Start
from fedbbpt.work.acceptance import check_reports
from fedbbpt.work.failures import failures_of
from fedbbpt.work.owner import Owner

SPACE = Instructions(Task("t", "mood", LABELS), Start("Say {labels}.", "Review {input}"))
DATA = owner_data(train=24)
BASE = "base"


@dataclass
class Reflecting(AskedEndpoint):
    """Answers reviews as the scripted model does, and reflects as it is told."""

    written: Callable[[str], str] = lambda _asked: "Weigh every word."

    def _reply(self, request: Request) -> Completion:
        asked = request.messages[-1].content
        if "made these mistakes" in asked:
            return Completion(f"<prompt>{self.written(asked)}</prompt>")
        return super()._reply(request)


def owner_at(endpoint: AskedEndpoint) -> Owner:
    owner = make_owner(endpoint, DATA)
    return replace(owner, space=SPACE, proposer=Reflection(), grants_texts=True)


BLOCK = Block(0, 16)


def assignment(block: Block | None = BLOCK, count: int = 3) -> Assignment:
    work = Propose(np.zeros((1, 1)), np.array([0.7]), count, block)
    return Assignment(4, work, Categorical((np.zeros(1),)), BASE, 11)


def shown_in(endpoint: AskedEndpoint) -> list[str]:
    """Return the training inputs that stand in requests to reflect."""
    asked = [text for text in endpoint.texts if "made these mistakes" in text]
    return [e.input for e in DATA.train if any(f"{e.input} [mark " in text for text in asked)]


def refused(report: Report, rule: str) -> float:
    return float(report.statistics["refused"][RULES.index(rule)])


async def test_a_model_is_shown_mistakes_on_the_block_and_nothing_else() -> None:
    endpoint = Reflecting()
    owner = owner_at(endpoint)

    report = await Client(owner, BASE).work(assignment())

    wrong = await failures_of(owner, assignment(), 99)
    shown = shown_in(endpoint)
    block = [example.input for example in owner.block(Block(0, 16), 11)]
    assert 1 <= len(shown) <= 8
    assert set(shown) <= {failure.input for failure in wrong} <= set(block)
    assert all(failure.answer != failure.target for failure in wrong)
    assert report.proposals == ("Weigh every word.",)
    check_reports([report], assignment(), [report.client])


async def test_the_same_round_shows_the_same_mistakes_and_another_round_others() -> None:
    owner = owner_at(Reflecting())

    drawn = [await failures_of(owner, replace(assignment(), round=r), 2) for r in (1, 1, 2, 3, 4)]

    assert drawn[0] == drawn[1]
    assert len(set(drawn)) > 1


async def test_mistakes_are_found_by_the_questions_of_the_round_that_scored() -> None:
    scoring, reflecting = Reflecting(), Reflecting()
    work = Score(np.zeros((1, 1)), BLOCK)
    await Client(owner_at(scoring), BASE).work(replace(assignment(), work=work))

    await Client(owner_at(reflecting), BASE).work(assignment())

    asked = [
        one for one in reflecting.asked if "made these mistakes" not in one.messages[-1].content
    ]
    assert len(asked) == BLOCK.size
    assert asked == scoring.asked


async def test_without_a_block_nothing_private_is_shown() -> None:
    endpoint = Reflecting()

    await Client(owner_at(endpoint), BASE).work(assignment(None))

    assert endpoint.texts
    assert shown_in(endpoint) == []


async def test_a_block_below_the_owners_minimum_is_refused_before_anything_is_asked() -> None:
    endpoint = Reflecting()

    with pytest.raises(MessageError, match="below this owner's minimum"):
        await Client(owner_at(endpoint), BASE).work(assignment(Block(0, 2)))

    assert endpoint.asked == []


async def test_a_text_that_copies_an_example_stays_and_is_counted_by_its_rule() -> None:
    copied = DATA.test[0].input  # a split that was never shown is guarded all the same
    endpoint = Reflecting(written=lambda _asked: f"Mind texts like {copied}")

    report = await Client(owner_at(endpoint), BASE).work(assignment(count=1))

    assert report.proposals == ()
    assert report.statistics["guarded"].tolist() == [1.0]
    assert refused(report, "copied words") == 1


async def test_a_text_that_carries_a_planted_mark_stays() -> None:
    def marked(asked: str) -> str:
        mark = asked.partition(" [mark ")[2].partition("]")[0]
        return f"See {'-'.join(mark.upper()[:8])} again."

    report = await Client(owner_at(Reflecting(written=marked)), BASE).work(assignment(count=1))

    assert report.proposals == ()
    assert refused(report, "planted mark") == 1


async def test_marks_are_those_of_owner_and_round_alone() -> None:
    marks = []
    for data, number in ((DATA, 4), (DATA, 4), (DATA, 5), (owner_data("bert", train=24), 4)):
        endpoint = Reflecting()
        owner = replace(owner_at(endpoint), data=data)
        await Client(owner, BASE).work(replace(assignment(count=1), round=number))
        marks.append(endpoint.texts[-1].partition(" [mark ")[2].partition("]")[0])

    assert marks[0] == marks[1]
    assert len(set(marks)) == 3
    assert all(len(mark) == 12 for mark in marks)


async def test_what_owners_make_without_any_failure_is_guarded_too() -> None:
    owner = replace(owner_at(AskedEndpoint()), proposer=Edits(at="owner"))

    report = await Client(owner, BASE).work(assignment())

    assert report.statistics["guarded"][0] >= 1


def test_the_block_travels_and_old_assignments_read_as_before() -> None:
    for block in (Block(3, 16), None):
        decoded = decode_assignment(encode_assignment(assignment(block))).work

        assert isinstance(decoded, Propose)
        assert decoded.block == block


@pytest.mark.parametrize(
    ("guarded", "refusals"),
    [([1.0], [2.0] + [0.0] * (len(RULES) - 1)), ([1.0], [0.0]), ([-1.0], [0.0] * len(RULES))],
)
async def test_the_server_refuses_counts_that_cannot_be(
    guarded: list[float], refusals: list[float]
) -> None:
    report = await Client(owner_at(Reflecting()), BASE).work(assignment())
    spoilt = {"guarded": np.array(guarded), "refused": np.array(refusals)}
    statistics = {**report.statistics, **spoilt}

    with pytest.raises(MessageError, match="counts of a leak guard"):
        check_reports([replace(report, statistics=statistics)], assignment(), [report.client])
