import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt import metrics
from fedbbpt.answers import Answer, LabelScores, Missing, Text, Unreadable
from fedbbpt.data import Example
from fedbbpt.metrics import Metric


def discovered() -> dict[str, Metric]:
    found: dict[str, Metric] = {}
    for module in pkgutil.iter_modules(metrics.__path__):
        contents = vars(importlib.import_module(f"{metrics.__name__}.{module.name}"))
        if "__all__" in contents:
            (name,) = contents["__all__"]
            found[module.name] = contents[name]()
    return found


METRICS = discovered()
every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
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
    assert {"accuracy", "exact"} <= METRICS.keys()


@every_metric
@given(answer=st.one_of(words.map(Text), label_scores), example=examples)
def test_a_score_lies_between_0_and_1(metric: Metric, answer: Answer, example: Example) -> None:
    score = metric.item(answer, example)

    assert isinstance(score, float)
    assert 0.0 <= score <= 1.0


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
    assert metric == type(metric)()
    assert hash(metric) == hash(type(metric)())
