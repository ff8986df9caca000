"""Ways of reasoning that ask more than once: samples, wordings, checks; all of it is charged."""

from collections.abc import Callable, Sequence

import pytest
from adder import Adder, question

from fedbbpt.answers import Answer, Missing, Text, Unreadable
from fedbbpt.completions import Completion, Request
from fedbbpt.data import Example
from fedbbpt.extraction.number import Number
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning import Reasoning
from fedbbpt.reasoning.exchange import dropped_by
from fedbbpt.reasoning.self_consistency import SelfConsistency
from fedbbpt.reasoning.self_verification import SelfVerification
from fedbbpt.reasoning.synonymous_questions import SynonymousQuestions
from fedbbpt.reasoning.zero_shot_cot import ZeroShotCot

PLAIN = Prompt((Message("user", "{input}"),))
NUMBERS = ZeroShotCot(kind=Number())
ASKED = question(5, 6, 7)
Model = Callable[[Request], Completion | Missing]


def held(
    reasoning: Reasoning, model: Model, asked: str = ASKED, sample: int = 0
) -> tuple[list[list[Request]], Answer]:
    """Return the requests, list by list, and the answer of one exchange."""
    dialogue = reasoning.start(PLAIN, asked, sample=sample)
    lists: list[list[Request]] = []
    step = dialogue.step(())
    while isinstance(step, Sequence):
        lists.append(list(step))
        step = dialogue.step([model(request) for request in step])
    return lists, step


def by_sample(*texts: str) -> Model:
    """Answer each request by its number of the draw."""
    return lambda request: Completion(texts[request.sample % len(texts)])


def test_the_majority_of_samples_wins_and_each_is_a_draw_of_its_own() -> None:
    how = SelfConsistency(samples=5, temperature=0.5, inner=NUMBERS)

    lists, answer = held(how, by_sample("Answer: 8", "Answer: 7", "none", "7.0", "Answer: 9"))

    assert answer == Text("7")
    assert [len(requests) for requests in lists] == [5]
    assert {request.temperature for request in lists[0]} == {0.5}
    assert sorted(request.sample for request in lists[0]) == [0, 1, 2, 3, 4]


def test_another_draw_of_the_vote_has_samples_of_its_own() -> None:
    lists, _ = held(SelfConsistency(samples=4, inner=NUMBERS), Adder().reply, sample=3)

    assert sorted(request.sample for request in lists[0]) == [12, 13, 14, 15]


def test_second_calls_of_samples_are_charged_and_stay_greedy() -> None:
    inner = ZeroShotCot(kind=Number(), second_call=True)
    how = SelfConsistency(samples=3, inner=inner)

    lists, answer = held(how, Adder().reply)

    assert how.most_requests == 6
    assert [len(requests) for requests in lists] == [3, 3]
    assert {request.temperature for request in lists[1]} == {0.0}
    assert answer == Text("18")


def test_a_vote_in_which_nobody_answers_is_unreadable() -> None:
    _, answer = held(SelfConsistency(inner=NUMBERS), by_sample("no idea"))

    assert isinstance(answer, Unreadable)


def test_a_sample_without_a_reply_makes_the_question_missing() -> None:
    def model(request: Request) -> Completion | Missing:
        return Missing("timeout") if request.sample == 2 else Completion("Answer: 7")

    _, answer = held(SelfConsistency(inner=NUMBERS), model)

    assert answer == Missing("timeout")


def test_wordings_with_other_numbers_are_paid_and_have_no_vote() -> None:
    how = SynonymousQuestions(count=4, inner=NUMBERS)

    lists, answer = held(how, Adder().reply)

    # The adder changes a number in every second draw: two of four wordings are kept.
    assert [len(requests) for requests in lists] == [4, 3]
    assert how.most_requests == 4 + 5
    assert answer == Text("18")


def test_what_is_thrown_away_is_counted_through_every_wrapper() -> None:
    how = SelfConsistency(samples=2, inner=SynonymousQuestions(count=4, inner=NUMBERS))
    dialogue = how.start(PLAIN, ASKED)
    step = dialogue.step(())
    while isinstance(step, Sequence):
        step = dialogue.step([Adder().reply(request) for request in step])

    assert dropped_by(dialogue) == 4


