"""What the page about security claims of the files of a run, looked for in runs."""

from pathlib import Path

import pytest
from run_files import ask, files_of
from tiny_run import OWNERS, rows, tiny_tables, toml, write_owners

SHOWN_BY_A_SIMULATION = {"tiny/report.html", "tiny/simulation.json"}


def left_by(folder: Path, *, simulation: bool) -> dict[str, bytes]:
    """Make the tiny run and return all that it leaves, by path."""
    tables = tiny_tables()
    if not simulation:
        del tables["simulation"]
    write_owners(folder)
    (folder / "run.toml").write_text(toml(tables), encoding="utf-8")
    done = ask(folder, "run", "run.toml")
    assert done.exit_code == 0, done.output
    return files_of(folder / "runs")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return left_by(tmp_path_factory.mktemp("real-owners"), simulation=False)


def holding(left: dict[str, bytes], part: str) -> set[str]:
    """Return the files that hold this part of any example."""
    found = [row[part].encode() for owner in OWNERS for row in rows(owner)]
    return {name for name, held in left.items() if any(one in held for one in found)}


@pytest.mark.parametrize("part", ["input", "id"])
def test_no_file_of_a_run_with_real_owners_holds_an_example(
    left: dict[str, bytes], part: str
) -> None:
    found = holding(left, part)

    assert len(left) > 10
    assert not found


def test_a_simulation_shows_examples_in_two_files_only(tmp_path: Path) -> None:
    found = holding(left_by(tmp_path, simulation=True), "input")

    assert found <= SHOWN_BY_A_SIMULATION


def test_only_an_owners_own_file_holds_its_biases(left: dict[str, bytes]) -> None:
    held = [name for name, data in left.items() if b'"biases": [' in data]

    assert held == [f"tiny/owners/{owner}.json" for owner in OWNERS]


def test_the_logs_are_readable_for_their_user_only(tmp_path: Path) -> None:
    left_by(tmp_path, simulation=False)

    logs = [tmp_path / "runs" / "tiny" / name for name in ("calls.log", "rounds.log")]

    assert [log.stat().st_mode & 0o077 for log in logs] == [0, 0]
