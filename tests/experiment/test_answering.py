"""How a question stands while owners cast: ties, double votes, abstentions, and when to stop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.errors import DataError
from fedbbpt.experiment.answering.asking import ask_all
from fedbbpt.experiment.answering.asking_plan import AskingPlan, at_least
from fedbbpt.experiment.answering.conditions import conditions_of
from fedbbpt.experiment.answering.questions import Asked, canonical
from fedbbpt.experiment.answering.standing import Standing
from fedbbpt.extraction.number import Number
from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.question import Cast, Question
from fedbbpt.votes.sums import InTheClear

OWNERS = ("anna", "bert", "cleo")
RULES = st.sampled_from(
    [
        AskingPlan("fixed", 7),
        AskingPlan("ac", 15),
        AskingPlan("esc", 15, window=3),
        AskingPlan("e-process", 15),
    ]
)


@dataclass
class Played:
    """Owners that answer from a table: question text, then owner, or "*" for all; draws in turn.

    Attributes:
        said: answers by question text and draw number modulo their number; None abstains, an
            empty text is a missing reply.
        polls: draws in each poll.
    """

    said: Mapping[str, Sequence[str | None]]
    polls: list[int] = field(default_factory=list)

    async def poll(self, questions: Mapping[str, Sequence[Question]]) -> list[Cast]:
        self.polls.append(sum(len(q.draws) for mine in questions.values() for q in mine))
        return [self.cast(owner, q) for owner, mine in sorted(questions.items()) for q in mine]

    def cast(self, owner: str, question: Question) -> Cast:
        table = self.said[question.text]
        answers = [table[draw % len(table)] for draw in question.draws]
        there = [Sample(answer) for answer in answers if answer != ""]
        return Cast(question.place, ballot_of(owner, there), answers.count(""))


def standing(
    plan: AskingPlan, text: str = "q", owners: Sequence[str] = OWNERS, place: int = 0
) -> Standing:
    return Standing(place, Asked(text, text), plan, owners, (), InTheClear())


async def asked(plan: AskingPlan, *said: str | None, owners: Sequence[str] = OWNERS) -> Standing:
    stands = standing(plan, owners=owners)
    await ask_all([stands], plan, Played({"q": said}))
    return stands


async def test_a_fixed_number_asks_every_owner_equally_often() -> None:
    stands = await asked(AskingPlan("fixed", 6), "a", "b", "a")

    assert dict(stands.made) == dict.fromkeys(OWNERS, 2)
    assert stands.verdict().winner == "a"
    assert stands.verdict().calls == 6
    assert stands.verdict().evidence is None


async def test_draws_by_owners_at_random_bring_evidence() -> None:
    stands = await asked(AskingPlan("e-process", 40), "a")

    evidence = stands.verdict().evidence

    assert evidence is not None
    assert evidence.certifies(0.05)
    assert stands.draws == 9


async def test_nobody_wins_where_all_abstain() -> None:
    stands = await asked(AskingPlan("ac", 6), None)

    decided = stands.verdict()

    assert (decided.winner, decided.abstentions, decided.calls) == (None, 6, 6)
    assert conditions_of(decided, OWNERS, at_random=True) == (
        "nothing is proven: nobody gave a usable answer",
    )


async def test_draws_without_a_reply_are_no_abstentions_and_end_at_the_cap() -> None:
    stands = await asked(AskingPlan("ac", 6), "")

    assert (stands.draws, stands.missing, stands.verdict().abstentions) == (6, 6, 0)


async def test_one_owner_alone_is_said_to_be_its_word() -> None:
    stands = await asked(AskingPlan("fixed", 3), "a", owners=("anna",))

    said = conditions_of(stands.verdict(), ("anna",), at_random=False)

    assert stands.verdict().winner == "a"
    assert said[0].startswith("one owner alone was asked")


async def test_two_owners_in_a_tie_are_decided_by_text_and_it_is_said() -> None:
    stands = await asked(AskingPlan("fixed", 2), "b", "a", owners=("anna", "bert"))

    decided = stands.verdict()

    assert (decided.winner, decided.decided_by, decided.tolerates) == ("a", "order of choices", 0)
    said = conditions_of(decided, ("anna", "bert"), at_random=False)
    assert said[-1] == (
        "a tie, decided by the order of the labels, else by that of the answers as texts"
    )


def test_an_owner_that_votes_twice_is_not_counted_and_named() -> None:
    stands = standing(AskingPlan("fixed", 3))
    stands.take(3)

    casts = [Cast(0, ballot_of(owner, [Sample("a")])) for owner in OWNERS]
    stands.tell([*casts, Cast(0, ballot_of("cleo", [Sample("b")]))])

    decided = stands.verdict()
    assert decided.refused == ("cleo",)
    assert [(total.answer, total.votes) for total in decided.standings] == [("a", 2)]
    assert any(
        "not counted: cleo" in said for said in conditions_of(decided, OWNERS, at_random=False)
    )


def test_the_same_cast_twice_is_one() -> None:
    stands = standing(AskingPlan("fixed", 3))
    stands.take(3)

    stands.tell([Cast(0, ballot_of(owner, [Sample("a")])) for owner in (*OWNERS, "cleo")])

    assert stands.verdict().refused == ()
    assert stands.verdict().standings[0].votes == 3


def test_more_votes_than_were_asked_for_are_not_counted() -> None:
    stands = standing(AskingPlan("fixed", 3))
    stands.take(3)

    stands.tell([Cast(0, ballot_of("anna", [Sample("a")] * 3))])

    assert stands.verdict().winner is None
    assert stands.verdict().refused == ("anna",)


def test_an_owner_that_was_not_asked_is_not_heard() -> None:
    stands = standing(AskingPlan("fixed", 3))
    stands.take(3)

    stands.tell([Cast(0, ballot_of("mallory", [Sample("a")]))])

    assert stands.verdict().winner is None


@given(plan=RULES, said=st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=15))
def test_draws_under_way_at_once_are_never_more_than_one_by_one(
    plan: AskingPlan, said: list[str | None]
) -> None:
    rule = plan.stopping(())
    answers = [said[draw % len(said)] for draw in range(rule.cap)]
    one_by_one = next(n for n in range(1, rule.cap + 1) if rule.stops(answers[:n]))

    drawn = 0
    while not (drawn and rule.stops(answers[:drawn])):
        drawn += at_least(rule, answers[:drawn])

    assert drawn == one_by_one


async def test_shared_draws_go_to_the_question_that_is_least_settled() -> None:
    plan = AskingPlan("shared", 5, most=12)
    said = {"easy": ["a"], "hard": ["a", "b"], "sure": ["c"]}
    stands = [standing(plan, text, place=place) for place, text in enumerate(said)]
    played = Played(said)

    await ask_all(stands, plan, played)

    assert sum(one.draws for one in stands) == 15
    assert stands[1].draws > 7
    assert min(stands[0].draws, stands[2].draws) >= 2
    assert played.polls[0] == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule": "never"}, "rule: 'never' is unknown"),
        ({"rule": "ac", "threshold": 1.0}, "threshold"),
        ({"rule": "e-process", "delta": 0.0}, "delta"),
        ({"rule": "esc", "window": 1}, "window"),
        ({"rule": "shared", "draws": 9, "most": 5}, "most: 5"),
        ({"rule": "fixed", "draws": 0}, "cap: 0"),
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AskingPlan(**changes)  # type: ignore[arg-type]


def test_targets_are_compared_in_their_canonical_form() -> None:
    asked = canonical(Asked("one", "How many?", ("1,200",)), Number())

    assert asked.targets == ("1200",)
    with pytest.raises(DataError, match="is none of the task's answers"):
        canonical(Asked("two", "How many?", ("many",)), Number())
