"""The comparison of docs/voting.md, on fewer worlds."""

from differing_clients import LIVE, asked, measured, table_text

from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.robustness import certified
from fedbbpt.votes.sums import Rules
from fedbbpt.votes.tally import tally


def test_weights_hold_against_colluders_that_take_the_majority() -> None:
    found = {rule: accuracy for rule, (accuracy, _) in measured("colluding", 4, worlds=1).items()}

    assert found["smaller of the two"] > found["majority"] + 20
    assert found["smaller of the two"] > found["agreement"] + 20


def test_a_sleeper_is_found_by_agreement_and_not_by_gold() -> None:
    found = {rule: accuracy for rule, (accuracy, _) in measured("sleeper", 2, worlds=1).items()}

    assert found["smaller of the two"] > found["gold"] + 10


def test_honest_clients_lose_nothing_by_weights() -> None:
    found = {rule: accuracy for rule, (accuracy, _) in measured("colluding", 0, worlds=1).items()}

    assert found.pop("honest alone") == found["majority"]
    assert min(found.values()) > found["majority"] - 3


def test_what_is_certified_is_what_the_honest_ones_chose() -> None:
    f = 3
    certain = 0

    for row in asked(0, "colluding", f).live:
        ballots = [ballot_of(str(n), [Sample(str(said))]) for n, said in enumerate(row)]
        counted = tally(ballots, Rules())
        if certified(counted, f):
            certain += 1
            assert tally(ballots[:-f], Rules()).winner == counted.winner

    assert 0 < certain < LIVE


def test_the_table_has_a_line_for_every_case() -> None:
    text = table_text([("always wrong", 0), ("sleeper", 1)], worlds=1)

    assert [line.split("|")[1].strip() for line in text.splitlines()[2:]] == ["none", "sleeper"]
