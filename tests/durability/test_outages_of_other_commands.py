"""``answer``, ``replay`` and ``compare`` stop at a daily limit and go on to the same bytes."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from mock_faults import saying
from mock_plans import healthy, since
from mock_server import MockEndpoint
from model_server import serving
from run_files import ask
from whole_runs import journalled, run_table, write_run

NOTES = ["it is late again", "a lovely desk", "nobody asked"]
DAILY_LIMIT = saying("daily limit", 429, retry_after="3600")


class Command(NamedTuple):
    """A command, the folder of its journal, its files that must not change, and its run file."""

    words: tuple[str, ...]
    log: str
    files: tuple[str, ...]
    changes: dict[str, object]


ANSWER = Command(
    ("answer", "run.toml", "asked.jsonl", "--weights", "gold", "--gold", "4"),
    ".",
    ("answers.jsonl",),
    {"scoring": {"read": "generate"}},
)
REPLAY = Command(
    ("replay", "run.toml", "--budgets", "1,3", "--samples", "3", "--most", "2"),
    "tiny",
    ("replay.json", "table.csv"),
    {
        "space": {"use": "bank"},
        "scoring": {"read": "generate"},
        "roles": {"train": 8, "dev": 4, "test": 4},
    },
)
COMPARE = Command(
    ("compare", "run.toml", "--recipes", "halving", "--seeds", "0", "--without", "local only"),
    ".",
    ("compare.json", "rows.csv", "items.csv", "table.md"),
    {"search": {"candidates": 2, "block": 8, "requests": 60}},
)


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


@pytest.mark.parametrize(
    ("command", "number"),
    [(ANSWER, 10), (REPLAY, 30), (COMPARE, 100)],
    ids=["answer", "replay", "compare"],
)
def test_it_stops_in_one_line_and_the_same_command_ends_as_if_nothing_had_been(
    server: MockEndpoint, tmp_path: Path, command: Command, number: int
) -> None:
    write_run(tmp_path, run_table(server.endpoint(), **command.changes))
    lines = [f'{{"input": "{note}"}}\n' for note in NOTES]
    (tmp_path / "asked.jsonl").write_text("".join(lines))
    server.plan(healthy)
    whole = ask(tmp_path, *command.words, "--dir", "whole")
    server.plan(since(number, DAILY_LIMIT))

    stopped = ask(tmp_path, *command.words, "--dir", "parts")
    server.plan(healthy)
    ended = ask(tmp_path, *command.words, "--dir", "parts")

    assert (whole.exit_code, stopped.exit_code, ended.exit_code) == (0, 1, 0), ended.output
    *_, last = stopped.stderr.splitlines()
    assert last.startswith(
        f"error: {server.url}: asks for a pause of 3,600 s (status 429); nothing"
    )
    left = [
        {name: (tmp_path / folder / name).read_bytes() for name in command.files}
        for folder in ("whole", "parts")
    ]
    assert left[0] == left[1]
    paid = [journalled(tmp_path / folder / command.log, "done") for folder in ("whole", "parts")]
    assert paid[1].total() == paid[0].total() + 1  # the question that tells the model
    assert set(paid[0]) == set(paid[1])
