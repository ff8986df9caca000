"""The page about Python: what the package offers to import, with signatures and promises."""

import inspect
import re
from collections.abc import Iterator

import fedbbpt
from generator.docstrings import Doc, read_doc
from generator.markdown import block, page

_INTRODUCTION = """\
`import fedbbpt` offers these names and no others; whatever else the package holds may change."""


def python_page() -> str:
    """Return the page."""
    return page("From Python", _INTRODUCTION, *map(_offered, sorted(fedbbpt.__all__)))


def _offered(name: str) -> str:
    # the package imports a name only when it is asked for
    thing = getattr(fedbbpt, name)
    parts = [f"## {name}", block("python", _signature(thing, name)), *_said(read_doc(thing))]
    if inspect.isclass(thing):
        for method, held in _methods(thing):
            parts += [f"### {name}.{method}", block("python", _signature(held, method))]
            parts += _said(read_doc(held))
    return "\n\n".join(parts)


def _methods(owner: type) -> Iterator[tuple[str, object]]:
    for name, held in vars(owner).items():
        plain = held.__func__ if isinstance(held, classmethod) else held
        if inspect.isfunction(plain) and not name.startswith("_"):
            yield name, plain


def _signature(thing: object, name: str) -> str:
    if not callable(thing):
        raise TypeError(f"{name}: the page shows classes and functions only")
    shown = str(inspect.signature(thing))
    shown = re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", shown).replace("<factory>", "{}")
    word = "class" if inspect.isclass(thing) else "def"
    return f"{word} {name}{shown}"


def _said(doc: Doc) -> list[str]:
    parts = [doc.summary, *doc.rest]
    for section, entries in doc.sections.items():
        lines = [f"- `{name}`: {text}" for name, text in entries.items()]
        parts += [f"{section}:", "\n".join(lines)]
    return parts
