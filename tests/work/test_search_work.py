"""Search work: an owner's own search from the broadcast tables, reported as statistics."""

import numpy as np
import pytest
from fake_owners import HEADS, AskedEndpoint, holding, make_owner, points

from fedbbpt.completions import Request
from fedbbpt.distributions import Categorical, Distribution, Floats, Gaussian, mode
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Search
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.halving import Halving
from fedbbpt.optimizers.policy_gradient import PolicyGradient
from fedbbpt.randomness import rng
from fedbbpt.work.owner import Owner
from fedbbpt.work.score import score
from fedbbpt.work.search import Searched, search

SEED, ROUND = 5, 3
NEVER = "no text holds this"
START = Categorical((np.linspace(-0.5, 0.5, len(HEADS)),))


async def searched(owner: Owner, work: Search, start: Distribution = START) -> Searched:
    return await search(owner, Assignment(ROUND, work, start, "f", SEED), work)


def gradient_owner(endpoint: AskedEndpoint) -> Owner:
    return make_owner(endpoint, optimizer=PolicyGradient(learning_rate=2.0))


@pytest.mark.parametrize("lost", [NEVER, "number 3 "])
async def test_the_report_holds_the_tables_that_a_search_by_hand_ends_with(lost: str) -> None:
    owner = gradient_owner(AskedEndpoint(holding(lost)))
    by_hand = owner.optimizer.start(START, rng(SEED, "local search", round=ROUND, client="anna"))
    for generation in range(3):
        asked = by_hand.ask(4)
        scored = await score(owner, asked, Block(2 + generation * 4, 4), SEED)
        by_hand.tell(asked, scored.loss_sum / scored.weight)

    found = await searched(owner, Search(4, 3, Block(2, 4)))

    assert isinstance(by_hand.distribution, Categorical)
    (expected,) = by_hand.distribution.logits
    assert found.statistics["logits_0"].tolist() == expected.tolist()
    assert found.statistics["logits_0"].tolist() != START.logits[0].tolist()


async def test_every_generation_counts_the_choices_of_its_better_half() -> None:
    found = await searched(gradient_owner(AskedEndpoint()), Search(5, 3, Block(0, 4)))

    counts = found.statistics["counts_0"]
    assert counts.shape == (len(HEADS),)
    assert counts.sum() == 3 * 2
    assert (counts >= 0).all()


async def test_the_better_half_has_the_lower_losses() -> None:
    owner = make_owner(AskedEndpoint(), optimizer=Halving(candidates=6, finalists=5))
    losses = (await score(owner, points(*range(6)), Block(0, 16), SEED)).loss_sum

    found = await searched(owner, Search(6, 1, Block(0, 16)))

    best = sorted(np.argsort(losses, kind="stable")[:3].tolist())
    assert np.flatnonzero(found.statistics["counts_0"]).tolist() == best


async def test_a_race_over_all_prompts_ends_with_the_best_one_leading() -> None:
    owner = make_owner(AskedEndpoint(), optimizer=Halving(candidates=6))
    losses = (await score(owner, points(*range(6)), Block(0, 16), SEED)).loss_sum

    found = await searched(owner, Search(6, 4, Block(0, 16)))

    leader = mode(Categorical((found.statistics["logits_0"],)))
    assert leader.tolist() == [float(np.argmin(losses))]


async def test_weight_and_counts_add_up_over_the_generations() -> None:
    endpoint = AskedEndpoint()

    found = await searched(gradient_owner(endpoint), Search(4, 3, Block(0, 8)))

    assert found.weight == 3 * 8
    assert found.counts.asked == len(endpoint.asked) == 3 * 4 * 8
    assert (found.counts.missing, found.counts.unreadable) == (0, 0)


async def test_a_finished_search_asks_nothing_more() -> None:
    endpoint = AskedEndpoint()
    owner = make_owner(endpoint, optimizer=Halving(candidates=2))

    found = await searched(owner, Search(6, 9, Block(0, 4)))

    assert len(endpoint.asked) == 2 * 4
    assert found.weight == 4


async def test_where_nothing_is_answered_the_tables_stay_and_have_no_weight() -> None:
    endpoint = AskedEndpoint(lost=lambda _request: True)

    found = await searched(gradient_owner(endpoint), Search(4, 5, Block(0, 4)))

    assert found.weight == 0
    assert found.statistics["logits_0"].tolist() == START.logits[0].tolist()
    assert found.statistics["counts_0"].sum() == 0
    assert found.counts.missing == found.counts.asked == 16


@pytest.mark.parametrize(
    "start",
    [
        Gaussian(np.zeros(1), 1.0),
        Categorical((np.zeros(len(HEADS) + 1),)),
        Categorical((np.zeros(len(HEADS)), np.zeros(2))),
    ],
)
async def test_a_distribution_over_another_space_is_refused(start: Distribution) -> None:
    endpoint = AskedEndpoint()

    with pytest.raises(MessageError, match="anna"):
        await searched(gradient_owner(endpoint), Search(4, 1, Block(0, 4)), start)

    assert endpoint.asked == []


class _Wanderer:
    """A search that leaves the tables for a cloud."""

    distribution = Gaussian(np.zeros(1), 1.0)

    def ask(self, count: int) -> Floats:
        return points(*range(count))

    def tell(self, points: Floats, losses: Floats) -> None:
        """Learn nothing."""


class _Wander:
    def start(self, distribution: Distribution, rng: np.random.Generator) -> _Wanderer:
        return _Wanderer()


async def test_an_optimizer_that_leaves_its_distribution_is_refused() -> None:
    optimizer: Optimizer = _Wander()

    with pytest.raises(MessageError, match="left the distribution"):
        await searched(make_owner(AskedEndpoint(), optimizer=optimizer), Search(4, 1, Block(0, 4)))


async def test_owners_and_rounds_draw_different_candidates() -> None:
    asked = []
    for round in (1, 2):
        endpoint = AskedEndpoint()
        work = Search(4, 1, Block(0, 16))
        await search(gradient_owner(endpoint), Assignment(round, work, START, "f", SEED), work)
        asked.append([_head(request) for request in endpoint.asked])

    assert asked[0] != asked[1]


def _head(request: Request) -> str:
    return request.messages[-1].content.partition(":")[0]


async def test_a_silent_candidate_ends_the_search_without_moving_the_tables() -> None:
    endpoint = AskedEndpoint(holding(HEADS[0]))
    owner = make_owner(endpoint, optimizer=Halving(candidates=6))

    found = await searched(owner, Search(6, 4, Block(0, 8)))

    assert found.weight == 0
    assert len(endpoint.asked) == 6 * 8
    assert found.statistics["logits_0"].tolist() == START.logits[0].tolist()
