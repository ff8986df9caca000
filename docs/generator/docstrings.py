"""A Google docstring taken apart: what it promises, what it explains, and its named sections."""

import inspect
import re
from dataclasses import dataclass

_SECTIONS = ("Args", "Attributes", "Raises", "Returns")
_HEAD = re.compile(rf"^({'|'.join(_SECTIONS)}):$")
_ENTRY = re.compile(r"^(?P<name>\w+): (?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class Doc:
    """A docstring.

    Attributes:
        summary: its first sentence or paragraph, on one line.
        rest: its further paragraphs, each on one line; examples are left out.
        sections: by name of the section, its entries by name.
    """

    summary: str
    rest: tuple[str, ...]
    sections: dict[str, dict[str, str]]

    @property
    def attributes(self) -> dict[str, str]:
        """What each attribute means."""
        return self.sections.get("Attributes", {})


def read_doc(thing: object) -> Doc:
    """Return the docstring of a class, function or module, taken apart."""
    return parsed(inspect.getdoc(thing) or "")


def parsed(text: str) -> Doc:
    r"""Return a docstring's text taken apart.

    >>> doc = parsed("Adds.\n\nArgs:\n    left: one\n        number.\n    right: other.")
    >>> doc.summary, doc.sections
    ('Adds.', {'Args': {'left': 'one number.', 'right': 'other.'}})
    """
    paragraphs: list[str] = []
    sections: dict[str, dict[str, str]] = {}
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = block.splitlines()
        if head := _HEAD.match(lines[0]):
            sections[head[1]] = _entries(lines[1:])
        elif not lines[0].lstrip().startswith(">>>"):
            paragraphs.append(_joined(lines))
    first, *rest = paragraphs or [""]
    return Doc(_plain(first), tuple(map(_plain, rest)), sections)


def _joined(lines: list[str]) -> str:
    """Return the lines of a paragraph as one; the points of a list keep lines of their own."""
    text = " ".join(" ".join(lines).split())
    return text.replace(" - ", "\n- ") if text.startswith("- ") else text


def _entries(lines: list[str]) -> dict[str, str]:
    entries: dict[str, str] = {}
    name = ""
    for line in lines:
        entry = _ENTRY.match(line.strip())
        if entry and len(line) - len(line.lstrip()) == 4:
            name = entry["name"]
            entries[name] = entry["text"]
        elif name:
            entries[name] += f" {line.strip()}"
    return {name: _plain(text) for name, text in entries.items()}


def _plain(text: str) -> str:
    return text.replace("``", "`")
