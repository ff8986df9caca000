"""The example of soft tokens: its run file, its table and its scripts, without a server."""

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from fedbbpt.cli import main
from fedbbpt.config.prepare import prepare
from fedbbpt.config.recipes import load_recipe
from fedbbpt.config.runfile import resolve
from fedbbpt.distributions import width

FOLDER = Path(__file__).parent.parent.parent / "examples" / "vllm"


@pytest.fixture
def experiment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return script("experiment", monkeypatch)


@pytest.fixture
def federation(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return script("federation", monkeypatch)


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return a script of the example as a module."""
    found = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, name, module)
    found.loader.exec_module(module)
    return module


@pytest.mark.parametrize("place", ["before", "after"])
def test_every_place_is_a_run_of_equally_many_requests(
    experiment: ModuleType, place: str, tmp_path: Path
) -> None:
    pytest.importorskip("cma")
    written = experiment.placed((FOLDER / "run.toml").read_text(), place, FOLDER)
    table = tomllib.loads(written)
    data = tmp_path / "movie.jsonl"
    data.write_text("\n".join(map(line, range(560))), encoding="utf-8")
    named = Path(table["owner"][0]["data"])
    table["owner"][0]["data"] = str(data)

    prepared = prepare(resolve(table, tmp_path), {})

    assert named.is_absolute()
    assert (prepared.plan.rounds, prepared.plan.requests) == (40, 12_800)
    assert width(prepared.space.initial()) == 100
    assert table["space"]["place"] == place
    assert prepared.profile_of("movie").form.label_ids == (17728, 16185)


def line(number: int) -> str:
    """Return one example as a line of a file."""
    label = ("negative", "positive")[number % 2]
    return f'{{"id": "{number}", "input": "text {number}", "target": "{label}"}}'


def test_a_run_file_without_a_place_is_refused(experiment: ModuleType) -> None:
    with pytest.raises(ValueError, match="place"):
        experiment.placed('recipe = "bbt"', "after", FOLDER)


def test_a_comparison_has_random_search_beside_soft_tokens(tmp_path: Path) -> None:
    pytest.importorskip("cma")
    text = (FOLDER / "run.toml").read_text().replace("../../.cache/vader4-soft/", "")
    (tmp_path / "run.toml").write_text(text)
    (tmp_path / "movie.jsonl").write_text("\n".join(map(line, range(560))), encoding="utf-8")

    said = CliRunner().invoke(
        main, ["compare", str(tmp_path / "run.toml"), "--recipes", "bbt", "--dry-run"]
    )

    assert said.exit_code == 0, said.output
    assert "random: random search: 400 prompts" in said.output


@pytest.mark.parametrize("split", ["iid", "dirichlet"])
def test_ten_owners_compare_four_ways_at_equal_calls(
    federation: ModuleType, split: str, tmp_path: Path
) -> None:
    pytest.importorskip("cma")
    (tmp_path / "all.jsonl").write_text("\n".join(map(line, range(2_044))), encoding="utf-8")
    text = (FOLDER / "federation.toml").read_text().replace("../../.cache/vader4-soft/", "")
    run = tmp_path / "run.toml"
    run.write_text(federation.dealt(text, split, tmp_path), encoding="utf-8")
    words = federation.command(run, federation.RECIPES, "1-5", ["--dry-run"])

    said = CliRunner().invoke(main, words[3:])

    assert said.exit_code == 0, said.output
    assert f'split = "{split}"' in run.read_text()
    assert "random: random search: 252 prompts" in said.output  # of 10 owners x 8 texts each
    assert "(5 seeds), at most 806,400 calls" in said.output
    assert "random exemplars: left out: not asked for" in said.output


def test_three_whole_rounds_of_fedbpt_are_paid(federation: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("cma")
    (tmp_path / "all.jsonl").write_text("\n".join(map(line, range(2_044))), encoding="utf-8")
    text = (FOLDER / "federation.toml").read_text().replace("../../.cache/vader4-soft/", "")
    recipe = load_recipe("fedbpt-paper")
    tables = tomllib.loads(federation.dealt(text, "dirichlet", tmp_path))
    tables |= {"recipe": "fedbpt-paper", "search": {**tables["search"]}}

    planned = prepare(resolve(tables, tmp_path), {})

    assert recipe["search"]["generations"] == planned.schedule.generations
    assert (planned.plan.rounds, planned.plan.requests) == (3, 20_160)


def test_a_run_file_without_a_split_is_refused(federation: ModuleType) -> None:
    with pytest.raises(ValueError, match="split"):
        federation.dealt('recipe = "bbt"', "iid", FOLDER)


def test_the_shell_reads_the_script_that_serves() -> None:
    read = subprocess.run(["sh", "-n", FOLDER / "serve.sh"], capture_output=True, check=False)

    assert (read.returncode, read.stderr) == (0, b"")
