"""The page of a comparison: one HTML file that opens from disk, without network or scripts."""

from collections.abc import Sequence

from markupsafe import Markup

from fedbbpt.experiment.compare import curves
from fedbbpt.experiment.compare.outcome import Compared, Difference
from fedbbpt.experiment.compare.paid import Paid
from fedbbpt.experiment.compare.took import Took
from fedbbpt.runs.pages import STYLE, page_environment, page_resource, style_hash
from fedbbpt.runs.phrases import duration

TEMPLATE = "compare.html.j2"


def render_page(compared: Compared, paid: Paid, took: Sequence[Took]) -> str:
    """Return the page; the same arguments give the same text."""
    style = page_resource("fedbbpt.runs", STYLE)
    environment = page_environment()
    tables = [("At equal requests", compared.equal_requests)]
    if compared.equal_rounds is not None:
        tables.append(("At equal rounds", compared.equal_rounds))
    template = environment.from_string(page_resource("fedbbpt.experiment.compare", TEMPLATE))
    return template.render(
        compared=compared,
        paid=paid,
        style=Markup(style),
        style_hash=style_hash(style),
        claim=claim(compared),
        tables=tables,
        row_costs=_shown(took),
        forest=curves.row_intervals(compared.equal_requests.rows),
        charts=[
            ("calls", curves.against_calls(compared.curves)),
            ("bytes", curves.against_bytes(compared.curves)),
            ("rounds", curves.against_rounds(compared.curves)),
        ],
        hues=curves.hues_of(compared.curves),
        took=duration(paid.seconds),
    )


def _shown(took: Sequence[Took]) -> dict[tuple[str, str], tuple[str, str]]:
    """Return tokens and time of every row, by the title of its table and its name."""
    return {
        (f"At equal {one.equal}", one.row): (f"{one.tokens:,.0f}", duration(one.seconds))
        for one in took
    }


def claim(compared: Compared) -> str:
    """Return what the table at equal requests says of the first method, in one sentence."""
    row = compared.equal_requests.row(compared.reference)
    if row is None or row.gain is None or row.holm is None:
        return f"{compared.task}: methods compared"
    gain = f"{100 * row.gain.gain:+.1f} points ({_ends(row.gain)})"
    if row.gain.gain > 0 and row.holm < 0.05:
        return f"{row.name} lies above the start: {gain}"
    if row.gain.high < 0:
        return f"{row.name} lies below the start: {gain}"
    return f"Undecided whether {row.name} lies above the start: {gain}"


def _ends(difference: Difference) -> str:
    return f"{100 * difference.low:+.1f} to {100 * difference.high:+.1f}"
