"""Which column holds a part of the examples, why, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fedbbpt.closest import did_you_mean
from fedbbpt.errors import ConfigError
from fedbbpt.guessing.column import Column
from fedbbpt.guessing.table import Table

Sure = Literal["told", "sure", "likely"]
LONGEST_SHOWN = 40
Part = Literal["input", "target", "domain", "id"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A column for a part.

    Attributes:
        part: of an example.
        column: its name; empty where the file has none for it.
        why: half a sentence for people.
        sure: "told" by an option, "sure", or "likely", which asks for a look.
    """

    part: Part
    column: str
    why: str
    sure: Sure


@dataclass(frozen=True, slots=True)
class Undecided:
    """No column for a part that needs one; ``why`` names the candidates and the option."""

    part: Part
    why: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The columns that a person named; an empty text where nothing was said."""

    input: str = ""
    target: str = ""
    domain: str = ""


def told(part: Part, name: str, table: Table) -> Choice:
    """Return a choice that a person made.

    Raises:
        ConfigError: there is no such column, or it cannot be used.
    """
    names = [column.name for column in table.columns]
    if name not in names:
        raise ConfigError(
            f"--{part}: {table.origin.name} has no column {name!r}{did_you_mean(name, names)} "
            f"(present: {quoted(table.columns)})"
        )
    column = table.column(name)
    if column.nested:
        raise ConfigError(
            f"--{part}: {name!r} holds a list or an object on {table.origin.unit} {column.nested}; "
            "write texts or numbers"
        )
    if not column.plain:
        raise ConfigError(
            f"--{part}: the column {name!r} is blank or unnamed; fill or rename it in the file"
        )
    return Choice(part, name, f"--{part}", "told")


def quoted(columns: Sequence[Column], most: int = 8) -> str:
    """Return columns as a list for a message."""
    shown = [repr(column.name[:LONGEST_SHOWN]) for column in columns[:most]]
    more = len(columns) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "") if shown else "none"
