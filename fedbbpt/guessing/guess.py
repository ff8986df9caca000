"""Everything that can be guessed about a file, or one line that says what has to be told."""

from collections.abc import Callable
from dataclasses import dataclass

from fedbbpt.data import Example
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.reading import read_examples
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.guessing.amounts import Amounts, amounts_for
from fedbbpt.guessing.answers import Answers, answers_of
from fedbbpt.guessing.choice import Asked, Choice, Undecided, told
from fedbbpt.guessing.dealing import Dealing, dealing_of
from fedbbpt.guessing.domain_column import domain_column
from fedbbpt.guessing.id_column import id_column
from fedbbpt.guessing.input_column import input_column
from fedbbpt.guessing.table import Table, read_table
from fedbbpt.guessing.target_column import target_column
from fedbbpt.guessing.task_words import TaskWords, task_words

_FURTHER = Columns().targets
_RENAME = (
    f"the column {_FURTHER!r} is read as a list of further answers beside the right one; if it "
    "holds the right one, rename it, for example to 'target'"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A file understood.

    Attributes:
        table: the file.
        choices: input, target, id and domain.
        answers: their kind.
        dealing: the owners.
        amounts: sizes that suit the data.
        words: of the task.
        longest: characters of the longest text.
    """

    table: Table
    choices: tuple[Choice, ...]
    answers: Answers
    dealing: Dealing
    amounts: Amounts
    words: TaskWords
    longest: int

    @property
    def columns(self) -> dict[str, str]:
        """The columns of the parts, for ``columns`` in a run file, usual names left out."""
        usual = Columns().by_part()
        named = {choice.part: choice.column for choice in self.choices if choice.column}
        return {part: name for part, name in named.items() if usual[part] != name}


def guess(name: str, asked: Asked, is_name: Callable[[str], bool]) -> Guess:
    """Read a file and say what it holds.

    Args:
        name: path of a file, or ``hf:`` with the folder or the name of a data set.
        asked: columns that a person named.
        is_name: tells whether an owner may be called so.

    Raises:
        DataError: the file or its examples cannot be used.
        ConfigError: a column that was named is not there, or one has to be named.
    """
    table = read_table(name)
    choices = _choices(table, asked)
    columns = _columns(table, choices)
    examples = read_examples(table.source, columns, ())
    chosen = {choice.part: choice.column for choice in choices}
    try:
        answers = answers_of(examples, chosen["target"])
        dealing = dealing_of(examples, chosen["domain"], is_name)
    except DataError as error:
        raise DataError(f"{table.origin.name}: {error}") from error
    return Guess(
        table=table,
        choices=choices,
        answers=answers,
        dealing=dealing,
        amounts=amounts_for(list(dealing.sizes.values())),
        words=task_words(table.source.stem, chosen["input"], chosen["target"], answers),
        longest=_longest(examples),
    )


def _choices(table: Table, asked: Asked) -> tuple[Choice, ...]:
    _refuse_nested(table, asked)
    if asked.target == _FURTHER:
        raise ConfigError(f"{table.origin.name}: {_RENAME}")
    domain = told("domain", asked.domain, table) if asked.domain else None
    others = tuple(name for name in (asked.input, asked.domain) if name)
    target = told("target", asked.target, table) if asked.target else target_column(table, others)
    if isinstance(target, Undecided) and _FURTHER in {column.name for column in table.columns}:
        target = Undecided("target", _RENAME)
    taken = target.column if isinstance(target, Choice) else ""
    text = told("input", asked.input, table) if asked.input else input_column(table, taken)
    open_questions = [each.why for each in (text, target) if isinstance(each, Undecided)]
    if isinstance(text, Undecided) or isinstance(target, Undecided):
        raise ConfigError(f"{table.origin.name}: {'; '.join(open_questions)}")
    used = (text.column, target.column)
    names = id_column(table, (*used, asked.domain))
    if domain is None:
        domain = domain_column(table, (*used, names.column))
    return (text, target, names, domain)


def _refuse_nested(table: Table, asked: Asked) -> None:
    """A text may hide in an object; with one about, only a person can say which columns count."""
    nested = [c for c in table.columns if c.nested and c.name != _FURTHER]
    if nested and not (asked.input and asked.target):
        raise table.origin.refusal(
            nested[0].nested,
            f"{nested[0].name!r} holds a list or an object; "
            "flatten it, or name the columns that count with --input COLUMN --target COLUMN",
        )


def _columns(table: Table, choices: tuple[Choice, ...]) -> Columns:
    named = {choice.part: choice.column for choice in choices if choice.column}
    usual = Columns().by_part()
    for part in ("input", "target"):
        # These names have a meaning of their own when the run reads the file.
        clash = [p for p in ("id", "domain") if usual[p] == named[part]]
        if clash and clash[0] not in named:
            raise ConfigError(
                f"{table.origin.name}: the column {named[part]!r} is the {part}, but a run reads "
                f"this name as something else; rename it, for example to {usual[part]!r}"
            )
    try:
        return Columns(**named)
    except ValueError as error:
        raise ConfigError(f"{table.origin.name}: {error}") from error


def _longest(examples: tuple[Example, ...]) -> int:
    return max(len(example.input) for example in examples)
