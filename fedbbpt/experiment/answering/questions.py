"""What is asked: one question as it is typed, or a file of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fedbbpt.closest import did_you_mean
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.opening import open_rows
from fedbbpt.datasets.rows import Number, Origin, Row
from fedbbpt.datasets.source import source_of
from fedbbpt.errors import DataError
from fedbbpt.extraction import AnswerKind

FILES = (".jsonl", ".json", ".csv", ".tsv", ".parquet", ".txt", ".gz")
"""Ends of words that are meant as the name of a file, also where no such file exists."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.

    Attributes:
        id: no two questions of a file have the same.
        text: as it is put in the place of ``{input}``.
        targets: right answers, where the file tells them; they are only compared with the verdict.
    """

    id: str
    text: str
    targets: tuple[str, ...] = ()


def questions_of(words: str, column: str = "input") -> tuple[Asked, ...]:
    """Return the questions that a command names: a file's, or the one that it spells out.

    Args:
        words: a question, or the path of a file.
        column: of the questions in a file.

    Raises:
        DataError: nothing is asked, or the file is missing, malformed or empty.
    """
    if not words.strip():
        raise DataError("the question is empty; write one, or name a file of questions")
    if _names_a_file(words):
        return _questions_in(words, column)
    return (Asked("question", _sound(words, Origin("the question", ""), 1)),)


def canonical(asked: Asked, kind: AnswerKind | None, labels: Sequence[str] = ()) -> Asked:
    """Return the question with its targets in the canonical form of the task's kind of answer.

    Args:
        asked: the question.
        kind: of free answers, None for whole texts and for labels.
        labels: the closed set of answers, empty for free ones.

    Raises:
        DataError: a target is none of this kind, or no label.
    """
    if labels:
        for target in asked.targets:
            if target not in labels:
                raise DataError(
                    f"the target {target!r} of {asked.id} is none of the task's labels"
                    f"{did_you_mean(target, labels)} Labels: {', '.join(labels)}"
                )
    if kind is None:
        return asked
    targets = []
    for target in asked.targets:
        found = kind.about(asked.text).canonical(target)
        if not isinstance(found, str):
            raise DataError(
                f"the target {target!r} of {asked.id} is none of the task's answers; correct it, "
                "or name another kind in [task] answer"
            )
        targets.append(found)
    return replace(asked, targets=tuple(targets))


def _names_a_file(words: str) -> bool:
    if "\n" in words or len(words) > 4096:
        return False
    return (words.lower().endswith(FILES) and " " not in words.strip()) or _is_file(words)


def _is_file(words: str) -> bool:
    try:
        return Path(words).exists()
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        return False


def _questions_in(path: str, column: str) -> tuple[Asked, ...]:
    if path.lower().endswith(".txt"):
        raise DataError(f'{path}: write one question a line as JSON: {{"{column}": "..."}}')
    if Path(path).is_dir():
        raise DataError(f"{path}: a folder; name a file of questions, or write a question")
    try:
        columns = Columns(input=column)
    except ValueError as error:
        raise DataError(f"--column: {error}") from error
    found = open_rows(source_of(path), columns)
    if not found.rows:
        raise DataError(f"{path}: no question in it; it needs at least one")
    asked: dict[str, int] = {}
    questions = []
    for row in found.rows:
        question = _question(row, columns, found.origin)
        if question.id in asked:
            raise found.origin.refusal(
                row.number,
                f"the id {question.id!r} stands already on {found.origin.unit} "
                f"{asked[question.id]}; ids are unique",
            )
        asked[question.id] = row.number
        questions.append(question)
    return tuple(questions)


def _question(row: Row, columns: Columns, origin: Origin) -> Asked:
    if columns.input not in row.values:
        present = sorted(row.values)
        raise origin.refusal(
            row.number,
            f"no column {columns.input!r}{did_you_mean(columns.input, present)} "
            f"(present: {', '.join(map(repr, present))}); name it with --column",
        )
    text = row.values[columns.input]
    if not isinstance(text, str) or not text.strip():
        raise origin.refusal(row.number, f"{columns.input!r} is no text or empty; write a question")
    targets = [_word(row.values.get(columns.target)), *_listed(row.values.get(columns.targets))]
    return Asked(
        _word(row.values.get(columns.id)) or f"{origin.stem}-{row.number}",
        _sound(text, origin, row.number),
        tuple(dict.fromkeys(target for target in targets if target)),
    )


def _listed(value: object) -> list[str]:
    return [_word(one) for one in value] if isinstance(value, list) else []


def _word(value: object) -> str:
    match value:
        case Number(literal):
            return literal
        case str():
            return value.strip()
        case _:
            return ""


def _sound(text: str, origin: Origin, number: int) -> str:
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise origin.refusal(number, "a NUL character or half a surrogate pair; remove it")
    return text
