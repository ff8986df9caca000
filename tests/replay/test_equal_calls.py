"""No method takes more calls than its budget, whatever its draws take."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_answers import OTHER, PLAIN, REWORDED, cell, table

from fedbbpt.experiment.replaying.contest import Trial, trials
from fedbbpt.experiment.replaying.recording import Tables
from fedbbpt.experiment.replaying.recording_plan import Recording
from fedbbpt.prompts import Message, Prompt
from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost, Place, Recorded
from fedbbpt.replay.choosing import Halving
from fedbbpt.replay.drawing import ANSWERING, PREPARING, Drawing
from fedbbpt.replay.methods import InTurn, Mixture, Sampled, Shared
from fedbbpt.replay.partly_pooled import PartlyPooled
from fedbbpt.replay.replaying import Replayed, replay
from fedbbpt.replay.with_choice import SELECTING, Learning, WithChoice
from fedbbpt.votes.stopping import FixedNumber
from fedbbpt.work.prompt_mix import Ingredient

PARAPHRASES = 2
RECORDING = Recording(
    tuple(Ingredient(name, Prompt((Message("user", f"{name} {{input}}"),))) for name in "pqrs"),
    paraphrases=PARAPHRASES,
)
OWNERS = ("north", "south")


def tables(stream: np.random.Generator, costs: tuple[int, ...], empty: float = 0.05) -> Tables:
    """Return tables of two owners whose draws take one of some numbers of calls at random.

    Some cells are empty, and of many questions no paraphrase was fit.
    """

    def made(
        questions: int, conditions: tuple[Condition, ...]
    ) -> dict[Place, tuple[Recorded, ...]]:
        return {
            (question, condition): tuple(
                Recorded("abc"[int(stream.integers(3))], Cost(int(stream.choice(costs)), 5))
                for _ in range(12)
            )
            for question in range(questions)
            for condition in conditions
            if stream.random() > (0.5 if condition.wording else empty)
        }

    asked, learned = int(stream.integers(2, 14)), int(stream.integers(2, 30))
    preparation = {
        (question, RECORDING.wordings[1]): Cost(PARAPHRASES, 9) for question in range(asked)
    }
    cells = made(asked, (*RECORDING.conditions, *RECORDING.wordings[1:]))
    return Tables(
        Learning(
            AnswersTable(("a",) * learned, made(learned, RECORDING.conditions)), owned(learned)
        ),
        AnswersTable(("a",) * asked, cells, preparation),
        owned(asked),
        missing=0,
        exact=False,
    )


def owned(questions: int) -> tuple[str, ...]:
    return tuple(OWNERS[question % 2] for question in range(questions))


def all_of(one: Tables, budget: int) -> Iterator[tuple[Trial, Replayed]]:
    for trial in trials(one, RECORDING, budget):
        yield trial, replay(one.asked, trial.method, rng(budget, "replay"))


@given(
    seed=st.integers(0, 10**6),
    costs=st.sampled_from([(1,), (2,), (1, 2), (1, 1, 1, 2), (1, 3)]),
    budget=st.integers(1, 12),
)
def test_no_method_takes_more_calls_than_its_budget(
    seed: int, costs: tuple[int, ...], budget: int
) -> None:
    one = tables(np.random.default_rng(seed), costs)

    for trial, done in all_of(one, budget):
        assert done.cost.calls <= budget * len(one.owners), trial.name


@settings(max_examples=20)
@given(seed=st.integers(0, 10**6), budget=st.integers(1, 5))
def test_draws_of_two_calls_at_twice_the_budget_give_the_answers_of_draws_of_one(
    seed: int, budget: int
) -> None:
    once = tables(np.random.default_rng(seed), (1,), empty=0.0)
    twice = tables(np.random.default_rng(seed), (2,), empty=0.0)
    found = {trial.name: done for trial, done in all_of(once, budget)}

    dear = {
        trial.name: replay(twice.asked, trial.method, rng(budget, "replay"))
        for trial in trials(twice, RECORDING, 2 * budget)
    }

    assert found.keys() - {"paraphrases"} == dear.keys() - {"paraphrases"}
    for name in found.keys() - {"paraphrases"}:  # its writing does not get dearer
        assert dear[name].winners == found[name].winners, name
        assert dear[name].cost.calls == 2 * found[name].cost.calls


def test_a_budget_that_draws_do_not_divide_is_used_up_over_the_questions() -> None:
    recorded = table({(n, PLAIN): cell("aaab", Cost(2, 9)) for n in range(7)}, "a" * 7)

    fixed = replay(recorded, Sampled(PLAIN, FixedNumber(5), calls=5), rng(0, "replay"))
    mixed = replay(recorded, Mixture({PLAIN: 1.0}, FixedNumber(5), calls=5), rng(0, "replay"))
    shared = replay(recorded, Shared({PLAIN: 1.0}, calls=5), rng(0, "replay"))

    assert [cost.calls for cost in fixed.spent_on] == [4, 6, 4, 6, 4, 6, 4]
    assert mixed.spent_on == fixed.spent_on
    assert shared.cost.calls == 34


def test_the_draw_that_would_pass_the_budget_is_not_made_and_no_cheaper_one_is_looked_for() -> None:
    cells = {(n, PLAIN): cell("aa", Cost(3 if n == 1 else 1)) for n in range(3)}

    found = replay(table(cells, "aaa"), Shared({PLAIN: 1.0}, calls=1), rng(0, "replay"))

    assert [cost.calls for cost in found.spent_on] == [1, 0, 0]


def test_a_budget_below_one_draw_asks_nothing() -> None:
    recorded = table({(0, PLAIN): cell("aa", Cost(2))})

    found = replay(recorded, Sampled(PLAIN, FixedNumber(3), calls=1), rng(0, "replay"))

    assert (found.winners, found.cost) == ((None,), Cost())


def test_writing_is_paid_from_the_budget_also_where_nothing_was_fit_to_be_asked() -> None:
    cells = {(0, PLAIN): cell("aaaa")}
    recorded = table(cells, "a", {(0, REWORDED): Cost(3, 5)})

    found = replay(recorded, InTurn((PLAIN, REWORDED), FixedNumber(2), 5), rng(0, "replay"))
    short = replay(recorded, InTurn((PLAIN, REWORDED), FixedNumber(2), 3), rng(0, "replay"))

    assert found.spent == {ANSWERING: Cost(2, 20), PREPARING: Cost(3, 5)}
    assert short.spent == {ANSWERING: Cost(1, 10)}


def test_a_ledger_refuses_what_was_not_allowed() -> None:
    drawing = Drawing(table({(0, PLAIN): cell("aaa", Cost(2))}), rng(0, "draw"), most=5)

    drawing.allow(3)
    drawing.draw(0, PLAIN)

    assert (drawing.room, drawing.affords(0, PLAIN)) == (1, False)
    with pytest.raises(ValueError, match=r"^cost: 2 calls of answering with 1 left"):
        drawing.draw(0, PLAIN)
    assert (drawing.left(0, PLAIN), drawing.calls) == (2, 2)
    drawing.allow(100)
    assert drawing.room == 3


def test_choosing_that_cannot_be_paid_stays_with_the_first_prompt() -> None:
    conditions = (PLAIN, OTHER)
    cells = {(n, one): cell("bbbb") for n in range(2) for one in conditions}
    recorded = table(cells, "aa")
    learning = Learning(recorded, ("north", "north"))

    chosen = WithChoice(learning, Halving(conditions, keep=1, scale=0.0), 1)
    pooled = WithChoice(learning, PartlyPooled(conditions), 1, owners=("north", "north"))

    for method in (chosen, pooled):
        choice = method.choose(recorded, rng(0, "replay"))
        assert choice.spent == Cost()
        assert max(choice.shares[0], key=choice.shares[0].__getitem__) == PLAIN
        assert replay(recorded, method, rng(0, "replay")).spent[SELECTING] == Cost()


def test_pairs_that_begin_anew_differ_from_independent_draws_in_nothing_else() -> None:
    conditions = tuple(Condition(name) for name in "abcd")
    recorded = table({(n, one): cell("ab" * 6) for n in range(40) for one in conditions}, "a" * 40)
    found = {}

    for paired in (False, True):
        drawing = Drawing(recorded, rng(1, "draw"))
        Halving(conditions, paired, keep=1, scale=0.0, anew=True)(drawing, range(40), 80)
        found[paired] = (
            [{n for n in range(40) if drawing.left(n, one) < 12} for one in conditions],
            drawing.calls,
        )

    (apart, paid), (common, paid_too) = found[False], found[True]
    assert paid == paid_too == 80
    first = frozenset.intersection(*map(frozenset, common))
    assert len(first) == 10
    assert len(frozenset.intersection(*map(frozenset, apart))) < 10
