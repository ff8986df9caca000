"""Methods draw nothing twice; those that a table holds too little for are left out and named."""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedbbpt.experiment.replaying.contest import OURS, trials
from fedbbpt.experiment.replaying.further_trials import further_trials
from fedbbpt.experiment.replaying.holding import Held, Orders, held
from fedbbpt.experiment.replaying.recording import Tables
from fedbbpt.experiment.replaying.recording_plan import Recording, Samples
from fedbbpt.experiment.replaying.shown_sets import ShownSet
from fedbbpt.prompts import Message, Prompt
from fedbbpt.randomness import rng
from fedbbpt.replay.after_making import AfterMaking
from fedbbpt.replay.answers_table import AnswersTable, Condition, Cost, Recorded
from fedbbpt.replay.drawing import ANSWERING, PREPARING
from fedbbpt.replay.replaying import replay
from fedbbpt.replay.with_choice import SELECTING, Learning
from fedbbpt.work.prompt_mix import Ingredient

QUESTIONS = 6
OWNERS = ("north", "south", "north", "south", "north", "south")
TRIGGER = "{input}\n\nLet's think step by step."
MADE = ShownSet("made", (("What is 2 + 2?", "Answer: 4"),), unchecked=True, cost=Cost(6, 60))


def recording(samples: Samples, *, paraphrases: int = 0, shown: bool = False) -> Recording:
    """Return a plan over three prompts."""
    texts = {"start": "{input}", "steps": TRIGGER, "short": "{input} Be brief."}
    prompts = tuple(
        Ingredient(name, Prompt((Message("user", text),))) for name, text in texts.items()
    )
    sets = (MADE,) if shown else ()
    return Recording(prompts, samples, paraphrases=paraphrases, shown=sets)


def tables(plan: Recording, seed: int = 0) -> Tables:
    """Return tables in which each sample has one bit of its own among the tokens.

    So a sum of tokens has as many bits as draws if, and only if, none was drawn twice.
    """
    bits, chance = count(), rng(seed, "made-up answers")

    def cell(number: int) -> tuple[Recorded, ...]:
        drawn = chance.random(number) < 0.6
        return tuple(Recorded("yes" if one else "no", Cost(1, 1 << next(bits))) for one in drawn)

    def table(conditions: list[Condition], *, training: bool) -> AnswersTable:
        cells = {
            (question, one): cell(plan.times(one, training=training))
            for question in range(QUESTIONS)
            for one in conditions
            # Every third paraphrase was not fit to be asked.
            if not one.wording or (question + len(one.wording)) % 3
        }
        paid = {(question, one): Cost(1) for question, one in cells if one.wording}
        return AnswersTable(("yes",) * QUESTIONS, cells, paid, ("yes", "no"))

    shown = [plan.under(one) for one in plan.shown]
    asked = [*plan.conditions, *plan.wordings[1:], *shown]
    learning = Learning(table(list(plan.conditions), training=True), OWNERS)
    return Tables(learning, table(asked, training=False), OWNERS, 0, exact=False)


def plans() -> st.SearchStrategy[Recording]:
    """Return plans with unequal numbers of samples."""
    few = st.integers(1, 6)
    samples = st.builds(Samples, few, few, few, few, st.integers(0, 3))
    return st.builds(
        lambda one, written, shown: recording(one, paraphrases=written, shown=shown),
        samples,
        st.integers(0, 2),
        st.booleans(),
    )


@settings(max_examples=25, deadline=None)
@given(plan=plans(), budget=st.integers(1, 8), seed=st.integers(0, 9))
def test_no_draw_is_used_twice_by_one_method_on_one_question(
    plan: Recording, budget: int, seed: int
) -> None:
    recorded = tables(plan, seed)
    methods = [one.method for one in trials(recorded, plan, budget)]
    methods += [
        one.trial.method for one in further_trials(recorded, plan, budget) if not one.refused
    ]

    for method in methods:
        done = replay(recorded.asked, method, rng(seed, "order"))

        for purpose in (ANSWERING, SELECTING):
            spent = done.spent.get(purpose, Cost())
            assert spent.tokens.bit_count() == spent.calls
        assert done.cost.calls <= budget * QUESTIONS