def test_a_tie_goes_to_the_question_in_its_own_words() -> None:
    def model(request: Request) -> Completion:
        if "in other words" in request.messages[-1].content:
            return Completion(
                f"<question>Add 5, 6 and 7. Draw no {'x' * request.sample}</question>"
            )
        original = request.messages[-1].content.startswith(ASKED)
        return Completion("Answer: 9" if original else "Answer: 8")

    _, answer = held(SynonymousQuestions(count=1, inner=NUMBERS), model)

    assert answer == Text("9")


def test_own_questions_with_the_same_numbers_vote() -> None:
    own = [
        Example("same", "What is 5 + 6 + 7 in all?", ("18",)),
        Example("other", "What is 5 + 6 + 8?", ("19",)),
        Example("far", "Which colour has the sea?", ("blue",)),
        Example("itself", ASKED, ("18",)),
    ]
    how = SynonymousQuestions(source="own", inner=NUMBERS).at(own)

    lists, _ = held(how, by_sample("Answer: 1"))

    asked = [request.messages[-1].content.split("\n")[0] for request in lists[0]]
    assert asked == [ASKED, own[0].input]


def test_questions_with_other_numbers_are_solved_and_shown_with_a_warning() -> None:
    own = [
        Example("one", "What is 5 + 6 + 8?", ("19",)),
        Example("two", "What is 1 + 2 + 3?", ("6",)),
    ]
    how = SynonymousQuestions(
        numbers="other", source="own", count=2, least_likeness=0.0, inner=NUMBERS
    ).at(own)

    lists, answer = held(how, Adder().reply)

    assert [len(requests) for requests in lists] == [2, 1]
    shown = [message.content for message in lists[1][0].messages]
    assert "may contain mistakes" in shown[0]
    assert shown[1].endswith("Answer: 19")
    assert (len(shown), answer) == (5, Text("18"))


def test_candidates_are_checked_only_where_they_differ() -> None:
    lists, answer = held(SelfVerification(inner=NUMBERS), Adder().reply)

    assert [len(requests) for requests in lists] == [3]
    assert answer == Text("18")


def test_the_candidate_that_passes_more_checks_wins_over_the_more_frequent() -> None:
    def model(request: Request) -> Completion:
        text = request.messages[-1].content
        if "Somebody answers" in text:
            return Completion("Answer: yes" if "answers: 18" in text else "Answer: no")
        return Completion("Answer: 18" if request.sample == 0 else "Answer: 17")

    how = SelfVerification(samples=3, checks=2, inner=NUMBERS)
    lists, answer = held(how, model)

    assert answer == Text("18")
    assert [len(requests) for requests in lists] == [3, 4]
    assert how.most_requests == 9


def test_hidden_numbers_are_asked_for_given_each_candidate() -> None:
    def model(request: Request) -> Completion:
        text = request.messages[-1].content
        if "hidden behind X" in text:
            hidden = 18 - sum(n for n in (5, 6, 7) if f"{n}" in text.split("\n")[2])
            return Completion(f"Answer: {hidden}" if "question is 18" in text else "Answer: 3")
        return Completion("Answer: 18" if request.sample == 0 else "Answer: 17")

    lists, answer = held(SelfVerification(check="mask", checks=2, inner=NUMBERS), model)

    assert answer == Text("18")
    masked = [request.messages[-1].content.split("\n")[2] for request in lists[1]]
    assert masked == ["What is X + 6 + 7?", "What is 5 + X + 7?"] * 2


@pytest.mark.parametrize(
    ("how", "settings", "named"),
    [
        (SelfConsistency, {"samples": 1}, "samples"),
        (SelfConsistency, {"temperature": 0.0}, "temperature"),
        (SelfVerification, {"checks": 0}, "samples, checks"),
        (SelfVerification, {"check": "doubt"}, "check"),
        (SelfVerification, {"temperature": 0.0}, "temperature"),
        (SynonymousQuestions, {"numbers": "none"}, "numbers"),
        (SynonymousQuestions, {"source": "web"}, "source"),
        (SynonymousQuestions, {"count": 0}, "count"),
        (SynonymousQuestions, {"least_likeness": 2.0}, "least_likeness"),
    ],
)
def test_settings_of_several_samples_that_cannot_be_meant_are_refused(
    how: type, settings: dict[str, object], named: str
) -> None:
    with pytest.raises(ValueError, match=f"^{named}"):
        how(**settings)
