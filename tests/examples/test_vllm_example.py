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
from fedbbpt.config.runfile import resolve
from fedbbpt.distributions import width

FOLDER = Path(__file__).parent.parent.parent / "examples" / "vllm"


@pytest.fixture
def experiment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    found = importlib.util.spec_from_file_location("experiment", FOLDER / "experiment.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    monkeypatch.setitem(sys.modules, "experiment", module)
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


def test_ten_owners_compare_four_ways_at_equal_calls(tmp_path: Path) -> None:
    pytest.importorskip("cma")
    text = (FOLDER / "federation.toml").read_text().replace("../../.cache/vader4-soft/", "")
    (tmp_path / "federation.toml").write_text(text)
    (tmp_path / "all.jsonl").write_text("\n".join(map(line, range(2_044))), encoding="utf-8")
    methods = "fedes-cma,fedbpt-paper,fedavg-bbt,fedavg-zo"

    said = CliRunner().invoke(
        main, ["compare", str(tmp_path / "federation.toml"), "--recipes", methods, "--dry-run"]
    )

    assert said.exit_code == 0, said.output
    assert "random: random search: 250 prompts" in said.output  # of 10 owners x 8 texts each
    assert "(5 seeds), at most 800,000 calls" in said.output


def test_the_shell_reads_the_script_that_serves() -> None:
    read = subprocess.run(["sh", "-n", FOLDER / "serve.sh"], capture_output=True, check=False)

    assert (read.returncode, read.stderr) == (0, b"")
