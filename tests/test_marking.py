"""Answers marked before they are scored: a judge at an endpoint, batch by batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from fake_owners import LABELS, AskedEndpoint, examples, holding

from fedbbpt.answers import Answer, LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.marking import Graded
from fedbbpt.metrics import Item
from fedbbpt.metrics.judge import Judge
from fedbbpt.objective import Objective, Row, count_outcomes
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning.direct import Direct
from fedbbpt.work.judged import judged_sums

ITEMS = examples("anna", "train", 6)
PROMPT = Prompt((Message("user", "Review: {input}"),), LABELS)


@dataclass
class Grading:
    """A judge that says yes to what holds "positive", and remembers what it was asked.

    Attributes:
        lost: says which requests get no reply.
        said: what it replies to a request, by default by its text.
    """

    lost: Callable[[Request], bool] = lambda _request: False
    said: Callable[[Request], str] = lambda request: (
        "yes" if "positive" in request.messages[-1].content.split("Answer to grade:")[1] else "no"
    )
    asked: list[Request] = field(default_factory=list)
    calls: int = 0

    @property
    def profile(self) -> Profile:
        return Scripted().profile()

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        self.asked.extend(requests)
        self.calls += len(requests)
        return [
            Missing("status 503") if self.lost(request) else Completion(self.said(request))
            for request in requests
        ]


def judged(judge: Grading, endpoint: AskedEndpoint | None = None) -> Objective:
    return Objective(
        Direct(LABELS, max_tokens=8),
        endpoint or AskedEndpoint(),
        Judge(),
        FittedBias(),
        marker=Graded(Judge(), judge),
    )


async def test_answers_come_marked_in_their_places() -> None:
    plain = Objective(Direct(LABELS, max_tokens=8), AskedEndpoint(), Judge(), FittedBias())

    (marked,) = await judged(Grading()).answers([Row(PROMPT)], ITEMS)

    (said,) = await plain.answers([Row(PROMPT)], ITEMS)
    texts = [answer.text for answer in said if isinstance(answer, Text)]
    assert marked == [Scored(text, float(text == "positive")) for text in texts]
    assert {0.0, 1.0} == {answer.score for answer in marked if isinstance(answer, Scored)}


async def test_the_number_of_the_draw_reaches_the_judge() -> None:
    judge = Grading()

    await judged(judge).answers([Row(PROMPT), Row(PROMPT, sample=4)], ITEMS)

    assert [request.sample for request in judge.asked] == [0] * 6 + [4] * 6


async def test_what_the_judge_does_not_answer_is_missing_and_never_scored() -> None:
    mine = judged(Grading(lost=holding("number 2 ")))

    (marked,) = await mine.answers([Row(PROMPT)], ITEMS)

    assert marked[2] == Missing("judge: status 503")
    assert count_outcomes([marked]).missing == 1
    with pytest.raises(ValueError, match="anna-train-2"):
        mine.scores(marked, ITEMS)


async def test_a_reply_without_a_grade_is_unreadable_scored_0_and_counted() -> None:
    mine = judged(Grading(said=lambda _request: "It depends."))

    (marked,) = await mine.answers([Row(PROMPT)], ITEMS)

    assert marked == [Unreadable("It depends.", judged=True)] * 6
    assert count_outcomes([marked]).unreadable == 6
    assert mine.scores(marked, ITEMS).tolist() == [0.0] * 6
    assert judged_sums([Row(PROMPT)], [marked])["ungraded"].tolist() == [6.0]


async def test_the_judge_is_asked_about_readable_answers_only() -> None:
    judge = Grading()
    endpoint = AskedEndpoint(lost=holding("number 0 "), garbled=holding("number 1 "))

    (marked,) = await judged(judge, endpoint).answers([Row(PROMPT)], ITEMS)

    assert marked[:2] == [Missing("timeout"), Unreadable("hm")]
    assert len(judge.asked) == 4


async def test_losses_of_marks_lie_within_the_bound() -> None:
    mine = judged(Grading())
    marked = [Scored("a", 0.0), Scored("b", 0.25), Scored("c", 1.0)]

    losses = mine.losses(marked, ITEMS[:3])

    assert losses.tolist() == [4.0, 3.0, 0.0]
    assert mine.training_answers(marked, ITEMS[:3]) == marked


async def test_calls_of_the_judge_count() -> None:
    mine = judged(Grading())

    await mine.answers([Row(PROMPT)], ITEMS)

    assert mine.calls == 12


async def test_label_scores_are_judged_by_their_best_label() -> None:
    answer = LabelScores(LABELS, (-0.1, -3.0), (False, False))

    (marked,) = await Graded(Judge(), Grading()).mark([Item(PROMPT, answer, ITEMS[0], 0)])

    assert marked == Scored("positive", 1.0)


def test_two_grades_of_one_answer_show_the_judges_own_noise() -> None:
    rows = [Row(PROMPT), Row(PROMPT, sample=1), Row(Prompt((Message("user", "{input}"),), LABELS))]
    first: list[Answer] = [Scored("a", 1.0), Scored("b", 0.5), Scored("c", 0.0), Missing("x")]
    again: list[Answer] = [
        Scored("a", 0.8),
        Scored("b", 0.5),
        Scored("other", 1.0),
        Scored("d", 1.0),
    ]

    sums = judged_sums(rows, [first, again, first])

    assert sums["regraded"].tolist() == [0.0, 2.0, 0.0]
    assert sums["regrade_changed"].tolist() == [0.0, 1.0, 0.0]
    np.testing.assert_allclose(sums["regrade_gap"], [0.0, 0.2, 0.0])
