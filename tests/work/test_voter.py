"""An owner answering questions: what it asks, and what its casts say."""

import numpy as np
import pytest
from fake_owners import LABELS, MODEL, AskedEndpoint

from fedbbpt.completions import Request
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning.direct import Direct
from fedbbpt.votes.question import Question
from fedbbpt.work.prompt_mix import Ingredient, PromptMix
from fedbbpt.work.voter import Voter

REVIEW = "a good and great film"


def prompt(head: str = "Review") -> Prompt:
    return Prompt((Message("user", f"{head}: {{input}} Is it {' or '.join(LABELS)}?"),), LABELS)


def voter(endpoint: AskedEndpoint, *heads: str, temperature: float = 0.7) -> Voter:
    mix = PromptMix(tuple(Ingredient(head, prompt(head)) for head in heads or ("Review",)))
    return Voter("north", Direct(LABELS, 0, 8), endpoint, mix, 3, temperature)


async def test_every_draw_is_a_request_of_its_own_at_the_temperature() -> None:
    endpoint = AskedEndpoint()

    (cast,) = await voter(endpoint).answer([Question(0, REVIEW, (4, 9, 11))])

    assert [(request.sample, request.temperature) for request in endpoint.asked] == [
        (4, 0.7),
        (9, 0.7),
        (11, 0.7),
    ]
    assert cast.ballot.client == "north"
    assert cast.ballot.votes == cast.ballot.calls == 3
    assert cast.prompt_tokens > cast.completion_tokens == 3


async def test_casts_come_in_the_order_of_the_questions_and_name_them() -> None:
    questions = [Question(5, REVIEW, (0,)), Question(2, "dull and weak", (0, 1))]

    casts = await voter(AskedEndpoint()).answer(questions)

    assert [cast.place for cast in casts] == [5, 2]
    assert [cast.ballot.votes for cast in casts] == [1, 2]


async def test_what_cannot_be_read_abstains_and_costs_and_what_got_no_reply_does_neither() -> None:
    def lost(request: Request) -> bool:
        return request.sample == 0

    def garbled(request: Request) -> bool:
        return request.sample == 1

    (cast,) = await voter(AskedEndpoint(lost, garbled)).answer([Question(0, REVIEW, (0, 1, 2))])

    assert (cast.missing, cast.ballot.abstentions, cast.ballot.votes) == (1, 1, 1)
    assert cast.ballot.calls == 2


async def test_a_draw_depends_on_its_number_and_question_alone() -> None:
    heads = ("Review", "Opinion", "Verdict on")
    together, apart = AskedEndpoint(), AskedEndpoint()

    (whole,) = await voter(together, *heads).answer([Question(0, REVIEW, tuple(range(12)))])
    for draw in range(12):
        await voter(apart, *heads).answer([Question(7, REVIEW, (draw,))])

    assert together.asked == apart.asked
    assert {one.prompt for one in whole.prompts} == set(heads)


async def test_a_temperature_that_a_way_of_reasoning_has_is_kept() -> None:
    endpoint = AskedEndpoint()

    await voter(endpoint, temperature=0.0).answer([Question(0, REVIEW, (0,))])

    assert endpoint.asked[0].temperature == 0
    with pytest.raises(ValueError, match=r"temperature: 2\.5"):
        voter(endpoint, temperature=2.5)


async def test_label_scores_are_asked_for_once_a_prompt_and_drawn_from() -> None:
    endpoint = AskedEndpoint()
    mix = PromptMix((Ingredient("Review", prompt()),))
    exact = Voter("north", Direct(LABELS, 20, 1), endpoint, mix, 3, 1.0)
    text = "a dull film, but not bad"

    (cast,) = await exact.answer([Question(0, text, tuple(range(400)))])
    (later,) = await exact.answer([Question(0, text, tuple(range(400, 500)))])

    shares = {support.answer: support.votes / 400 for support in cast.ballot.supports}
    reply = endpoint.asked[0]
    told = {one.token: float(np.exp(one.logprob)) for one in MODEL.reply(reply).first}
    assert {(request.sample, request.temperature) for request in endpoint.asked} == {(0, 0.0)}
    assert (cast.ballot.calls, later.ballot.calls) == (1, 0)
    assert shares["negative"] == pytest.approx(told["negative"], abs=0.08)
    assert later.ballot.votes == 100


def test_a_mix_draws_by_its_shares() -> None:
    mix = PromptMix(
        (Ingredient("often", prompt(), 3.0), Ingredient("seldom", prompt("Opinion"), 1.0))
    )
    chance = np.random.default_rng(0)

    drawn = [mix.draw(chance).name for _ in range(2000)]

    assert 0.71 < drawn.count("often") / 2000 < 0.79


@pytest.mark.parametrize("share", [0.0, -1.0, float("inf"), float("nan")])
def test_a_share_that_is_no_share_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        PromptMix((Ingredient("one", prompt(), share),))
