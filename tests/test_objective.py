"""The objective: prompts and examples in, answers in their places and honest counts out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from fake_owners import LABELS, AskedEndpoint, examples, holding
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Answer, LabelScores, Missing, Text, Unreadable
from fedbbpt.calibration import Calibrator
from fedbbpt.completions import Completion, Request
from fedbbpt.fitted_bias import FittedBias
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.objective import (
    NO_COUNTS,
    Counts,
    Objective,
    Row,
    common_items,
    count_outcomes,
    floored_items,
)
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning import Dialogue, Reasoning, Step
from fedbbpt.reasoning.direct import Direct

ITEMS = examples("anna", "train", 6)
ROWS = [Row(Prompt((Message("user", f"{head}: {{input}}"),), LABELS)) for head in "ABC"]


@dataclass
class BatchedEndpoint(AskedEndpoint):
    """Remembers the sizes of its batches."""

    batches: tuple[int, ...] = ()

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        self.batches += (len(requests),)
        return await AskedEndpoint.complete(self, requests)


@dataclass(frozen=True)
class StepsDialogue:
    """Asks ``rounds`` times, one request more each time, then says all it heard."""

    prompt: Prompt
    question: str
    rounds: int

    def step(self, replies: Sequence[Completion | Missing]) -> Step:
        asked = len(replies)
        if asked >= self.rounds:
            heard = [reply.text for reply in replies if isinstance(reply, Completion)]
            return Text(f"{self.question}: {' '.join(heard)}")
        return [
            Request(self.prompt.render(f"{self.question} step {asked + 1} part {part}"))
            for part in range(asked + 1)
        ]


@dataclass(frozen=True)
class Steps:
    """As many steps as the question has letters ``x``."""

    most_requests: int = 99

    def sent(self, prompt: Prompt) -> None:
        """Several steps are no single prompt."""

    def start(self, prompt: Prompt, question: str, *, sample: int = 0) -> Dialogue:
        return StepsDialogue(prompt, question, question.count("x"))


def objective(
    endpoint: AskedEndpoint,
    reasoning: Reasoning | None = None,
    calibrator: Calibrator | None = None,
) -> Objective:
    asked = reasoning or Direct(LABELS, top_logprobs=20)
    return Objective(asked, endpoint, Accuracy(), calibrator or FittedBias())


async def test_answers_stand_at_their_row_and_item() -> None:
    mine = objective(AskedEndpoint())

    together = await mine.answers(ROWS, ITEMS)

    for row, answers in zip(ROWS, together, strict=True):
        for item, answer in zip(ITEMS, answers, strict=True):
            assert await mine.answers([row], [item]) == [[answer]]
    assert len({answer for answers in together for answer in answers}) > 12


async def test_a_measurement_is_one_batch() -> None:
    endpoint = BatchedEndpoint()

    await objective(endpoint).answers(ROWS, ITEMS)

    assert endpoint.batches == (18,)


@pytest.mark.parametrize(("rows", "items"), [(0, 6), (3, 0)])
async def test_nothing_to_ask_asks_nothing(rows: int, items: int) -> None:
    endpoint = BatchedEndpoint()

    answers = await objective(endpoint).answers(ROWS[:rows], ITEMS[:items])

    assert answers == [[] for _ in range(rows)]
    assert endpoint.batches == ()


async def test_dialogues_of_different_lengths_share_their_steps_as_batches() -> None:
    endpoint = BatchedEndpoint(lost=holding("lost"))
    questions = [
        examples("x", "train", 1)[0],  # one x: a single step
        examples("xx", "train", 1)[0],
        examples("lost x", "train", 1)[0],
    ]

    answers = await objective(endpoint, Steps()).answers(ROWS[:1], questions)

    texts = [answer.text for answer in answers[0] if isinstance(answer, Text)]
    assert [text.partition(":")[0] for text in texts] == [e.input for e in questions]
    assert [len(text.partition(": ")[2].split()) for text in texts] == [1, 2, 0]
    assert endpoint.batches == (3, 2)


async def test_a_row_is_asked_with_its_number_of_the_draw() -> None:
    endpoint = AskedEndpoint()
    rows = [ROWS[0], ROWS[0]._replace(sample=3)]

    await objective(endpoint).answers(rows, ITEMS)

    assert [request.sample for request in endpoint.asked] == [0] * 6 + [3] * 6


async def test_losses_are_within_the_bound_and_scores_within_one() -> None:
    mine = objective(AskedEndpoint(garbled=holding("number 1 ")))
    (answers,) = await mine.answers(ROWS[:1], ITEMS)

    losses, scores = mine.losses(answers, ITEMS), mine.scores(answers, ITEMS)

    assert losses.shape == scores.shape == (6,)
    assert (losses >= 0).all()
    assert (losses <= mine.bound).all()
    assert losses[1] == mine.bound
    assert scores[1] == 0.0
    assert set(scores.tolist()) == {0.0, 1.0}


async def test_an_item_without_a_reply_has_neither_loss_nor_score() -> None:
    mine = objective(AskedEndpoint(holding("number 2 ")))
    (answers,) = await mine.answers(ROWS[:1], ITEMS)

    assert answers[2] == Missing("timeout")
    with pytest.raises(ValueError, match="anna-train-2"):
        mine.losses(answers, ITEMS)
    with pytest.raises(ValueError, match="anna-train-2"):
        mine.scores(answers, ITEMS)


@pytest.mark.parametrize("place", range(6))
async def test_an_items_own_label_does_not_calibrate_its_training_loss(place: int) -> None:
    mine = objective(AskedEndpoint())
    items = examples("anna", "train", 12)
    (answers,) = await mine.answers(ROWS[:1], items)
    honest = mine.losses(mine.training_answers(answers, items), items)
    seen = FittedBias().fit(answers, items)

    overfitted = mine.losses([seen.apply(answer) for answer in answers], items)

    assert abs(honest[place] - overfitted[place]) > 1e-9
    assert honest.sum() > overfitted.sum()


outcomes: st.SearchStrategy[Answer] = st.sampled_from(
    [
        Missing("timeout"),
        Unreadable("hm"),
        Text("positive"),
        LabelScores(LABELS, (-1.0, -2.0), (False, True)),
        LabelScores(LABELS, (-1.0, -2.0), (False, False)),
    ]
)
tables = st.integers(0, 5).flatmap(
    lambda width: st.lists(st.lists(outcomes, min_size=width, max_size=width), max_size=4)
)


@given(tables)
def test_common_items_are_those_that_no_row_misses(table: list[list[Answer]]) -> None:
    common = common_items(table)

    width = len(table[0]) if table else 0
    kept = [not any(isinstance(row[i], Missing) for row in table) for i in range(width)]
    assert common == np.flatnonzero(kept).tolist()


@given(tables, tables)
def test_counts_of_two_measurements_add_up(
    first: list[list[Answer]], second: list[list[Answer]]
) -> None:
    both = count_outcomes(first).plus(count_outcomes(second))

    assert both == count_outcomes([*first, *second])
    assert both.plus(NO_COUNTS) == both
    assert both.missing + both.unreadable <= both.asked


def test_outcomes_are_counted_by_kind() -> None:
    row: list[Answer] = [Missing("a"), Missing("b"), Unreadable("hm"), Text("positive")]
    row.append(LabelScores(LABELS, (-1.0, -2.0), (True, False)))
    row.append(LabelScores(LABELS, (-1.0, -2.0), (False, False)))

    assert count_outcomes([row, row]) == Counts(asked=12, missing=4, unreadable=2)
    assert floored_items(row) == 1
