"""Own data that can teach nothing is refused, a simulated owner only warned about."""

import pytest

from fedbbpt.data import Example
from fedbbpt.datasets.owner_check import check_owner
from fedbbpt.errors import DataError

LABELS = ("complaint", "praise")


def owned(*labels: str) -> list[Example]:
    return [Example(str(i), f"text {i}", (label,)) for i, label in enumerate(labels)]


def test_a_sound_owner_gets_no_warning() -> None:
    examples = owned("praise", "complaint")

    assert check_owner(examples, LABELS, simulation=False, allow_one_class=False) == ()


def test_free_answers_have_no_classes() -> None:
    assert check_owner(owned("4"), (), simulation=False, allow_one_class=False) == ()


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (("praise", "praise"), "all 2 examples have the label 'praise'"),
        (("praise", "complaint"), "2 examples are fewer than the 3 labels"),
    ],
)
def test_a_poor_owner_is_warned_in_simulation_and_refused_as_own_data(
    labels: tuple[str, ...], words: str
) -> None:
    known = (*LABELS, "question")

    simulated = check_owner(owned(*labels), known, simulation=True, allow_one_class=False)
    allowed = check_owner(owned(*labels), known, simulation=False, allow_one_class=True)

    assert words in " ".join(simulated)
    assert simulated == allowed
    with pytest.raises(DataError, match="allow_one_class = true"):
        check_owner(owned(*labels), known, simulation=False, allow_one_class=False)


def test_an_owner_without_examples_is_refused_even_in_simulation() -> None:
    with pytest.raises(DataError, match="no example"):
        check_owner([], LABELS, simulation=True, allow_one_class=True)
