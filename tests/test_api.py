"""``fedbbpt.optimize`` does from Python what a run file does from the command line."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from app_side import MODEL, asked_of, reply_body
from tiny_run import LABELS, LEXICON, OWNERS, Table, put, tiny_prepared, tiny_run, tiny_tables, toml

import fedbbpt
from fedbbpt import TunedPrompt
from fedbbpt.api import Result
from fedbbpt.errors import BudgetError, ConfigError, StorageError

DEPARTMENTS = Path(__file__).parents[1] / "examples" / "departments"
CUES = {"complaint": ["broken", "again", "wrong", "late"], "praise": ["thanks", "thank", "lovely"]}


def placed_tables(folder: Path, **changes: object) -> Table:
    """Return the tiny run's tables with the places of the data, which are written too."""
    tiny_run(folder)
    tables = tiny_tables(**changes)
    for owner in tables["owner"]:
        owner["data"] = str(folder / owner["data"])
    return tables


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("finished")


@pytest.fixture(scope="module")
def finished(folder: Path) -> Result:
    return fedbbpt.optimize(placed_tables(folder), directory=folder / "kept")


def test_the_result_holds_prompt_owners_figures_and_place(finished: Result, folder: Path) -> None:
    assert finished.directory == folder / "kept"
    assert tuple(finished.owners) == OWNERS
    assert finished.tuned.labels == LABELS
    assert finished.tuned.calibration is None
    assert {tuned.prompt for tuned in finished.owners.values()} == {finished.tuned.prompt}
    assert all(tuned.calibration is not None for tuned in finished.owners.values())
    assert finished.results.test.n == 12 * len(OWNERS)
    assert finished.stats.calls > 0


def test_every_owners_file_lies_in_the_run_folder(finished: Result) -> None:
    for owner, tuned in finished.owners.items():
        loaded = TunedPrompt.load(finished.directory / "owners" / f"{owner}.json")

        assert loaded == tuned
        assert loaded.origin["owner"] == owner


def test_a_finished_run_called_again_asks_nothing(finished: Result, folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in finished.directory.glob("*.log")}

    again = fedbbpt.optimize(placed_tables(folder), directory=folder / "kept")

    after = {path.name: path.read_bytes() for path in finished.directory.glob("*.log")}
    assert again.stats.requests == again.stats.hits
    assert again.stats.calls == finished.stats.calls
    assert again.results == finished.results
    assert (again.tuned, again.owners) == (finished.tuned, finished.owners)
    assert after == before


