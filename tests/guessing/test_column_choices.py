"""Columns are guessed by name and content; what is not safe to guess is asked, with candidates."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from made_files import CUES, tickets, write_table

from fedbbpt.errors import ConfigError
from fedbbpt.guessing.choice import Asked
from fedbbpt.guessing.guess import Guess, guess

LONG = "the lamp on floor {} is out again and nobody has come to look at it since Monday"


def is_name(name: str) -> bool:
    return name.isalnum()


def understood(folder: Path, table: Sequence[Sequence[str]], **asked: str) -> Guess:
    path = write_table(folder / "data.csv", table)
    return guess(str(path), Asked(**asked), is_name)


def chosen(made: Guess) -> dict[str, str]:
    return {choice.part: choice.column for choice in made.choices}


def made(header: Sequence[str], count: int = 60) -> list[list[str]]:
    """Return rows whose cells suit what their column's name begins with."""
    cells = {"L": [LONG], "S": ["lamp {} out"], "F": "abc", "G": "xy", "I": ["{}"], "K": ["same"]}
    kinds = [cells[name[0]] for name in header]
    names = [name[2:] for name in header]
    return [names, *([kind[n % len(kind)].format(n) for kind in kinds] for n in range(count))]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["L:text", "F:label"], "text label"),
        (["I:id", "L:words", "F:kind"], "words kind id"),
        (["S:title", "L:body", "F:category"], "body category"),
        (["S:alpha", "F:beta"], "alpha beta"),
        (["F:label", "F:category", "L:review"], "review label"),
        (
            ["I:ticket_id", "L:ticketText", "G:region", "F:Priority"],
            "ticketText Priority ticket_id region",
        ),
        (["L:text", "F:label", "G:region", "G:site"], "text label"),
        (["L:text", "F:gamma", "G:department"], "text gamma department"),
        (["I:number", "L:question", "I:answer"], "question answer number"),
    ],
)
def test_columns_are_found(tmp_path: Path, header: list[str], expected: str) -> None:
    found = understood(tmp_path, made(header))

    columns = [chosen(found)[part] for part in ("input", "target", "id", "domain")]
    assert [column for column in columns if column] == expected.split()


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (["L:text", "F:alpha", "G:beta"], "'alpha', 'beta' have few values each; say --target"),
        (["L:text", "F:category", "G:topic"], "'category', 'topic' are all named like answers"),
        (["L:one", "L:two", "F:label"], "'one', 'two' hold natural text of similar length"),
        (["L:text", "S:heading"], "no column is named like an answer or has few values"),
        (["I:text_length", "I:size", "F:label"], "no column holds natural text"),
        (["L:text", "K:mood"], "'mood' has the same value on every row"),
    ],
)
def test_what_cannot_be_decided_is_asked(tmp_path: Path, header: list[str], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        understood(tmp_path, made(header))

    assert said in str(caught.value)
    assert (
        "--input" in said + str(caught.value)
        or "--target" in str(caught.value)
        or "add" in str(caught.value)
    )


def test_both_open_questions_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"--input COLUMN.*; .*--target COLUMN"):
        understood(tmp_path, made(["L:one", "L:two"]))


def test_an_option_decides_and_is_said_to(tmp_path: Path) -> None:
    table = made(["L:one", "L:two", "F:alpha", "G:beta"])

    found = understood(tmp_path, table, input="two", target="beta", domain="alpha")

    assert [choice.sure for choice in found.choices] == ["told", "told", "sure", "told"]
    assert found.columns == {"input": "two", "target": "beta", "domain": "alpha"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"input": "txt"}, r"--input: .* no column 'txt'; did you mean 'text'\?"),
        ({"target": "nothing"}, r"no column 'nothing' \(present: 'text', 'label'\)"),
        ({"input": "text", "target": "text"}, "both name 'text'"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(
    tmp_path: Path, asked: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        understood(tmp_path, tickets(), **asked)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("targets", "'targets' is read as a list of further answers"),
        ("domain", "'domain' is the target, but a run reads this name as something else"),
    ],
)
def test_an_answer_under_a_name_that_a_run_reads_as_something_else_is_refused(
    tmp_path: Path, name: str, said: str
) -> None:
    table = [["text", name], *tickets()[1:]]

    with pytest.raises(ConfigError, match=f"{said}.*rename it"):
        understood(tmp_path, table, target=name)


def test_further_answers_beside_no_answer_are_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'targets' is read as a list of further answers"):
        understood(tmp_path, [["text", "targets"], *tickets()[1:]])


def test_a_domain_with_enough_texts_each_makes_owners(tmp_path: Path) -> None:
    found = understood(tmp_path, tickets(160, ("north", "south")))

    assert found.dealing.split == "key"
    assert found.dealing.sizes == {"north": 80, "south": 80}


@pytest.mark.parametrize(
    ("places", "why"),
    [
        (("north", "north", "north", "far"), "'far' of 'region' has 30 texts, fewer than 40"),
        (("north", "way south"), "'way south' of 'region' cannot be an owner's name"),
    ],
)
def test_an_unfit_domain_makes_one_owner_and_says_why(
    tmp_path: Path, places: tuple[str, ...], why: str
) -> None:
    found = understood(tmp_path, tickets(120, places))

    assert found.dealing.split == "one"
    assert why in found.dealing.why


def test_repeated_texts_are_counted_once(tmp_path: Path) -> None:
    table = tickets(60)

    found = understood(tmp_path, [*table, *table[1:]])

    assert found.dealing.sizes == {"all": 60}
    assert found.dealing.repeated == 60
    assert set(CUES) == set(found.answers.labels)
