"""The page about results.json and stats.json: every field, from the values that are written."""

from fedbbpt.runs.results import Results, Stats
from generator.docstrings import read_doc
from generator.fields import held_values, value_table
from generator.markdown import page

_INTRODUCTION = """\
Both files are canonical JSON: keys sorted, no spaces, one line. Beside the fields below each has
`schema`, a number that changes when a field changes its meaning. `results.json` holds what replays
to the same bytes from the same completions; what may differ from process to process is in
`stats.json`. Scores are in [0, 1]; gains are differences of scores; losses are in nats."""


def results_page() -> str:
    """Return the page."""
    parts = ["## results.json", _value(Results), "## stats.json", _value(Stats), "## Values"]
    for value in dict.fromkeys([*held_values(Results), *held_values(Stats)]):
        parts += [f"### {value.__name__}", _value(value)]
    return page("Results and stats", _INTRODUCTION, *parts)


def _value(value: type) -> str:
    doc = read_doc(value)
    return "\n\n".join([doc.summary, *doc.rest, value_table(value)])
