from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.votes.lead_tables import evidence_table, leaning_table
from fedbbpt.votes.leaning import leaning
from fedbbpt.votes.stopping import (
    AdaptiveConsistency,
    EarlyStopping,
    FixedNumber,
    ModeCertified,
    StoppingRule,
    leaders,
)

RULES: list[StoppingRule] = [
    FixedNumber(12),
    FixedNumber(12, settled=True),
    AdaptiveConsistency(0.9, 12),
    EarlyStopping(3, 12),
    ModeCertified(0.2, None, 12),
    ModeCertified(0.2, 3, 12),
]
ANSWERS = st.lists(st.sampled_from(["a", "b", "c", None]), min_size=1, max_size=14)


@pytest.mark.parametrize(
    ("threshold", "needed"),
    [
        (0.90, (3, 5, 6, 8, 9, 11, 12, 13, 15)),
        (0.95, (4, 6, 8, 9, 11, 12, 14, 15, 17)),
        (0.99, (6, 9, 11, 13, 14, 16, 18, 19, 21)),
    ],
)
def test_the_tables_of_adaptive_consistency_are_the_known_ones(
    threshold: float, needed: tuple[int, ...]
) -> None:
    assert leaning_table(threshold, 40)[:9] == needed


@pytest.mark.parametrize(
    ("delta", "needed"),
    [
        (0.20, (4, 7, 9, 11, 13, 15, 17, 18, 20)),
        (0.05, (7, 10, 12, 14, 16, 18, 20, 22, 24)),
    ],
)
def test_the_tables_of_the_e_process_for_two_answers_are_the_known_ones(
    delta: float, needed: tuple[int, ...]
) -> None:
    assert evidence_table(delta, 60, 2, choices=2)[:9] == needed


def test_a_table_asks_for_the_least_that_suffices_and_ends_at_the_cap() -> None:
    table = leaning_table(0.95, 40)

    for runner_up, leader in enumerate(table):
        assert leaning(leader, runner_up) >= 0.95 > leaning(leader - 1, runner_up)
        assert leader + runner_up <= 40
    assert leaning(40 - len(table), len(table)) < 0.95


@pytest.mark.parametrize("rule", RULES, ids=str)
@given(answers=ANSWERS)
def test_every_rule_stops_at_its_cap_and_abstentions_alone_stop_none(
    rule: StoppingRule, answers: list[str | None]
) -> None:
    assert rule.stops([*answers, *[None] * rule.cap])
    assert not rule.stops([None] * (rule.cap - 1))


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if not isinstance(rule, EarlyStopping)], ids=str
)
@given(answers=ANSWERS, data=st.data())
def test_rules_of_counts_do_not_look_at_the_order(
    rule: StoppingRule, answers: list[str | None], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(answers))

    assert rule.stops(shuffled) == rule.stops(answers)


def test_a_settled_vote_is_what_all_draws_would_have_said() -> None:
    rule = FixedNumber(5, settled=True)

    for answers in product("ab", repeat=5):
        stopped = next(n for n in range(1, 6) if rule.stops(answers[:n]))

        early = max("ab", key=answers[:stopped].count)
        assert early == max("ab", key=answers.count)


def test_early_stopping_looks_at_the_end_of_windows_only() -> None:
    rule = EarlyStopping(3, 12)

    assert rule.stops(["a", "a", "a"])
    assert not rule.stops(["a", "a"])
    assert not rule.stops(["b", "a", "a", "a"])
    assert rule.stops(["b", "a", "a", "a", "a", "a"])


def test_a_window_agrees_where_most_of_it_are_one_answer_and_none_another() -> None:
    rule = EarlyStopping(5, 40)

    assert rule.stops(["a", None, "a", "a", None])
    assert not rule.stops(["a", None, "a", None, None])
    assert not rule.stops(["a", "a", "a", "a", "b"])


def test_the_e_process_asks_for_more_the_more_answers_there_are() -> None:
    rule = ModeCertified(0.05, None, 60)
    nine, twelve = ["a"] * 9, ["a"] * 12

    assert rule.stops(nine)
    assert not rule.stops(nine[:-1])
    assert not rule.stops([*twelve[:-1], "b"])
    assert not rule.stops([*twelve, "b", "c"])


def test_leaders_of_nothing_are_nobody() -> None:
    assert leaders([None]) == (0, 0, 0)
    assert leaders(["a", "b", "b", None]) == (2, 1, 2)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^cap: 0"):
        FixedNumber(0)
    with pytest.raises(ValueError, match=r"^cap: 0"):
        AdaptiveConsistency(0.95, 0)
    with pytest.raises(ValueError, match=r"^threshold: 0\.5"):
        AdaptiveConsistency(0.5)
    with pytest.raises(ValueError, match=r"^window: 5 of at most 4"):
        EarlyStopping(5, 4)
    with pytest.raises(ValueError, match=r"^delta: 0"):
        ModeCertified(0)
    with pytest.raises(ValueError, match=r"^counts: -1"):
        leaning(-1, 0)
