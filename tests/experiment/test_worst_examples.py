"""Examples that went wrong stand in the files of a simulation, and nowhere else."""

import json
from pathlib import Path

import pytest
from run_files import ask, files_of
from tiny_run import OWNERS, Table, rows, tiny_tables, toml, write_owners, write_rows

CANARY = "canary-4711"


def finished(folder: Path, *, simulation: bool) -> dict[str, bytes]:
    """Run with a canary in every example, and return the files that the run left."""
    write_owners(folder)
    for owner in OWNERS:
        marked = [{**row, "input": f"{row['input']} {CANARY}-{owner}"} for row in rows(owner)]
        # Cues that point the other way are wrong under any prompt: there is always a worst one.
        turned = [
            {**row, "target": "praise" if row["target"] == "complaint" else "complaint"}
            for row in marked[::4]
        ]
        write_rows(folder / f"{owner}.jsonl", [*marked[1::4], *marked[2::4], *turned])
    tables: Table = tiny_tables(roles={"train": 12, "dev": 8, "test": 8})
    if not simulation:
        del tables["simulation"]
    (folder / "run.toml").write_text(toml(tables), encoding="utf-8")
    told = ask(folder, "run", "run.toml")
    assert told.exit_code == 0, told.output
    assert CANARY not in told.output
    return files_of(folder / "runs" / "tiny")


def test_a_simulation_shows_the_worst_examples_of_every_owner(tmp_path: Path) -> None:
    files = finished(tmp_path, simulation=True)

    worst = json.loads(files["simulation.json"])["worst"]
    found = {example["owner"] for example in worst}
    assert found
    for owner in found:
        losses = [example["loss"] for example in worst if example["owner"] == owner]
        assert 1 <= len(losses) <= 3
        assert losses == sorted(losses, reverse=True)
    assert all(example["found"] not in example["targets"] for example in worst)
    assert f"{CANARY}-{worst[0]['owner']}".encode() in files["report.html"]
    assert b"Where it went wrong" in files["report.html"]


def test_a_simulation_shows_the_calibration_of_every_owner(tmp_path: Path) -> None:
    files = finished(tmp_path, simulation=True)

    shown = json.loads(files["simulation.json"])["calibrations"]
    own = json.loads(files["owners/it.json"])
    assert [one["owner"] for one in shown] == sorted(OWNERS)
    assert next(one["biases"] for one in shown if one["owner"] == "it") == own["biases"]
    assert b"Bias of complaint" in files["report.html"]


def test_a_run_with_real_owners_writes_no_example_and_no_bias(tmp_path: Path) -> None:
    files = finished(tmp_path, simulation=False)

    assert "simulation.json" not in files
    assert [name for name, data in files.items() if CANARY.encode() in data] == []
    page = files["report.html"].decode()
    assert "Bias of" not in page
    assert "owners/NAME.json at the owner, not on this page" in page
    for owner in OWNERS:
        biases = json.loads(files[f"owners/{owner}.json"])["biases"]
        assert biases
        assert not any(f"{bias:.2f}".lstrip("-") in _calibration(page) for bias in biases if bias)


def test_results_never_hold_an_example(tmp_path: Path) -> None:
    files = finished(tmp_path, simulation=True)

    holding = {name for name, data in files.items() if CANARY.encode() in data}

    assert holding == {"simulation.json", "report.html"}


def test_looking_inside_asks_the_model_nothing(tmp_path: Path) -> None:
    finished(tmp_path, simulation=True)
    folder = tmp_path / "runs" / "tiny"
    log, page = (folder / "calls.log").read_bytes(), (folder / "simulation.json").read_bytes()
    (folder / "simulation.json").unlink()

    again = ask(tmp_path, "resume", "runs/tiny", "--calls", 1)

    assert again.exit_code == 0, again.output
    assert (folder / "calls.log").read_bytes() == log
    assert (folder / "simulation.json").read_bytes() == page


@pytest.mark.parametrize("no_examples", [True, False])
def test_the_page_can_be_made_again_with_and_without_examples(
    tmp_path: Path, no_examples: bool
) -> None:
    before = finished(tmp_path, simulation=True)["report.html"]

    told = ask(tmp_path, "report", "runs/tiny", *["--no-examples"] * no_examples)

    page = (tmp_path / "runs" / "tiny" / "report.html").read_bytes()
    assert told.output == "Report: runs/tiny/report.html\n"
    assert (CANARY.encode() in page) is not no_examples
    assert (page == before) is not no_examples


def _calibration(page: str) -> str:
    return page.partition("<h2>Calibration</h2>")[2].partition("</section>")[0]
