"""The sets of the table: what is asked of each, and how its rows become examples."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SPLITS = ("train", "validation", "test")
Row = Mapping[str, object]


class TableError(Exception):
    """The folder or an argument cannot be used."""


@dataclass(frozen=True, slots=True)
class Set:
    """One labelled set.

    Attributes:
        name: of its files.
        topic: what is asked about the input, a noun phrase.
        labels: the closed label set.
        libraries: seed texts of the search.
        key: True where a row's own domain is its owner.
        main: True where the claim is about it; False where it rides along.
        pooled: True where the row of pooled data is made.
        choices: True where a row lists its choices, which become part of the input.
        choosing: True where the default method is chosen on it, which must be none of the table's;
            only asked when it is named.
        target: the row's field that holds the label; its underscores are blanks.
    """

    name: str
    topic: str
    labels: tuple[str, ...]
    libraries: tuple[str, ...] = ("classification",)
    key: bool = False
    main: bool = True
    pooled: bool = False
    choices: bool = False
    choosing: bool = False
    target: str = "target"


SENTIMENT = ("negative", "positive")
BOTH = ("classification", "sentiment")
LETTERS = ("A", "B", "C", "D", "E")
MOODS = ("negative", "neutral", "positive")
ERRANDS = (
    "auto and commute",
    "banking",
    "credit cards",
    "home",
    "kitchen and dining",
    "meta",
    "small talk",
    "travel",
    "utility",
    "work",
)
QUESTIONS = ("abbreviation", "description", "entity", "human", "location", "number")
SETS = (
    Set("vader4", "sentiment of the text", SENTIMENT, BOTH, key=True, pooled=True),
    Set("uci_sentences", "sentiment of the text", SENTIMENT, BOTH, key=True, pooled=True),
    Set("sst2", "sentiment of the text", SENTIMENT, BOTH),
    Set("agnews", "topic of the news", ("World", "Sports", "Business", "Sci/Tech")),
    Set("youtube_spam", "kind of comment", ("ham", "spam"), key=True),
    Set("trec", "kind of answer that the question asks for", QUESTIONS),
    Set("commonsenseqa", "letter of the right answer", LETTERS, main=False, choices=True),
    Set("aqua", "letter of the right answer", LETTERS, main=False, choices=True),
    Set("umsab", "sentiment of the text", MOODS, BOTH, main=False, choosing=True),
    Set("clinc150", "topic of the request", ERRANDS, main=False, choosing=True, target="domain"),
)


def chosen_sets(names: Sequence[str]) -> tuple[Set, ...]:
    """Return the sets of these names in the table's order; all of the table for no name.

    Raises:
        TableError: no such set.
    """
    known = {one.name for one in SETS}
    for name in names:
        if name not in known:
            raise TableError(f"--sets {name}: no such set; known: {', '.join(sorted(known))}")
    return tuple(one for one in SETS if (one.name in names if names else not one.choosing))


def read_set(one: Set, folder: Path) -> list[dict[str, str]] | None:
    """Return the examples of a set, all its files together; None where the folder lacks one.

    Whose a row is and what it is for is dealt anew: the split stands in the run file.

    Raises:
        TableError: a file that cannot be read as rows of the set.
    """
    paths = [folder / f"{one.name}.{split}.jsonl" for split in SPLITS]
    if not all(path.is_file() for path in paths):
        return None
    examples = []
    for path in paths:
        # Not splitlines: a text may hold a separator that is no end of a row.
        lines = path.read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines, start=1):
            if not line:
                continue
            try:
                examples.append(_example(one, json.loads(line)))
            except (ValueError, KeyError, TypeError) as error:
                raise TableError(f"{path}, line {number}: no row of {one.name}: {error}") from error
    return examples


def _example(one: Set, row: Row) -> dict[str, str]:
    text = str(row["input"])
    if one.choices:
        listed = row["choices"]
        if not isinstance(listed, list):
            raise ValueError("choices: expected a list")
        text += "\n" + "\n".join(
            f"{letter}) {choice}" for letter, choice in zip(one.labels, listed, strict=True)
        )
    label = str(row[one.target]).replace("_", " ")
    example = {"id": str(row["id"]), "input": text, "target": label}
    return {**example, "domain": str(row["domain"])} if one.key else example
