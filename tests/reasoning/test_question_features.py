"""What is retrieved by a sentence encoder instead of n-grams, and when the encoder works."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fedbbpt.completions import Request
from fedbbpt.data import Example
from fedbbpt.distributions import Floats
from fedbbpt.prompts import Message, Prompt
from fedbbpt.reasoning import question_features
from fedbbpt.reasoning.few_shot_cot import FewShotCot
from fedbbpt.reasoning.question_features import QuestionFeatures
from fedbbpt.reasoning.retrieval import Pool
from fedbbpt.reasoning.self_consistency import SelfConsistency
from fedbbpt.reasoning.synonymous_questions import SynonymousQuestions

PLAIN = Prompt((Message("user", "{input}"),))
OWN = tuple(
    Example(str(place), text, ("yes",))
    for place, text in enumerate(("the dog barks", "a purring kitten", "dogs bark at the cat"))
)
CATS = ("cat", "kitten", "purr")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return what an encoder that knows only cats from dogs is asked, in turn."""
    told: list[list[str]] = []

    def encode(texts: Sequence[str]) -> Floats:
        told.append(list(texts))
        return np.array([[3.0, 0.1] if any(c in t for c in CATS) else [0.0, 2.0] for t in texts])

    monkeypatch.setattr(question_features, "check_encoder", lambda _model, _base: None)
    monkeypatch.setattr(question_features, "load_encoder", lambda _model, _base: encode)
    return told


def first_asked(requests: object) -> str:
    assert isinstance(requests, Sequence)
    request = requests[0]
    assert isinstance(request, Request)
    return "\n".join(message.content for message in request.messages)


def test_an_encoder_finds_what_shares_no_word(asked: list[list[str]]) -> None:
    questions = tuple(example.input for example in OWN[:2])

    by_meaning = Pool(questions, QuestionFeatures("some model")).nearest("the cat")
    by_words = Pool(questions).nearest("the cat")

    assert [one.place for one in by_meaning] == [1, 0]
    assert by_meaning[0].likeness == pytest.approx(1.0)
    assert [one.place for one in by_words] == [0, 1]
    assert asked


def test_each_question_is_embedded_once_and_by_itself(asked: list[list[str]]) -> None:
    features = QuestionFeatures("some model")
    first, second = Pool(("a", "b"), features), Pool(("b", "c"), features)
    assert asked == []

    for pool in (first, second, first):
        pool.embed()
        pool.nearest("d")

    assert asked == [["a"], ["b"], ["d"], ["c"]]


def test_an_owners_questions_are_embedded_when_it_joins_and_not_while_others_wait(
    asked: list[list[str]],
) -> None:
    plan = FewShotCot(choose="own", count=1, features="some model")
    assert asked == []

    told = plan.at(OWN)
    ready = len(asked)
    shown = first_asked(told.start(PLAIN, "my cat").step(()))

    assert ready == len(OWN)
    assert len(asked) == ready + 1
    assert "a purring kitten" in shown
    assert "the dog barks" not in shown


def test_a_way_of_reasoning_inside_another_is_told_as_well(asked: list[list[str]]) -> None:
    inner = SynonymousQuestions(source="own", count=1, least_likeness=0.9, features="some model")
    told = SelfConsistency(samples=2, inner=inner).at(OWN)

    shown = told.start(PLAIN, "my cat").step(())

    assert isinstance(shown, Sequence)
    assert "a purring kitten" in {r.messages[-1].content.splitlines()[0] for r in shown}
    assert len(asked) == len(OWN) + 1


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (FewShotCot, {"choose": "given", "features": "some model"}),
        (SynonymousQuestions, {"source": "endpoint", "features": "some model"}),
    ],
)
def test_an_encoder_that_would_retrieve_nothing_is_refused(
    kind: type[FewShotCot] | type[SynonymousQuestions], settings: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="features: nothing is retrieved"):
        kind(**settings)  # type: ignore[arg-type]


def test_a_folder_that_is_not_there_is_said_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: True)

    with pytest.raises(ValueError, match=r"features: model: .*no such folder"):
        FewShotCot(choose="own", features="./absent", base=str(tmp_path))


def test_a_question_without_meaning_is_like_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_features, "check_encoder", lambda _model, _base: None)
    monkeypatch.setattr(
        question_features, "load_encoder", lambda _m, _b: lambda texts: np.zeros((len(texts), 3))
    )

    (near,) = Pool(("a",), QuestionFeatures("some model")).nearest("b")

    assert near.likeness == 0.0
    assert Pool((), QuestionFeatures("some model")).nearest("b") == []
