"""``answer`` and ``replay`` after a death: any beginning of the journal goes on to the same bytes.

What a killed process leaves is a beginning of ``calls.log`` and none, some or all of the files of a
result. Here the log of a whole call is cut at many places instead; the kills themselves are in
``tests/durability/test_answer_kills.py``.
"""

from collections import Counter
from pathlib import Path

import numpy as np
import orjson
import pytest
from answer_runs import QUESTION, write_run
from run_files import ask
from run_files import write_run as write_tiny
from tiny_run import write_rows

from fedbbpt.randomness import rng
from fedbbpt.storage.reading import read_log

ASKED = [{"input": "it was kind"}, {"input": "all is wrong"}, {"input": "late but kind"}]
ANSWER = ("answer", "run.toml", "asked.jsonl", "--rule", "ac", "--budget", "8", "--json")
WEIGHED = (*ANSWER, "--weights", "reliability", "--gold", "4")
SHARED = ("answer", "run.toml", "asked.jsonl", "--rule", "shared", "--budget", "4", "--json")
ONE = ("answer", "run.toml", QUESTION, "--recipe", "scop", "--json")
REPLAY = ("replay", "run.toml", "--budgets", "1,3", "--samples", "3", "--most", "2")
ANSWERS = ("runs/tiny-answers", ("answers.jsonl",))
TABLES = ("runs/replay", ("replay.json", "table.csv", "table.md"))
CUTS = 4


def cuts(size: int) -> list[int]:
    """Return where a log is cut: its start, its last byte, and places between."""
    dice = rng(11, "cuts")
    return [0, *sorted(np.unique(dice.integers(1, size, CUTS)).tolist()), size - 1]


def done_of(log: Path) -> "Counter[str]":
    records = map(orjson.loads, read_log(log).records)
    return Counter(one["key"] for one in records if one["t"] == "done")


@pytest.mark.parametrize(
    ("words", "left", "log"),
    [
        (ANSWER, ANSWERS, "runs/tiny-answers/calls.log"),
        (WEIGHED, ANSWERS, "runs/tiny-answers/calls.log"),
        (SHARED, ANSWERS, "runs/tiny-answers/calls.log"),
        (ONE, ANSWERS, "runs/tiny-answers/calls.log"),
        (REPLAY, TABLES, "runs/replay/tiny/calls.log"),
    ],
    ids=["answer ac", "answer weighed", "answer shared", "answer scop", "replay"],
)
def test_from_any_beginning_of_the_journal_the_same_command_ends_alike_and_pays_the_rest(
    tmp_path: Path, words: tuple[str, ...], left: tuple[str, tuple[str, ...]], log: str
) -> None:
    if words is REPLAY:
        roles = {"train": 8, "dev": 4, "test": 4}
        write_tiny(tmp_path, space={"use": "bank"}, optimizer={}, roles=roles)
    else:
        write_run(tmp_path)
    write_rows(tmp_path / "asked.jsonl", ASKED)
    folder, names = left
    assert ask(tmp_path, *words).exit_code == 0
    whole = {name: (tmp_path / folder / name).read_bytes() for name in names}
    journal = (tmp_path / log).read_bytes()
    paid = done_of(tmp_path / log)

    for cut in cuts(len(journal)):
        (tmp_path / log).write_bytes(journal[:cut])
        (tmp_path / folder / names[0]).unlink()

        again = ask(tmp_path, *words)

        assert again.exit_code == 0, again.output
        assert {name: (tmp_path / folder / name).read_bytes() for name in names} == whole
        assert done_of(tmp_path / log) == paid
        assert set(paid.values()) == {1}
