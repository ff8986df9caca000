import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_answers import OTHER, PLAIN, REWORDED, cell, table

from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import AnswersTable, Cost, Recorded
from fedbbpt.replay.methods import InTurn, Method, Mixture, Sampled, Shared
from fedbbpt.replay.replaying import Replayed, replay
from fedbbpt.votes.allocation import Plan
from fedbbpt.votes.confidence import MostConfident
from fedbbpt.votes.stopping import AdaptiveConsistency, EarlyStopping, FixedNumber

EQUALLY = {PLAIN: 1.0, OTHER: 1.0}
METHODS: list[Method] = [
    Sampled(PLAIN, FixedNumber(1)),
    Sampled(PLAIN, FixedNumber(6)),
    Sampled(PLAIN, AdaptiveConsistency(0.95, 6)),
    Sampled(PLAIN, EarlyStopping(3, 6)),
    InTurn((PLAIN, OTHER), FixedNumber(4)),
    Mixture(EQUALLY, FixedNumber(5)),
    Shared(EQUALLY, 3.0, Plan(2, 8)),
]
LETTERS = st.text("ab.", max_size=6)


def run(recorded: AnswersTable, method: Method) -> Replayed:
    return replay(recorded, method, rng(7, "replay"))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
@given(cells=st.lists(st.tuples(LETTERS, LETTERS), max_size=4))
def test_what_was_paid_is_the_same_by_purpose_and_by_question(
    method: Method, cells: list[tuple[str, str]]
) -> None:
    recorded = table(
        {
            (number, condition): cell(letters)
            for number, both in enumerate(cells)
            for condition, letters in zip((PLAIN, OTHER), both, strict=True)
        },
        "a" * len(cells),
    )

    found = run(recorded, method)

    assert found.cost.calls == sum(cost.calls for cost in found.spent_on)
    assert found.cost.tokens == 10 * found.cost.calls
    assert len(found.right) == len(found.spent_on) == len(cells)
    for number, (winner, both) in enumerate(zip(found.winners, cells, strict=True)):
        assert winner is None or winner in "".join(both)
        assert found.spent_on[number].calls <= len("".join(both))


def test_a_fixed_number_of_draws_costs_that_number() -> None:
    recorded = table({(0, PLAIN): cell("aaaab"), (1, PLAIN): cell("bbbab")}, "aa")

    found = run(recorded, Sampled(PLAIN, FixedNumber(5)))

    assert found.winners == ("a", "b")
    assert (found.accuracy, found.calls_each, found.cost) == (0.5, 5.0, Cost(10, 100))


def test_agreement_saves_calls() -> None:
    recorded = table({(0, PLAIN): cell("a" * 40)})

    found = run(recorded, Sampled(PLAIN, AdaptiveConsistency(0.95, 40)))

    assert (found.winners, found.cost.calls) == (("a",), 4)


def test_paraphrases_in_turn_share_the_draws_evenly_and_are_paid_for() -> None:
    cells = {(0, PLAIN): cell("aaaa"), (0, REWORDED): cell("bbbb")}
    recorded = table(cells, "a", {(0, REWORDED): Cost(1, 5)})

    found = run(recorded, InTurn((PLAIN, REWORDED), FixedNumber(4)))

    assert found.winners == ("a",)  # two each: the question in its own words decides
    assert found.cost == Cost(5, 45)


def test_in_turn_passes_over_a_cell_that_has_run_out() -> None:
    cells = {(0, PLAIN): cell("a"), (0, REWORDED): cell("bbb")}

    found = run(table(cells), InTurn((PLAIN, REWORDED), FixedNumber(4)))

    assert (found.winners, found.cost.calls) == (("b",), 4)


def test_a_mixture_draws_by_its_shares() -> None:
    count = 200
    cells = {(n, c): cell(a) for n in range(count) for c, a in ((PLAIN, "a"), (OTHER, "b"))}
    recorded = table(cells, "a" * count)

    found = run(recorded, Mixture({PLAIN: 3.0, OTHER: 1.0}, FixedNumber(1)))

    assert found.accuracy == pytest.approx(0.75, abs=0.09)


def test_shared_draws_go_to_the_question_that_is_split() -> None:
    cells = {(0, PLAIN): cell("abab" * 5), **{(n, PLAIN): cell("a" * 20) for n in range(1, 6)}}
    recorded = table(cells, "a" * 6)

    found = run(recorded, Shared({PLAIN: 1.0}, 4.0))

    assert found.cost.calls == 24
    assert found.spent_on[0] == max(found.spent_on)


def test_a_share_of_the_most_confident_can_turn_the_vote() -> None:
    sure, unsure = Recorded("a", confidence=-0.01), Recorded("b", confidence=-3.0)
    recorded = table({(0, PLAIN): (sure, unsure, unsure)})

    plain = run(recorded, Sampled(PLAIN, FixedNumber(3)))
    confident = run(recorded, Sampled(PLAIN, FixedNumber(3), MostConfident(0.3)))

    assert (plain.winners, confident.winners) == (("b",), ("a",))


def test_a_question_without_samples_has_no_answer_and_costs_nothing() -> None:
    found = run(table({}, "ab"), Sampled(PLAIN))

    assert (found.winners, found.cost, found.accuracy) == ((None, None), Cost(), 0.0)


def test_no_question_at_all_is_no_accuracy() -> None:
    found = run(table({}, ""), Sampled(PLAIN))

    assert (found.accuracy, found.calls_each) == (0.0, 0.0)


def test_settings_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^conditions: "):
        InTurn(())
    with pytest.raises(ValueError, match=r"^shares: "):
        Mixture({PLAIN: 0.0})
    with pytest.raises(ValueError, match=r"^calls: 0"):
        Shared({PLAIN: 1.0}, 0.5)
