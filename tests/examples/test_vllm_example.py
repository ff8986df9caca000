"""The example of soft tokens: its run file, its table and its scripts, without a server."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

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


@pytest.mark.parametrize("search", ["cma", "random"])
def test_every_arm_is_a_run_of_equally_many_requests(
    experiment: ModuleType, search: str, tmp_path: Path
) -> None:
    pytest.importorskip("nevergrad" if search == "random" else "cma")
    data = tmp_path / "movie.jsonl"
    lines = [
        f'{{"id": "{i}", "input": "text {i}", "target": "{["negative", "positive"][i % 2]}"}}'
        for i in range(560)
    ]
    data.write_text("\n".join(lines), encoding="utf-8")

    arm = experiment.arms(["after"], [search])[0]
    table = experiment.table_of(FOLDER / "run.toml", arm, 4)
    table["owner"][0]["data"] = str(data)
    prepared = prepare(resolve(table, tmp_path), {})

    assert (prepared.plan.rounds, prepared.plan.requests) == (40, 12_800)
    assert width(prepared.space.initial()) == 100
    assert prepared.run.seed == 4
    assert prepared.profile_of("movie").form.label_ids == (17728, 16185)


def test_the_table_says_mean_and_spread_of_every_score(experiment: ModuleType) -> None:
    arm = experiment.arms(["before"], ["cma"])[0]

    said = experiment.line(arm, [{"tuned raw": 80.0}, {"tuned raw": 84.0}])

    assert said == "before   cma     n=2  tuned raw 82.0 +- 2.8"


def test_the_shell_reads_the_script_that_serves() -> None:
    read = subprocess.run(["sh", "-n", FOLDER / "serve.sh"], capture_output=True, check=False)

    assert (read.returncode, read.stderr) == (0, b"")
