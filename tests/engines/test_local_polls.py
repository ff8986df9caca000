"""Owners in one process answering questions: casts in order, and a cap that stops nobody else."""

import pytest
from fake_owners import LABELS, AskedEndpoint

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request
from fedbbpt.engines.local import Local
from fedbbpt.errors import BudgetError
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning.direct import Direct
from fedbbpt.votes.question import Question
from fedbbpt.work.prompt_mix import Ingredient, PromptMix
from fedbbpt.work.voter import Voter

PROMPT = Prompt((Message("user", "Review: {input}"),), LABELS)


class Capped(AskedEndpoint):
    """Has no room left."""

    async def complete(self, requests: list[Request]) -> list[Completion | Missing]:  # type: ignore[override]
        raise BudgetError(f"the cap is reached, {len(requests)} were asked for")


def engine(**endpoints: AskedEndpoint) -> Local:
    mix = PromptMix((Ingredient("only", PROMPT),))
    voters = {
        name: Voter(name, Direct(LABELS, 0, 4), endpoint, mix)
        for name, endpoint in endpoints.items()
    }
    return Local({}, voters)


async def test_casts_come_in_the_order_of_the_names_and_only_of_those_asked() -> None:
    local = engine(cleo=AskedEndpoint(), anna=AskedEndpoint(), bert=AskedEndpoint())

    casts = await local.poll(
        {"cleo": [Question(0, "good", (1,))], "anna": [Question(0, "good", (0, 2))]}
    )

    assert [(cast.ballot.client, cast.ballot.votes) for cast in casts] == [("anna", 2), ("cleo", 1)]


async def test_a_cap_of_one_owner_lets_the_others_finish_and_is_raised() -> None:
    late = AskedEndpoint()
    local = engine(anna=Capped(), bert=late)

    with pytest.raises(BudgetError, match="the cap is reached"):
        await local.poll({name: [Question(0, "good", (0,))] for name in ("anna", "bert")})

    assert len(late.asked) == 1


@pytest.mark.parametrize(
    ("text", "draws", "said"), [(" ", (0,), "text"), ("q", (), "draws"), ("q", (1, 1), "draws")]
)
def test_a_question_that_asks_nothing_is_refused(
    text: str, draws: tuple[int, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Question(0, text, draws)
