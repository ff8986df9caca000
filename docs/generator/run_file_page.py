"""The page about run files: every table and key, from the sections of the configuration."""

from typing import get_type_hints

from fedbbpt.config import sections
from fedbbpt.config.sections import RunSection
from fedbbpt.datasets.columns import Columns
from generator.docstrings import read_doc
from generator.fields import settings_table
from generator.markdown import first_capital, page

_ENDING = "Section"
_ELSEWHERE = {
    "endpoint": "The shared [endpoint](plugins.md#endpoints), of owners that name none.",
    "optimizer": "The [optimizer](plugins.md#optimizers), with settings; else the recipe's.",
    "aggregator": "The [aggregator](plugins.md#aggregators), with settings; else the recipe's.",
}
_INTRODUCTION = """\
A run file is TOML. What is not written has its default; what is written and not known is refused,
with the closest known name. Relative paths are taken from the folder of the file that names them.
The tables `[space]`, `[optimizer]`, `[aggregator]` and `[search]` take their defaults from the
[recipe](recipes.md), key by key. A client file holds the keys of one `[[owner]]` at its top
level."""


def run_file_page() -> str:
    """Return the page."""
    known = _sections()
    parts = ["## The whole file", settings_table(RunSection, {**_ELSEWHERE, **_links(known)})]
    for name, section in known.items():
        doc = read_doc(section)
        parts += [f"## {_title(name)}", "\n\n".join([_about(doc.summary), *doc.rest])]
        parts.append(settings_table(section))
    parts += ["## Columns", read_doc(Columns).summary, settings_table(Columns)]
    return page("The run file", _INTRODUCTION, *parts)


def _sections() -> dict[str, type]:
    """Return the sections by the key of the run file that holds them, in the run file's order."""
    offered = {name.removesuffix(_ENDING).lower(): kind for name, kind in vars(sections).items()}
    return {name: offered[name] for name in get_type_hints(RunSection) if name in offered}


def _links(known: dict[str, type]) -> dict[str, str]:
    return {
        name: f"{_about(read_doc(section).summary)} See [{_title(name)}](#{name})."
        for name, section in known.items()
    }


def _title(name: str) -> str:
    return f"`[[{name}]]`" if name == "owner" else f"`[{name}]`"


def _about(summary: str) -> str:
    """Return a section's summary without the table's name, which stands in the heading."""
    return first_capital(summary.partition(": ")[2] or summary)