def test_a_path_gives_what_a_mapping_gives(
    finished: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = placed_tables(tmp_path / "data")
    path = tmp_path / "run.toml"
    path.write_text(toml(tables), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    result = fedbbpt.optimize(str(path))

    assert result.directory == Path("runs/tiny")
    assert result.results == finished.results
    assert result.owners == finished.owners


def test_a_run_that_paused_at_its_cap_ends_in_the_same_bytes(
    finished: Result, tmp_path: Path
) -> None:
    tables, kept = placed_tables(tmp_path), tmp_path / "kept"
    with pytest.raises(BudgetError, match=r"raise \[caps\] calls to at least \d+ and resume"):
        fedbbpt.optimize(put(tables, "caps.calls", 150), directory=kept)
    paid = (kept / "calls.log").stat().st_size

    result = fedbbpt.optimize(tables, directory=kept)

    assert paid > 0
    for name in ("results.json", "tuned.json", "tuned.txt", "rounds.txt", "owners/it.json"):
        assert (kept / name).read_bytes() == (finished.directory / name).read_bytes()
    assert result.stats.calls == finished.stats.calls


def test_another_run_does_not_enter_the_folder(finished: Result, folder: Path) -> None:
    with pytest.raises(StorageError, match=r"holds another run \(different: seed\)"):
        fedbbpt.optimize(placed_tables(folder, seed=4), directory=folder / "kept")


def test_other_examples_do_not_enter_the_folder(finished: Result, tmp_path: Path) -> None:
    other = placed_tables(tmp_path)
    path = tmp_path / "it.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("today", "now"), encoding="utf-8")

    with pytest.raises(StorageError, match=r"holds another run \(different: "):
        fedbbpt.optimize(other, directory=finished.directory)


def test_real_owners_are_never_pooled(tmp_path: Path) -> None:
    tables = placed_tables(tmp_path)
    del tables["simulation"]

    with pytest.raises(ConfigError, match=r"only a run with \[simulation\] may do"):
        fedbbpt.optimize(tables, directory=tmp_path / "kept", baselines=True)

    assert not (tmp_path / "kept").exists()


def test_baselines_are_run_where_the_file_wants_them(tmp_path: Path) -> None:
    tables = put(placed_tables(tmp_path), "simulation.baselines", True)

    baselines = fedbbpt.optimize(tables, directory=tmp_path / "kept").results.test.baselines

    names = [baseline.name for baseline in baselines]
    assert names[0].startswith("best single client (")
    assert names[1:] == [*(f"alone: {owner}" for owner in OWNERS), "pooled data"]


@pytest.mark.parametrize("owner", OWNERS)
def test_an_owners_file_reproduces_its_score_of_the_run(
    finished: Result, tmp_path: Path, owner: str
) -> None:
    tuned = finished.owners[owner]
    test = tiny_prepared(tmp_path).data[owner].test

    readings = [
        tuned.read(reply_body(MODEL.reply(asked_of(tuned.request(example.input)))))
        for example in test
    ]

    pairs = list(zip(readings, test, strict=True))
    (row,) = (row for row in finished.results.test.owners if row.owner == owner)
    (cell,) = (c for c in row.cells if (c.prompt, c.mode) == ("tuned", "calibrated"))
    right = [reading.label == example.targets[0] for reading, example in pairs]
    losses = [-np.log(reading.probabilities[example.targets[0]]) for reading, example in pairs]
    assert np.mean(right) == pytest.approx(cell.score)
    assert np.mean(losses) == pytest.approx(cell.loss)


@pytest.mark.parametrize(
    "changes",
    [
        {"scoring": {"read": "generate", "calibration_examples": 8}},
        {"task": {"name": "free"}, "scoring": {"metric": {"use": "exact"}}},
        {"space": {"use": "bank"}, "aggregator": {"use": "median"}},
    ],
    ids=["generated", "without labels", "bank and median"],
)
def test_other_ways_to_ask_and_search_run_end_to_end(tmp_path: Path, changes: Table) -> None:
    user = {"user": "Message: {input}\nKind:"}

    result = fedbbpt.optimize(
        placed_tables(tmp_path, prompt=user, **changes), directory=tmp_path / "kept"
    )

    assert result.results.ended == "finished"
    assert result.results.coverage.unreadable == 0
    assert all(0.5 <= cell.score <= 1 for cell in result.results.test.cells)
    assert result.results.test.n == 12 * len(OWNERS)


def test_the_departments_run_end_to_end(tmp_path: Path) -> None:
    owners = [{"name": path.stem, "data": str(path)} for path in DEPARTMENTS.glob("*.jsonl")]
    lexicon = {label: dict.fromkeys(cues, 1.0) for label, cues in CUES.items()}
    tables = tiny_tables(owner=owners, endpoint={"use": "scripted", "lexicon": lexicon})

    result = fedbbpt.optimize(tables, directory=tmp_path / "kept")

    assert sorted(result.owners) == sorted(OWNERS)
    assert result.results.coverage.missing == result.results.coverage.unreadable == 0
    assert sorted(LEXICON) == sorted(result.tuned.prompt.words)


def test_importing_the_package_alone_loads_nothing_heavy() -> None:
    code = (
        "import sys, fedbbpt; "
        "print({'numpy', 'aiohttp', 'rich', 'jinja2'} & set(sys.modules), fedbbpt.__all__)"
    )

    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout

    names = ["Example", "Reading", "Result", "TunedPrompt", "optimize", "wrap"]
    assert shown.startswith(f"set() {names}")


def test_every_name_that_the_package_offers_is_there() -> None:
    assert [name for name in fedbbpt.__all__ if not getattr(fedbbpt, name)] == []
    with pytest.raises(AttributeError, match="'optimise'"):
        _ = fedbbpt.optimise
