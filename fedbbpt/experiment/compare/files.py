"""The files that a comparison leaves; ``compare.json`` is written last."""

from fedbbpt.canonical import canonical_json
from fedbbpt.experiment.compare.assembling import Findings
from fedbbpt.experiment.compare.outcome import Compared
from fedbbpt.experiment.compare.page import render_page
from fedbbpt.experiment.compare.paid import Paid
from fedbbpt.experiment.compare.sealed import Sealed
from fedbbpt.experiment.compare.tables import costs_csv, items_csv, markdown, rows_csv, seeds_csv
from fedbbpt.experiment.compare.took import taken
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.safe_text import safe_json

COMPARED, STATS, PAGE = "compare.json", "stats.json", "compare.html"
TABLE, ROWS, SEEDS, COSTS, ITEMS, PROMPTS = (
    "table.md",
    "rows.csv",
    "seeds.csv",
    "costs.csv",
    "items.csv",
    "prompts.json",
)


def write_files(
    directory: RunDirectory, compared: Compared, paid: Paid, findings: Findings, sealed: Sealed
) -> None:
    """Write tables, prompts, page, stats and, last, the figures.

    Tokens and time stand in ``costs.csv``, ``stats.json`` and the page alone, for they may differ
    where all else is the same. Scores of single items are written in a simulation only.

    Raises:
        StorageError: a file cannot be written.
    """
    directory.write(TABLE, table_text(compared).encode())
    directory.write(ROWS, rows_csv(compared).encode())
    directory.write(SEEDS, seeds_csv(compared).encode())
    if compared.simulation:
        directory.write(ITEMS, items_csv(sealed).encode())
    prompts = {name: shown.prompt.payload() for name, shown in findings.prompts.items()}
    directory.write(PROMPTS, safe_json(canonical_json(prompts)))
    took = taken(findings, paid.cell_seconds)
    directory.write(COSTS, costs_csv(took).encode())
    directory.write(PAGE, render_page(compared, paid, took).encode())
    directory.write(STATS, safe_json(paid.encode()))
    directory.write(COMPARED, safe_json(compared.encode()))


def table_text(compared: Compared) -> str:
    """Return both tables in Markdown, each under its own line."""
    texts = [f"At equal requests ({compared.requests:,} a search):\n\n"]
    texts.append(markdown(compared.equal_requests))
    if compared.equal_rounds is not None:
        texts.append(f"\nAt equal rounds ({compared.equal_rounds.rounds}):\n\n")
        texts.append(markdown(compared.equal_rounds))
    return "".join(texts)