def names(found: Held, budget: int) -> set[str]:
    return {one.name for one in found.played if one.budget == budget}


def lines(found: Held, name: str) -> Iterator[str]:
    return (line for line in found.notes if line.startswith(f"{name} "))


def test_a_method_that_needs_more_draws_than_were_recorded_is_left_out_and_it_is_said() -> None:
    plan = recording(Samples(20, 4), paraphrases=2)

    found = held(tables(plan), plan, (3, 10), Orders(3, 0))

    assert {"SC", "AC .95", "TRIPLE", "oracle"} <= names(found, 3)
    assert "SC" in names(found, 10)
    assert "TRIPLE" not in names(found, 10)
    (said,) = [line for line in lines(found, "TRIPLE") if "TRIPLE paired" not in line]
    assert "left out at 10 calls" in said
    assert "than were recorded" in said


def test_a_method_that_mixes_goes_on_with_its_other_prompts_and_it_is_said() -> None:
    plan = recording(Samples(20, 2))

    found = held(tables(plan), plan, (10,), Orders(3, 0))

    assert {"mixture", OURS} <= names(found, 10)
    (said,) = lines(found, "mixture")
    assert "others took over" in said
    assert all(one.calls.mean() <= 10 for one in found.played)


def test_with_as_many_samples_everywhere_nothing_runs_out() -> None:
    plan = recording(Samples(12))

    found = held(tables(plan), plan, (1, 3, 10), Orders(3, 0))

    assert found.notes == ()
    assert "allocation" in names(found, 10)


def test_one_call_under_a_published_trigger_has_a_row() -> None:
    plan = recording(Samples(5))

    found = held(tables(plan), plan, (1, 3), Orders(2, 0))

    assert "zero-shot-cot" in names(found, 1)
    assert "plan-and-solve" not in names(found, 1)
    assert "zero-shot-cot" not in names(found, 3)


def test_exemplars_have_a_row_that_pays_for_them_and_one_that_does_not() -> None:
    plan = recording(Samples(8), shown=True)

    found = held(tables(plan), plan, (1, 4), Orders(2, 0))
    by_name = {(one.name, one.budget): one for one in found.played}

    assert by_name["fed-dp-cot (made)", 4].calls.mean() == 4
    assert by_name["fed-dp-cot (made) free", 1].calls.mean() == 1
    assert ("fed-dp-cot (made)", 1) not in by_name
    (said,) = lines(found, "fed-dp-cot")
    assert "left out at 1 calls: making its exemplars took 6 calls" in said


def test_paraphrases_have_a_free_row_that_pays_for_answers_alone() -> None:
    plan = recording(Samples(8), paraphrases=2)
    recorded = tables(plan)

    (free,) = [
        one for one in further_trials(recorded, plan, 4) if one.trial.name == "paraphrases free"
    ]
    done = replay(free.table, free.trial.method, rng(0, "order"))

    assert set(done.spent) == {ANSWERING}
    assert done.cost.calls == 4 * QUESTIONS


def test_recipes_choose_rows_with_what_is_free_of_them() -> None:
    plan = recording(Samples(8), paraphrases=2, shown=True)

    found = held(tables(plan), plan, (4,), Orders(2, 0, ("paraphrases", "fed-dp-cot")))

    paid = {"paraphrases", "fed-dp-cot (made)"}
    assert names(found, 4) == {*paid, *(f"{name} free" for name in paid), OURS}


def test_making_is_paid_once_and_what_is_left_is_dealt_evenly() -> None:
    plan = recording(Samples(8), shown=True)
    recorded = tables(plan)
    method = AfterMaking(plan.under(MADE), MADE.cost, 4)

    done = replay(recorded.asked, method, rng(0, "order"))

    assert done.spent[PREPARING] == MADE.cost
    assert [one.calls for one in done.spent_on] == [3] * QUESTIONS
    with pytest.raises(ValueError, match="calls: 0 a question"):
        AfterMaking(plan.under(MADE), MADE.cost, 0)
