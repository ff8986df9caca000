"""Whole runs whose bank grows: same bytes after a kill, nothing written twice, budgets kept."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import orjson
import pytest
from whole_runs import (
    PATIENCE,
    SCRIPTED,
    Table,
    complete,
    journalled,
    run_command,
    run_table,
    started,
    stats,
    tune,
    write_run,
)

from fedbbpt.experiment.running import Finished
from fedbbpt.runs.front import Weighed, pareto_front
from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import Results
from fedbbpt.runs.stored import read_stored
from fedbbpt.storage.reading import read_log
from fedbbpt.work.propose import PROPOSER

WORDY = {
    text: dict.fromkeys(text.casefold().split(), 1.0)
    for text in (
        "Decide on the mood of the note.",
        "<prompt>Is this note a complaint or praise?</prompt>",
        "Sure! Here is a new instruction: Read it and judge.",
        "<prompt>Judge the note in one word.</prompt>",
        "Read {input} twice.",
    )
}
"""A model whose replies are instructions, one of them unusable."""

WRITER = {"use": "scripted", "lexicon": WORDY, "seed": 5}


def table(**proposer: object) -> Table:
    """Return a small run of evoprompt-ga with a writer of its own."""
    return run_table(
        {**SCRIPTED, "concurrency": 2},
        recipe="evoprompt-ga",
        prompt={"system": "Say {labels} for the {topic}.", "user": "Note: {input}"},
        space={"limit": 3},
        optimizer={"population": 3, "parents": 3, "children": 3, "generations": 2, "finalists": 2},
        search={"candidates": 8, "block": 8, "requests": 300},
        proposer={"endpoint": WRITER, **proposer},
    )


def killed_when(
    file: Path, directory: Path, reached: Callable[[list[str], set[str]], bool]
) -> None:
    """Start a run and kill it as soon as its journal says so.

    Args:
        file: the run file.
        directory: of the run.
        reached: told the keys of the writer's intents and of all completions so far.
    """
    journal = directory / "calls.log"
    end = time.monotonic() + PATIENCE
    with started("run", file, "--dir", directory) as process:
        while process.poll() is None:
            assert time.monotonic() < end, "the moment never came"
            if journal.exists():
                records = list(map(orjson.loads, read_log(journal).records))
                done = {str(one["key"]) for one in records if one["t"] == "done"}
                if reached(_written(records), done):
                    process.kill()
                    return
            time.sleep(0.01)
    pytest.fail("the run ended before it was killed")


def text_intended(mine: list[str], _done: set[str]) -> bool:
    return len(mine) >= 1


def some_texts_written(mine: list[str], done: set[str]) -> bool:
    return 1 <= len(done.intersection(mine)) < 3


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("proposing")
    file = write_run(folder, table())
    return file, complete(file, folder / "run")


@pytest.mark.parametrize("reached", [text_intended, some_texts_written])
def test_a_kill_while_texts_are_written_changes_no_byte_and_pays_nothing_twice(
    whole: tuple[Path, dict[str, bytes]],
    tmp_path: Path,
    reached: Callable[[list[str], set[str]], bool],
) -> None:
    _, left = whole
    slow = table(endpoint={**WRITER, "latency_seconds": 0.15, "concurrency": 1})
    file = write_run(tmp_path, slow)
    killed_when(file, tmp_path / "run", reached)

    again = complete(file, tmp_path / "run")

    assert again == left
    assert set(journalled(tmp_path / "run", "done").values()) == {1}


def test_the_results_say_what_was_written_and_what_it_took(
    whole: tuple[Path, dict[str, bytes]],
) -> None:
    file, _ = whole
    results = read_stored(file.parent / "run" / "results.json", Results)
    bank = results.bank
    assert bank is not None

    paid = {one["owner"]: one for one in _owners(file.parent / "run")}

    assert bank.written == 6
    assert 1 <= bank.joined <= 5
    assert bank.joined + bank.dropped == bank.written
    assert paid[PROPOSER]["calls"] == len(set(_keys(file.parent / "run")))
    assert results.search_requests <= 300
    assert results.rounds[-1].requests == results.search_requests
    assert sum(summary.written for summary in results.rounds) == bank.written


def test_the_front_holds_what_no_other_beats(whole: tuple[Path, dict[str, bytes]]) -> None:
    file, _ = whole
    bank = read_stored(file.parent / "run" / "results.json", Results).bank
    assert bank is not None

    front = [one for one in bank.texts if one.number in bank.front]

    assert front
    assert not any(
        other.loss < one.loss and other.characters < one.characters
        for one in front
        for other in bank.texts
    )
    assert min(bank.texts, key=lambda one: one.loss).number in bank.front


def test_the_report_shows_every_instruction_that_was_scored(
    whole: tuple[Path, dict[str, bytes]],
) -> None:
    file, _ = whole
    page = (file.parent / "run" / "report.html").read_text()
    bank = read_stored(file.parent / "run" / "results.json", Results).bank
    assert bank is not None

    assert all(one.text in page for one in bank.texts)
    assert f"{bank.joined} new ones of crossover_ga" in page


def tuned(folder: Path, changes: Mapping[str, object]) -> Finished:
    base = table()
    del base["proposer"]
    file = write_run(folder, {**base, "recipe": "grips", **changes})
    return tune(file, folder / "run")


def test_owners_propose_where_the_simulation_grants_their_texts(tmp_path: Path) -> None:
    granted = {"proposer": {"use": "edits", "at": "owner"}, "simulation": {"texts": True}}

    done = tuned(tmp_path, granted)

    bank = done.results.bank
    assert bank is not None
    assert bank.at == "owner"
    assert bank.joined >= 3
    assert bank.written == 0
    proposing = [r for r in done.results.rounds if r.proposed]
    assert all(summary.clients == ("billing", "it") for summary in proposing)


def test_without_any_grant_a_run_of_owners_proposals_ends_with_its_first_field(
    tmp_path: Path,
) -> None:
    done = tuned(tmp_path, {"proposer": {"use": "edits", "at": "owner"}})

    bank = done.results.bank
    assert bank is not None
    assert bank.joined == 0
    assert done.results.ended == "finished"
    assert render_report(done.results, done.stats, None)


def test_baselines_with_banks_of_their_own_are_compared_in_one(tmp_path: Path) -> None:
    base = table()
    del base["proposer"]
    file = write_run(tmp_path, {**base, "recipe": "grips"})

    done = run_command("run", file, "--dir", tmp_path / "run", "--baselines")

    assert done.returncode == 0, done.stderr
    results = read_stored(tmp_path / "run" / "results.json", Results)
    assert len(results.test.baselines) == 4


def test_a_short_prompt_stays_on_the_front_and_an_equal_longer_one_does_not() -> None:
    prompts = (Weighed(0, 0.5, 10), Weighed(1, 0.4, 20), Weighed(2, 0.4, 30), Weighed(3, 0.9, 5))

    assert [one.number for one in pareto_front(prompts)] == [3, 0, 1]


def test_calls_for_texts_count_under_the_caps_of_the_run(tmp_path: Path) -> None:
    file = write_run(tmp_path, {**table(), "caps": {"calls": 40}})

    done = run_command("run", file, "--dir", tmp_path / "run")

    assert done.returncode == 1
    assert "cap" in done.stderr
    assert sum(journalled(tmp_path / "run", "done").values()) <= 40


def _owners(directory: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = stats(directory)["owners"]  # type: ignore[assignment]
    return found


def _keys(directory: Path) -> list[str]:
    return _written([orjson.loads(one) for one in read_log(directory / "calls.log").records])


def _written(records: list[dict[str, object]]) -> list[str]:
    """Return the keys of the requests for texts."""
    return [str(one["key"]) for one in records if one.get("client") == PROPOSER]
