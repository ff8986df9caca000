"""The sets of generated chain of thought: what is asked of each, and how its rows are dealt."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SPLITS = ("train", "validation", "test")
Row = Mapping[str, object]


class CotError(Exception):
    """The folder or an argument cannot be used."""


@dataclass(frozen=True, slots=True)
class Set:
    """One set of questions.

    Attributes:
        name: of the set.
        file: the beginning of its files' names.
        kind: of the answer: ``"number"``, ``"yes_no"`` or ``"choice"``.
        by_domain: True where every domain is an owner, and chosen or excluded by itself.
    """

    name: str
    file: str
    kind: str
    by_domain: bool = False


SETS = (
    Set("multiarith", "multiarith", "number"),
    Set("svamp", "svamp", "number"),
    Set("coin_flip", "coin_flip", "yes_no"),
    Set("bbh_yes_no", "bbh", "yes_no", by_domain=True),
    Set("bbh_choice", "bbh", "choice", by_domain=True),
    Set("bbh_number", "bbh", "number", by_domain=True),
    Set("commonsenseqa", "commonsenseqa", "choice"),
    Set("strategyqa", "strategyqa", "yes_no"),
)
"""In the order in which they are kept where not all fit."""

KINDS = {
    "choice": re.compile(r"\(?([A-R])\)?"),
    "yes_no": re.compile(r"(yes|no|true|false)", re.IGNORECASE),
    "number": re.compile(r"(-?[\d.,]+)"),
}
_OPTION = re.compile(r"^\(?[A-R]\) ", re.MULTILINE)


def chosen_sets(names: Sequence[str]) -> tuple[Set, ...]:
    """Return the sets of these names in their order, all for no name.

    Raises:
        CotError: no such set.
    """
    known = [one.name for one in SETS]
    for name in names:
        if name not in known:
            raise CotError(f"--sets {name}: no such set; known: {', '.join(known)}")
    return tuple(one for one in SETS if not names or one.name in names)


def read_set(one: Set, folder: Path) -> list[dict[str, str]]:
    """Return the examples of a set, all its files together, none where the folder has no file.

    Rows whose answers are of another kind are left out: of BBH, those with free answers.

    Raises:
        CotError: a file that cannot be read as rows.
    """
    return [example for row in _rows(one, folder) if (example := _example(one, row)) is not None]


def unread_domains(sets: Sequence[Set], folder: Path) -> list[str]:
    """Return the domains of the sets' files whose answers are of no kind that is read here.

    Raises:
        CotError: a file that cannot be read as rows.
    """
    named: set[str] = set()
    for file in {one.file for one in sets if one.by_domain}:
        kinds = [one for one in SETS if one.file == file]
        found = {f"{file}, {row['domain']}" for row in _rows(kinds[0], folder)}
        read = {f"{file}, {e['domain']}" for one in kinds for e in read_set(one, folder)}
        named |= found - read
    return sorted(named)


def chance(kind: str, questions: Sequence[str]) -> float:
    """Return how often a guess is right, on average over questions; of a number never."""
    if kind == "number" or not questions:
        return 0.0
    if kind == "yes_no":
        return 0.5
    return sum(1 / max(2, len(_OPTION.findall(text))) for text in questions) / len(questions)


def _rows(one: Set, folder: Path) -> Iterator[Row]:
    """Yield the rows of a set's files, all of them fit to be read."""
    for path in (folder / f"{one.file}.{split}.jsonl" for split in SPLITS):
        if not path.is_file():
            continue
        # Not splitlines: a text may hold a separator that is no end of a row.
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
            if not line:
                continue
            try:
                row = json.loads(line)
                _example(one, row)
            except (ValueError, KeyError, TypeError) as error:
                raise CotError(f"{path}, line {number}: no row of {one.name}: {error}") from error
            yield row


def _example(one: Set, row: Row) -> dict[str, str] | None:
    text, target = str(row["input"]), str(row["target"]).strip()
    listed = row.get("choices")
    if isinstance(listed, list):
        text += "\n" + "\n".join(f"{chr(65 + n)}) {choice}" for n, choice in enumerate(listed))
    found = KINDS[one.kind].fullmatch(target)
    if found is None or (one.kind == "choice" and len(_OPTION.findall(text)) < 2):
        return None
    target = found[1].upper() if one.kind == "choice" else found[1].lower()
    example = {"id": str(row["id"]), "input": text, "target": target}
    return {**example, "domain": str(row["domain"])} if one.by_domain else example
