"""A client: what it refuses, and what it says of its work."""

from dataclasses import dataclass

import numpy as np
import pytest
from fake_owners import HEADS, AskedEndpoint, holding, make_owner, points

from fedbbpt.client import MAX_CANDIDATES, Client
from fedbbpt.codec.messages import decode_report, encode_report
from fedbbpt.completions import Completion
from fedbbpt.distributions import Categorical
from fedbbpt.errors import BudgetError, EndpointError, FedbbptError, MessageError
from fedbbpt.messages import Assignment, Block, Evaluate, Score, Search, Work
from fedbbpt.optimizers.policy_gradient import PolicyGradient
from fedbbpt.work.score import score

SEED = 4
TABLES = Categorical((np.zeros(len(HEADS)),))
SCORE = Score(points(0, 1, 2), Block(0, 8))
SEARCH = Search(4, 2, Block(0, 8))
EVALUATE = Evaluate(points(0, 1), (0, 0), "dev")


def assigned(work: Work, fingerprint: str = "f" * 64) -> Assignment:
    return Assignment(7, work, TABLES, fingerprint, SEED)


def client(endpoint: AskedEndpoint, min_block: int = 8) -> Client:
    owner = make_owner(endpoint, optimizer=PolicyGradient(), min_block=min_block)
    return Client(owner, "f" * 64)


@pytest.mark.parametrize("work", [SCORE, SEARCH, EVALUATE])
async def test_a_report_answers_the_assignment_and_survives_the_wire(work: Work) -> None:
    report = await client(AskedEndpoint()).work(assigned(work))

    assert (report.client, report.round, report.fingerprint) == ("anna", 7, "f" * 64)
    assert encode_report(decode_report(encode_report(report))) == encode_report(report)


@pytest.mark.parametrize("work", [SCORE, SEARCH, EVALUATE])
async def test_a_report_holds_numbers_and_no_text_of_an_example(work: Work) -> None:
    endpoint = AskedEndpoint()

    sent = encode_report(await client(endpoint).work(assigned(work)))

    words = {word for text in endpoint.texts for word in text.split() if len(word) > 4}
    assert len(words) > 5
    assert not [word for word in words if word.encode() in sent]


@pytest.mark.parametrize(
    ("work", "additive"),
    [
        (SCORE, {"loss_sum", "score_sum", "score_square_sum"}),
        (SEARCH, {"counts_0", "score_sum", "score_square_sum", "score_items"}),
        (
            EVALUATE,
            {"score_sum", "score_square_sum", "loss_sum", "difference_sum"}
            | {"difference_square_sum", "confusion", "floored", "missing", "unreadable"},
        ),
    ],
)
async def test_all_statistics_but_beliefs_may_be_summed(work: Work, additive: set[str]) -> None:
    report = await client(AskedEndpoint()).work(assigned(work))

    assert report.additive == additive
    assert report.statistics.keys() - additive <= {"logits_0", "candidates"}


async def test_score_work_reports_what_scoring_gives() -> None:
    endpoint = AskedEndpoint(holding("Opinion", "number 3 "), holding("Review", "number 8 "))
    mine = client(endpoint)
    work = Score(points(0, 1, 2), Block(0, 16))
    expected = await score(mine.owner, work.points, work.block, SEED)

    report = await mine.work(assigned(work))

    assert report.statistics["loss_sum"].tolist() == expected.loss_sum.tolist()
    assert (report.weight, report.asked, report.missing, report.unreadable) == (15.0, 48, 1, 1)


@pytest.mark.parametrize("work", [SCORE, SEARCH, EVALUATE])
async def test_calls_are_those_of_this_assignment_only(work: Work) -> None:
    endpoint = AskedEndpoint(calls=1000)
    mine = client(endpoint)

    first = await mine.work(assigned(work))
    second = await mine.work(assigned(work))

    assert first.calls == second.calls == first.asked == len(endpoint.asked) // 2


async def test_where_nothing_is_answered_the_report_has_no_weight() -> None:
    report = await client(AskedEndpoint(lost=lambda _request: True)).work(assigned(SCORE))

    assert (report.weight, report.missing, report.asked) == (0.0, 24, 24)


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        (Score(np.zeros((0, 1)), Block(0, 8)), r"shape \(0, 1\)"),
        (Score(np.zeros((MAX_CANDIDATES + 1, 1)), Block(0, 8)), r"shape \(1025, 1\)"),
        (Score(np.zeros(3), Block(0, 8)), r"shape \(3,\)"),
        (Evaluate(np.zeros((0, 1)), (), "dev"), r"shape \(0, 1\)"),
        (Evaluate(np.zeros((1, 1, 1)), (0,), "dev"), r"shape \(1, 1, 1\)"),
        (Search(0, 1, Block(0, 8)), "1 to 1024 candidates"),
        (Search(MAX_CANDIDATES + 1, 1, Block(0, 8)), "1 to 1024 candidates"),
        (Score(points(0, 99), Block(0, 8)), "no choice"),
        (Score(np.full((1, 1), 0.5), Block(0, 8)), "no choice"),
        (Score(np.zeros((2, 3)), Block(0, 8)), "needs"),
        (Evaluate(points(-1), (0,), "dev"), "no choice"),
        (Evaluate(points(0), (0,), "train"), "dev or test"),
        (Score(points(0), Block(0, 7)), "minimum of 8"),
        (Search(4, 1, Block(0, 7)), "minimum of 8"),
    ],
)
async def test_an_assignment_beyond_the_owners_limits_is_refused_and_asks_nothing(
    work: Work, reason: str
) -> None:
    endpoint = AskedEndpoint()

    with pytest.raises(MessageError, match=reason):
        await client(endpoint).work(assigned(work))

    assert endpoint.asked == []


@pytest.mark.parametrize("work", [SCORE, SEARCH, EVALUATE])
async def test_a_foreign_fingerprint_is_refused_and_asks_nothing(work: Work) -> None:
    endpoint = AskedEndpoint()

    with pytest.raises(MessageError, match="anna: the assignment is for another space") as refused:
        await client(endpoint).work(assigned(work, "e" * 64))

    assert "eeeeeeeeeeee is not ffffffffffff" in str(refused.value)
    assert endpoint.asked == []


@dataclass
class FailingEndpoint(AskedEndpoint):
    error: FedbbptError = EndpointError("status 401")

    async def complete(self, requests: object) -> list[Completion]:  # type: ignore[override]
        raise self.error


@pytest.mark.parametrize("error", [EndpointError("status 401"), BudgetError("the cap is reached")])
async def test_what_ends_the_work_for_good_is_raised_as_it_is(error: FedbbptError) -> None:
    with pytest.raises(type(error), match=str(error)) as raised:
        await client(FailingEndpoint(error=error)).work(assigned(SCORE))

    assert raised.value is error


@pytest.mark.parametrize("work", [SCORE, SEARCH, EVALUATE])
async def test_the_same_assignment_gets_the_same_report(work: Work) -> None:
    first = await client(AskedEndpoint()).work(assigned(work))
    second = await client(AskedEndpoint()).work(assigned(work))

    assert encode_report(first) == encode_report(second)
