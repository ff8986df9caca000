"""Examples, tasks and an owner's data refuse what cannot be meant."""

import dataclasses

import pytest

from fedbbpt.answers import LabelScores
from fedbbpt.data import Example, OwnerData, Task


@pytest.mark.parametrize(
    ("id", "targets", "reason"), [("", ("yes",), "needs an id"), ("e1", (), "'e1' has no target")]
)
def test_an_example_needs_an_id_and_a_target(
    id: str, targets: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Example(id, "text", targets)


@pytest.mark.parametrize(
    ("labels", "reason"),
    [(("yes",), "one label is no choice"), (("yes", "no", "yes"), "listed twice")],
)
def test_a_label_set_is_a_choice_among_different_labels(
    labels: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        Task("t", "the topic", labels)


def test_a_task_may_have_free_answers() -> None:
    assert Task("t", "the topic").labels == ()


def test_an_owners_splits_are_named() -> None:
    train, dev, test = ((Example(name, name, ("yes",)),) for name in ("train", "dev", "test"))

    splits = OwnerData("anna", train, dev, test).splits()

    assert splits == {"train": train, "dev": dev, "test": test}


def test_examples_cannot_be_changed() -> None:
    example = Example("e1", "text", ("yes",))

    with pytest.raises(dataclasses.FrozenInstanceError):
        example.input = "another"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("log_probs", "best"), [((-1.0, -2.0), "a"), ((-2.0, -1.0), "b"), ((-1.0, -1.0), "a")]
)
def test_the_best_label_has_the_highest_score_and_the_earliest_of_equals_wins(
    log_probs: tuple[float, ...], best: str
) -> None:
    assert LabelScores(("a", "b"), log_probs, (False, False)).best == best
