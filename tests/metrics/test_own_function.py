import pytest

from fedbbpt.answers import LabelScores, Missing, Text, Unreadable
from fedbbpt.data import Example
from fedbbpt.errors import ConfigError
from fedbbpt.metrics.own_function import OwnFunction
from fedbbpt.metrics.returned import name_of

EXAMPLE = Example("case-7", "a private canary", ("yes",))


def same_start(text: str, example: Example) -> float:
    return float(text[:1] == example.targets[0][:1])


def test_a_function_gets_the_text_and_the_example() -> None:
    metric = OwnFunction("mine:same_start", same_start)

    assert metric.item(Text("yellow"), EXAMPLE) == 1.0
    assert metric.item(Text("no"), EXAMPLE) == 0.0
    assert metric.item(LabelScores(("no", "yes"), (-2.0, -0.1), (False, False)), EXAMPLE) == 1.0


def test_a_function_is_called_for_readable_answers_only() -> None:
    asked: list[str] = []

    def noting(text: str, _example: Example) -> float:
        asked.append(text)
        return 1.0

    metric = OwnFunction("mine:noting", noting)

    assert metric.item(Unreadable("hm"), EXAMPLE) == 0.0
    with pytest.raises(ValueError, match="timeout"):
        metric.item(Missing("timeout"), EXAMPLE)
    assert asked == []


@pytest.mark.parametrize("value", [1, 0, True, 0.25])
def test_every_kind_of_number_is_a_score(value: float) -> None:
    assert OwnFunction("mine:f", lambda _text, _example: value).item(Text(""), EXAMPLE) == value


@pytest.mark.parametrize(
    ("value", "got"),
    [("0.5", "type str"), (None, "type NoneType"), (1.5, "1.5"), (-1, "-1"), (float("nan"), "nan")],
)
def test_a_wrong_return_is_refused_with_function_and_id_but_without_the_input(
    value: object, got: str
) -> None:
    metric = OwnFunction("mine:f", lambda _text, _example: value)

    with pytest.raises(ConfigError, match="return a number from 0 to 1") as caught:
        metric.item(Text("another canary"), EXAMPLE)

    assert str(caught.value).startswith("mine:f, example 'case-7': returned ")
    assert got in str(caught.value)
    assert "canary" not in str(caught.value)


def test_what_a_function_raises_says_where_it_was_called() -> None:
    metric = OwnFunction("mine:f", lambda _text, _example: 1 / 0)

    with pytest.raises(ZeroDivisionError) as caught:
        metric.item(Text(""), EXAMPLE)

    assert caught.value.__notes__ == ["in the metric mine:f, example 'case-7'"]


def test_a_function_is_named_by_module_and_name() -> None:
    assert name_of(same_start) == f"{__name__}:same_start"
