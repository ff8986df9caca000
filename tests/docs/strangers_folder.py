"""The folder of a stranger who tries the documentation: data, run files, and a finished run."""

import shutil
from pathlib import Path

from doc_pages import ROOT
from made_files import tickets, write_table
from run_files import ask
from tiny_run import rows, tiny_tables, toml, write_owners, write_rows

RUN = {
    "task": {"name": "tickets", "topic": "kind of message", "labels": ["complaint", "praise"]},
    "roles": {"train": 8, "dev": 24, "test": 8},
    "endpoint": {"use": "embedded"},
}


def make_folder(place: Path) -> Path:
    """Fill a folder; the embedded model must already be a stand-in.

    It holds ``tickets.csv`` (text, label, region), ``tickets.toml`` with its owners' files, a
    finished run in ``runs/departments`` (owners billing, facilities, it and people), ``new.jsonl``,
    ``client.toml`` for the embedded model, and ``examples/departments``.
    """
    write_table(place / "tickets.csv", tickets(160, ("north", "south")))
    write_owners(place)
    (place / "tickets.toml").write_text(toml(tiny_tables(**RUN)), encoding="utf-8")
    done = ask(place, "run", "tickets.toml", "--dir", "runs/departments")
    assert done.exit_code == 0, done.output
    write_rows(place / "new.jsonl", rows("stairs", 24))
    (place / "client.toml").write_text('[endpoint]\nuse = "embedded"\n', encoding="utf-8")
    shutil.copytree(ROOT / "examples" / "departments", place / "examples" / "departments")
    return place
