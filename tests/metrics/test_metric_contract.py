import importlib
import pkgutil
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt import metrics
from fedbbpt.answers import Answer, LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.data import Example
from fedbbpt.metrics import Grader, Measuring, Metric

SETTINGS = {"semantic": {"model": "a-folder"}}
"""Of the metrics that cannot do without."""


def discovered() -> dict[str, Metric]:
    found: dict[str, Metric] = {}
    for module in pkgutil.iter_modules(metrics.__path__):
        contents = vars(importlib.import_module(f"{metrics.__name__}.{module.name}"))
        if "__all__" in contents:
            (name,) = contents["__all__"]
            found[module.name] = contents[name](**SETTINGS.get(module.name, {}))
    return found


METRICS = discovered()
MARKING = {n: m for n, m in METRICS.items() if isinstance(m, Grader | Measuring)}
PLAIN = {n: m for n, m in METRICS.items() if n not in MARKING}
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
plain_metrics = pytest.mark.parametrize("metric", PLAIN.values(), ids=PLAIN.keys())
marking_metrics = pytest.mark.parametrize("metric", MARKING.values(), ids=MARKING.keys())
words = st.text(max_size=12)
examples = st.builds(
    Example,
    id=st.just("1"),
    input=words,
    targets=st.lists(words, min_size=1, max_size=3).map(tuple),
)
label_scores = st.lists(words, min_size=2, max_size=4, unique=True).flatmap(
    lambda labels: st.builds(
        LabelScores,
        labels=st.just(tuple(labels)),
        log_probs=st.tuples(*[st.floats(-50, 0)] * len(labels)),
        floored=st.just((False,) * len(labels)),
    )
)


def test_the_metrics_are_found() -> None:
    assert {"accuracy", "exact", "numeric", "choice", "token_f1"} <= PLAIN.keys()
    assert {"judge", "semantic"} == MARKING.keys()


@plain_metrics
@given(answer=st.one_of(words.map(Text), label_scores), example=examples)
def test_a_score_lies_between_0_and_1(metric: Metric, answer: Answer, example: Example) -> None:
    score = metric.item(answer, example)

    assert isinstance(score, float)
    assert 0.0 <= score <= 1.0


@plain_metrics
@given(text=st.text(alphabet="0123456789.,-+%/eE# \n$()ABab:*x^10", max_size=40), example=examples)
def test_any_text_made_of_numbers_and_letters_can_be_scored(
    metric: Metric, text: str, example: Example
) -> None:
    assert 0.0 <= metric.item(Text(text), example) <= 1.0


@every_metric
@given(text=words, score=st.floats(0, 1), example=examples)
def test_a_marked_answer_keeps_its_mark(
    metric: Metric, text: str, score: float, example: Example
) -> None:
    assert metric.item(Scored(text, score), example) == score


@marking_metrics
def test_an_answer_that_nobody_marked_is_not_scored(metric: Metric) -> None:
    with pytest.raises(ValueError, match="never marked"):
        metric.item(Text("yes"), Example("1", "", ("yes",)))


@every_metric
@given(text=words, example=examples)
def test_an_unreadable_answer_gets_0(metric: Metric, text: str, example: Example) -> None:
    assert metric.item(Unreadable(text), example) == 0.0


@every_metric
def test_a_missing_answer_is_never_scored(metric: Metric) -> None:
    with pytest.raises(ValueError, match="timeout"):
        metric.item(Missing("timeout"), Example("1", "", ("yes",)))


@every_metric
def test_a_metric_is_a_value(metric: Metric) -> None:
    again = replace(metric)  # type: ignore[type-var]

    assert metric == again
    assert hash(metric) == hash(again)
