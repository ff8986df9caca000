"""The pages of the documentation, read as a person reads them: commands, code, links, headings."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITTEN = sorted(DOCS.glob("*.md"))
"""Pages written by people; those below docs/reference are made from the code."""

PAGES = [*sorted(DOCS.rglob("*.md")), *sorted(ROOT.glob("*.md"))]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^|(?<=\n\n))(?:    [^\n]*\n)+")
_LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (?P<title>.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A piece of a page that somebody may copy: the language of its fence, or ``"shell"``."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    """Return all blocks of a page in their order; an indented block holds commands."""
    text = page.read_text(encoding="utf-8")
    found = [(m.start(), Block(m["language"], m["text"])) for m in _FENCE.finditer(text)]
    prose = _FENCE.sub(lambda m: re.sub(r"[^\n]", "x", m[0]), text)
    found += [
        (m.start(), Block("shell", re.sub(r"^    ", "", m[0], flags=re.MULTILINE)))
        for m in _INDENTED.finditer(prose)
    ]
    return [block for _, block in sorted(found)]


def commands(text: str) -> list[str]:
    """Return the commands of a block, one a line, without the remarks behind them."""
    lines = (re.split(r"(?:^|\s)#", line)[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links."""
    for match in _LINK.finditer(_FENCE.sub("", page.read_text(encoding="utf-8"))):
        yield match["target"]


def anchors(page: Path) -> set[str]:
    """Return the names under which the headings of a page can be linked to."""
    titles = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
