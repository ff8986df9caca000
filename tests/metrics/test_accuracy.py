import pytest

from fedbbpt.answers import LabelScores, Text
from fedbbpt.data import Example
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.metrics.exact import Exact


@pytest.mark.parametrize(
    ("log_probs", "score"), [((-0.1, -3.0), 1.0), ((-3.0, -0.1), 0.0), ((-1.0, -1.0), 1.0)]
)
def test_the_label_with_the_highest_score_is_compared(
    log_probs: tuple[float, float], score: float
) -> None:
    answer = LabelScores(("Very Good", "bad"), log_probs, (False, False))

    assert Accuracy().item(answer, Example("1", "", ("very  good",))) == score


@pytest.mark.parametrize(("text", "score"), [(" POS ", 1.0), ("pos.", 0.0), ("neg", 0.0)])
def test_a_text_is_compared_without_case_and_spacing(text: str, score: float) -> None:
    assert Accuracy().item(Text(text), Example("1", "", ("pos", "positive"))) == score


@pytest.mark.parametrize(
    ("text", "target", "score"),
    [
        ("**Paris.**", "paris", 1.0),
        ("new  york", "New York", 1.0),
        ("In Paris", "Paris", 0.0),
        ("-3", "3", 0.0),
        (".5", "5", 0.0),
        ("3.5.", "3.5", 1.0),
    ],
)
def test_a_free_answer_matches_as_a_whole(text: str, target: str, score: float) -> None:
    assert Exact().item(Text(text), Example("1", "", ("other", target))) == score


def test_case_and_punctuation_can_be_made_to_count() -> None:
    example = Example("1", "", ("Paris",))

    assert Exact(case_sensitive=True).item(Text("paris"), example) == 0.0
    assert Exact(case_sensitive=True).item(Text("Paris."), example) == 1.0
    assert Exact(strip_punctuation=False).item(Text("paris."), example) == 0.0
    assert Exact(strip_punctuation=False).item(Text("paris"), example) == 1.0
