"""One column of a file in figures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from fedbbpt.datasets.rows import Number, Row

SHORT_ANSWER = 80
"""Longest value, in characters, that can be one of a closed set of answers."""

MOST_LABELS = 200
FEWEST_EACH = 3
"""A closed set has at most so many values, each on so many rows on average."""

MOST_NUMBERS = 20
"""With more values than this, numbers are measurements and no classes."""


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one column; a blank one counts as none.

    Attributes:
        name: as the header or the fields call it.
        rows: of the whole file.
        filled: rows with a value.
        distinct: different values.
        numeric: whether every value is a number.
        nested: number of the first record with a list or object in it; 0 if there is none.
        words: mean words of a value.
        characters: mean characters of a value.
        longest: characters of the longest value.
    """

    name: str
    rows: int
    filled: int
    distinct: int
    numeric: bool
    nested: int
    words: float
    characters: float
    longest: int

    @property
    def plain(self) -> bool:
        """Whether it can be meant: named in characters that can be shown, filled, not nested."""
        named = bool(self.name.strip()) and self.name.isprintable()
        return named and self.filled > 0 and not self.nested

    @property
    def few(self) -> bool:
        """Whether its values look like one of a closed set."""
        most = MOST_NUMBERS if self.numeric else MOST_LABELS
        return (
            self.plain
            and 2 <= self.distinct <= most
            and self.filled >= FEWEST_EACH * self.distinct
            and self.longest <= SHORT_ANSWER
        )

    @property
    def unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.filled == self.rows == self.distinct


def is_number(text: str) -> bool:
    """Tell whether a text is a number.

    >>> is_number(" -1.5 "), is_number("1e3"), is_number("nan"), is_number("1,5")
    (True, True, False, False)
    """
    try:
        return float(text) - float(text) == 0.0
    except ValueError:
        return False


def known_name(name: str, known: Iterable[str]) -> bool:
    """Tell whether a column's name, or its last part, is one of the known ones.

    >>> known_name("Ticket_Category", ["category"]), known_name("categorical", ["category"])
    (True, False)
    """
    parts = name_words(name)
    return bool(parts) and ("".join(parts) in known or parts[-1] in known)


def name_words(name: str) -> list[str]:
    """Return the words of a column's name in small letters.

    >>> name_words("ticketCategory"), name_words("Customer review-text")
    (['ticket', 'category'], ['customer', 'review', 'text'])
    """
    apart = "".join(
        f" {c}" if c.isupper() and name[i - 1 : i].islower() else c for i, c in enumerate(name)
    )
    return "".join(c if c.isalnum() else " " for c in apart).casefold().split()


def columns_of(rows: Sequence[Row]) -> tuple[Column, ...]:
    """Return the columns of a file in the order in which they first appear."""
    names = dict.fromkeys(name for row in rows for name in row.values)
    return tuple(_column(name, rows) for name in names)


def counted(rows: Sequence[Row], name: str) -> Mapping[str, int]:
    """Return how often each value of a column stands in the file, blanks left out."""
    texts = (spoken(row.values.get(name)) for row in rows)
    return Counter(text for text in texts if text)


def spoken(value: object) -> str:
    """Return a value as text without outer white space; empty for none."""
    match value:
        case Number(literal):
            return literal
        case None:
            return ""
        case _:
            return str(value).strip()


def _column(name: str, rows: Sequence[Row]) -> Column:
    counts = counted(rows, name)
    nested = (row.number for row in rows if isinstance(row.values.get(name), list | dict))
    weights = list(counts.values())
    return Column(
        name=name,
        rows=len(rows),
        filled=sum(weights),
        distinct=len(counts),
        numeric=bool(counts) and all(map(is_number, counts)),
        nested=next(nested, 0),
        words=fmean([len(text.split()) for text in counts], weights) if counts else 0.0,
        characters=fmean([len(text) for text in counts], weights) if counts else 0.0,
        longest=max(map(len, counts), default=0),
    )
