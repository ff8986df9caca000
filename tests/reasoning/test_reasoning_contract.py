"""What every way of reasoning promises; a new file in the folder is found by itself."""

import pytest
from plugin_folders import offered

from fedbbpt.answers import LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.completions import Completion, Request, TokenLogprob
from fedbbpt.prompts import INPUT, Message, Prompt
from fedbbpt.reasoning import Reasoning

MOST_STEPS = 8
PROMPT = Prompt((Message("user", f"Say yes or no. {INPUT}"),))
REPLY = Completion("yes", first=(TokenLogprob("yes", -0.1), TokenLogprob("no", -2.4)))


@pytest.fixture(params=sorted(offered("reasoning")))
def reasoning(request: pytest.FixtureRequest) -> Reasoning:
    built: Reasoning = offered("reasoning")[request.param]()
    return built


def played(
    reasoning: Reasoning, reply: Completion | Missing, sample: int = 0
) -> tuple[list[Request], object]:
    """Return all requests of one exchange and how it ended."""
    dialogue = reasoning.start(PROMPT, "Is it late?", sample=sample)
    asked: list[Request] = []
    step = dialogue.step(())
    for _ in range(MOST_STEPS):
        if isinstance(step, (Text, LabelScores, Scored, Unreadable, Missing)):
            return asked, step
        asked.extend(step)
        step = dialogue.step([reply] * len(step))
    raise AssertionError("the exchange does not end")


def test_an_exchange_asks_with_the_question_in_it_and_ends_in_an_answer(
    reasoning: Reasoning,
) -> None:
    asked, answer = played(reasoning, REPLY)

    assert asked
    assert any("Is it late?" in message.content for message in asked[0].messages)
    assert isinstance(answer, (Text, LabelScores, Unreadable))


def test_a_missing_reply_ends_in_a_missing_answer(reasoning: Reasoning) -> None:
    _, answer = played(reasoning, Missing("timeout"))

    assert answer == Missing("timeout")


def test_the_same_exchange_asks_the_same_and_another_draw_is_another_call(
    reasoning: Reasoning,
) -> None:
    first, second, drawn = (played(reasoning, REPLY, sample)[0] for sample in (0, 0, 1))

    assert first == second
    assert all(request.sample == 1 for request in drawn)
