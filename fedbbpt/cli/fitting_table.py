"""A table for terminals that leaves out columns rather than breaking numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from fedbbpt.safe_text import safe_text

GAP = 3
"""Blanks between two columns."""

NARROW = 12
"""Letters that a column of words keeps before columns are left out."""


@dataclass(frozen=True, slots=True)
class FittingTable:
    """Rows of texts under headings; anyone's text is neutralised and never markup.

    Attributes:
        title: above it.
        columns: headings.
        rows: one text a column.
        words: so many first columns hold words, which may be broken; the others hold numbers.
        spare: headings of what is left out first where there is no room.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    words: int = 1
    spare: tuple[str, ...] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw it in the room there is."""
        shown = self._shown(options.max_width)
        table = Table(
            title=_plain(self.title, "bold"),
            title_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for place in shown:
            number = place >= self.words
            table.add_column(
                _plain(self.columns[place]),
                justify="right" if number else "left",
                overflow="fold",
                no_wrap=number,
            )
        for row in self.rows:
            table.add_row(*(_plain(row[place]) for place in shown))
        yield table

    def _shown(self, room: int) -> list[int]:
        """Return the places of the columns that fit."""
        shown = list(range(len(self.columns)))
        for name in self.spare:
            if sum(self._least(place) + GAP for place in shown) <= room + 1:
                break
            shown.remove(self.columns.index(name))
        return shown

    def _least(self, place: int) -> int:
        widest = max((len(safe_text(row[place])) for row in self.rows), default=0)
        if place < self.words:
            return min(widest, NARROW)
        return max(widest, len(self.columns[place]))


def _plain(text: str, style: str = "") -> Text:
    return Text(safe_text(text), style=style, overflow="fold")
