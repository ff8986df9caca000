"""The example of ways to vote: its run files can be meant, and a quick run leaves one table."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "votes"
SIBLINGS = ("table_runs", "table_sets")
LABELS = ("negative", "positive")


@pytest.fixture(scope="module")
def votes() -> Iterator[ModuleType]:
    """Load the script as a person starts it."""
    path = list(sys.path)
    spec = importlib.util.spec_from_file_location("votes_example", FOLDER / "votes.py")
    if spec is None or spec.loader is None:
        raise ImportError("votes")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    sys.path[:] = path
    for name in SIBLINGS:
        sys.modules.pop(name, None)


def write_set(folder: Path, name: str, count: int = 600) -> None:
    """Write made-up rows of a set, a third for each file."""
    rows = [
        json.dumps(
            {
                "id": f"{name}-{index}",
                "input": f"text {index} of the kind {LABELS[index % 2]} number {index * 31}",
                "target": LABELS[index % 2],
                "domain": f"domain-{index // 2 % 4}",
            }
        )
        for index in range(count)
    ]
    for place, split in enumerate(("train", "validation", "test")):
        text = "\n".join(rows[place::3]) + "\n"
        (folder / f"{name}.{split}.jsonl").write_text(text, encoding="utf-8")


def test_a_quick_run_leaves_one_table_and_goes_on(
    votes: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_set(tmp_path, "vader4")
    out = tmp_path / "out"
    words = [str(tmp_path), "--quick", "--endpoint", "scripted", "--out", str(out)]
    words += ["--sets", "vader4,sst2"]

    code = votes.main(words)
    table = (out / "table.csv").read_bytes()
    log = (out / "vader4" / "calls.log").read_bytes()
    again = votes.main(words)

    said = capfd.readouterr().out
    assert code == again == 0
    assert f"sst2: absent from {tmp_path}, left out" in said
    assert b'"vader4","ours","5"' in table
    assert (out / "table.csv").read_bytes() == table
    assert (out / "vader4" / "calls.log").read_bytes() == log


def test_a_folder_without_any_set_is_refused(
    votes: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert votes.main([str(tmp_path)]) == 2
    assert votes.main([str(tmp_path / "gone")]) == 2
    said = capsys.readouterr().err
    assert "none of the sets is there" in said
    assert "no such folder" in said
