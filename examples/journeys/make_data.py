"""Write the strangers' data, made from the messages of examples/departments."""

import csv
import importlib
import json
import sys
from pathlib import Path

DEPARTMENTS = Path(__file__).parent.parent / "departments"
NAMES = ("facilities", "billing", "it", "people")
HELD_BACK = 8
"""Messages of every department that no run ever sees: apps are measured on them."""

Row = dict[str, str]


def main() -> None:
    """Write all of it into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rows = {name: read_rows(name) for name in NAMES}
    new = [row for name in NAMES for row in rows[name][-HELD_BACK:]]
    old = {name: rows[name][:-HELD_BACK] for name in NAMES}
    write_csv(folder / "tickets.csv", [row for name in NAMES for row in old[name][:24]])
    write_csv(folder / "by_department.csv", old["it"][:48] + old["people"][:48], "domain")
    for name in NAMES:
        write_jsonl(folder / f"{name}.jsonl", old[name][24:])
    write_jsonl(folder / "new.jsonl", new)
    save_data_set(folder / "saved", [row for name in NAMES for row in old[name][-24:]], new)


def read_rows(name: str) -> list[Row]:
    """Return the messages of a department."""
    text = (DEPARTMENTS / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def write_csv(path: Path, rows: list[Row], *more: str) -> None:
    """Write a file as a help desk exports it."""
    header = {"input": "message", "target": "kind", "domain": "department"}
    fields = ["input", "target", *more]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([header[field] for field in fields])
        writer.writerows([row[field] for field in fields] for row in rows)


def write_jsonl(path: Path, rows: list[Row]) -> None:
    """Write a file as an owner keeps it."""
    kept = [{name: row[name] for name in ("id", "input", "target")} for row in rows]
    text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in kept)
    path.write_text(text, encoding="utf-8")


def save_data_set(path: Path, train: list[Row], test: list[Row]) -> None:
    """Save a data set with two splits and a class label, as its library does."""
    # Late and by name: only the one journey with a data set needs this library.
    library = importlib.import_module("datasets")
    library.disable_progress_bars()
    kinds = library.ClassLabel(names=["complaint", "praise"])
    features = library.Features({"text": library.Value("string"), "label": kinds})
    splits = {
        name: library.Dataset.from_dict(
            {"text": [row["input"] for row in rows], "label": [row["target"] for row in rows]},
            features=features,
        )
        for name, rows in {"train": train, "test": test}.items()
    }
    library.DatasetDict(splits).save_to_disk(str(path))


if __name__ == "__main__":
    main()
