"""What every way of reasoning promises; a new file in the folder is found by itself."""

from collections.abc import Sequence
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugin_folders import offered

from fedbbpt.answers import LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.completions import Completion, Request, TokenLogprob
from fedbbpt.data import Example
from fedbbpt.prompts import INPUT, Message, Prompt
from fedbbpt.reasoning import Reasoning
from fedbbpt.reasoning.inner import told
from fedbbpt.reasoning.rehearsal import rehearsed

MOST_STEPS = 8
PROMPT = Prompt((Message("user", f"Say yes or no. {INPUT}"),))
REPLY = Completion("yes", first=(TokenLogprob("yes", -0.1), TokenLogprob("no", -2.4)))
CUT_OFF = Completion("It is ", finish_reason="length")
REFUSED = Completion("", finish_reason="content_filter")


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


def mixed(reasoning: Reasoning, texts: Sequence[str]) -> tuple[int, object]:
    """Return the number of requests and the answer where replies go through texts in turn."""
    dialogue = reasoning.start(PROMPT, "Is it late?")
    replies = cycle(texts)
    count, step = 0, dialogue.step(())
    while isinstance(step, Sequence):
        count += len(step)
        step = dialogue.step([Completion(next(replies)) for _ in step])
    return count, step


def key(request: Request) -> str:
    return request.key("here")


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
    assert not set(map(key, first)) & set(map(key, drawn))


def test_no_exchange_asks_more_than_the_most_it_says(reasoning: Reasoning) -> None:
    counts = [len(played(reasoning, reply)[0]) for reply in (REPLY, CUT_OFF, REFUSED)]

    assert max(counts) <= reasoning.most_requests
    assert len(rehearsed(reasoning, PROMPT, "Is it late?")) == reasoning.most_requests


@given(texts=st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_any_replies_end_in_an_answer_within_the_most_requests(texts: list[str]) -> None:
    for built in (plugin() for plugin in offered("reasoning").values()):
        asked, answer = mixed(built, texts)

        assert asked <= built.most_requests
        assert isinstance(answer, (Text, LabelScores, Unreadable))


def test_a_prompt_that_is_sent_once_asks_directly_what_the_exchange_asks(
    reasoning: Reasoning,
) -> None:
    sent = reasoning.sent(PROMPT)
    asked, _ = played(reasoning, REPLY)

    if sent is None:
        assert reasoning.most_requests > 1
    else:
        assert [request.messages for request in asked] == [sent.render("Is it late?")]


def test_a_way_that_knows_the_owner_still_keeps_the_laws(reasoning: Reasoning) -> None:
    examples = [Example(f"{n}", f"Is it {n} o'clock?", ("yes",)) for n in range(5)]

    knowing = told(reasoning, examples)

    assert knowing.most_requests == reasoning.most_requests
    assert played(knowing, REPLY) == played(told(reasoning, examples), REPLY)
