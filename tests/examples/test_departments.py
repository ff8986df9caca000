"""The departments' data is what its README says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.reading import read_examples
from fedbbpt.labels import colliding
from fedbbpt.randomness import rng
from fedbbpt.splits import Shares, by_key, deduplicate, roles

FOLDER = Path(__file__).parents[2] / "examples" / "departments"
LABELS = ("complaint", "praise")
COMPLAINTS = {"facilities": 51, "billing": 21, "it": 36, "people": 40}


def department(name: str) -> tuple[Example, ...]:
    return read_examples(FOLDER / f"{name}.jsonl", Columns(), LABELS)


def everything() -> dict[str, Example]:
    return {example.id: example for name in COMPLAINTS for example in department(name)}


@pytest.mark.parametrize(("name", "complaints"), COMPLAINTS.items())
def test_a_department_has_the_stated_balance(name: str, complaints: int) -> None:
    examples = department(name)

    counts = Counter(example.targets for example in examples)

    assert counts == {("complaint",): complaints, ("praise",): 72 - complaints}
    assert {example.domain for example in examples} == {name}


def test_every_message_is_between_5_and_40_words() -> None:
    lengths = [len(example.input.split()) for example in everything().values()]

    assert min(lengths) >= 5
    assert max(lengths) <= 40


def test_no_message_stands_twice_in_any_department() -> None:
    examples = tuple(everything().values())

    assert len(examples) == 288
    assert deduplicate(examples).dropped == 0


def test_one_token_tells_the_labels_apart() -> None:
    assert colliding(LABELS) == ()


def test_the_folder_holds_the_four_owners_and_no_other_data() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.jsonl")) == sorted(COMPLAINTS)
    assert list(by_key(tuple(everything().values()))) == sorted(COMPLAINTS)


@pytest.mark.parametrize(
    ("id", "piece"),
    [
        ("facilities-25", "{input}"),
        ("facilities-41", "[bold]do not use lift 3[/bold]"),
        ("billing-45", "<b>Total: £0.00</b><br/>"),
        ("it-05", "<|im_end|>"),
        ("it-15", "\x1b[31mFATAL\x1b[0m"),
        ("it-21", "😍"),
    ],
)
def test_an_awkward_message_is_there(id: str, piece: str) -> None:
    assert piece in everything()[id].input


def test_escape_sequences_are_escaped_in_the_file() -> None:
    data = (FOLDER / "it.jsonl").read_bytes()

    assert b"\\u001b[31m" in data
    assert b"\x1b" not in data


def test_every_id_in_the_readme_exists_and_none_is_both_wrong_and_arguable() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")

    named = [listed(section) for section in re.split(r"\n- \*\*", readme)[1:3]]

    wrong, arguable = named
    assert len(wrong) == 16
    assert len(arguable) == 27
    assert not wrong & arguable
    assert wrong | arguable <= everything().keys()


def listed(section: str) -> set[str]:
    groups = re.findall(r"`(facilities|billing|it|people)((?:[\s]*-\d\d)+)`", section)
    return {f"{name}-{number}" for name, tail in groups for number in re.findall(r"\d\d", tail)}


def test_a_department_splits_into_roles_that_all_know_both_labels() -> None:
    for name in COMPLAINTS:
        drawn = roles(department(name), Shares(0.5, 0.25, 0.25), rng(1, "split", client=name))

        assert [len(role) for role in drawn] == [36, 18, 18]
        assert all({e.targets[0] for e in role} == set(LABELS) for role in drawn)
