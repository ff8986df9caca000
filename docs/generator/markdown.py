"""Markdown of the reference pages: headings, tables and blocks."""

from collections.abc import Iterable, Sequence

HEAD = "<!-- Written by `make docs` from the code; edit the docstrings, not this page. -->"


def page(title: str, *parts: str) -> str:
    """Return a page of a title and parts, each separated by an empty line."""
    return "\n\n".join([HEAD, f"# {title}", *(part for part in parts if part)]) + "\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, or nothing where there is no row."""
    lines = [_row(row) for row in rows]
    if not lines:
        return ""
    return "\n".join([_row(header), _row(["---"] * len(header)), *lines])


def block(language: str, text: str) -> str:
    """Return a fenced block."""
    return f"```{language}\n{text.strip(chr(10))}\n```"


def code(text: str) -> str:
    """Return text in code type, or nothing for nothing."""
    return f"`{text}`" if text else ""


def first_capital(text: str) -> str:
    """Return text with a capital letter at its start, unless it starts with code."""
    return text[:1].upper() + text[1:]


def _row(cells: Sequence[str]) -> str:
    # a bar ends a cell even inside code type
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
