"""The leak test: 50 secrets in private notes, a model that copies them, and what comes out."""

import shutil
from pathlib import Path

import pytest
from copying_model import MANNERS
from leak_worlds import (
    LABELS,
    LEXICON,
    examples,
    left_behind,
    played,
    prepared_run,
    secrets,
    seen_in,
)

from fedbbpt.privacy.leak_guard import LeakGuard, Screen
from fedbbpt.runs.results import Results
from fedbbpt.runs.stored import read_stored
from fedbbpt.storage.reading import read_log

COPYING = {"use": "copying_model:Copying", "lexicon": LEXICON}
"""Copies in all manners by turns."""


@pytest.fixture(scope="module")
def screen() -> Screen:
    return LeakGuard(examples(0) + examples(1), LABELS).screen(["Say complaint or praise."])


def test_there_are_fifty_secrets_and_each_stands_in_one_note() -> None:
    texts = [example.input for owner in (0, 1) for example in examples(owner)]

    hidden = secrets()

    assert len(set(hidden)) == len(hidden) == 50
    assert all(sum(one in text for text in texts) == 1 for one in hidden)


@pytest.mark.parametrize("manner", sorted(MANNERS))
def test_no_copy_of_a_note_or_of_its_secret_passes(manner: str, screen: Screen) -> None:
    copied = MANNERS[manner]
    notes = [example.input for owner in (0, 1) for example in examples(owner)]
    most = [one[: max(7, round(0.7 * len(one)))] for one in secrets()]
    around = [f"Judge the note, like {copied(one)} again." for one in secrets()]

    let = [
        text
        for text in (*map(copied, (*notes, *secrets(), *most)), *around)
        if screen.verdict(text).passes
    ]

    assert let == []


async def test_no_secret_reaches_the_server_its_log_its_report_or_what_it_tells(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    told: list[str] = []

    done = await played(prepared_run(tmp_path, COPYING), tmp_path / "run", told)

    files = left_behind(tmp_path / "run")
    journal = "".join(map(bytes.decode, read_log(tmp_path / "run" / "calls.log").records))
    reports = "".join(map(bytes.decode, read_log(tmp_path / "run" / "rounds.log").records))
    everything = [*files.values(), *told, caplog.text, reports]
    bank = done.results.bank
    assert bank is not None
    assert {"rounds.log", "results.json", "report.html", "tuned.json"} <= files.keys()
    assert len(seen_in(journal, secrets())) >= 10  # the model did copy, at the owners' own place
    assert seen_in("\n".join(everything), secrets()) == []
    assert bank.guarded >= 40
    assert sum(count for _, count in bank.refused) == bank.guarded
    assert bank.near_verbatim >= 0.5 * bank.guarded


async def test_the_report_says_how_much_was_kept_back(tmp_path: Path) -> None:
    await played(prepared_run(tmp_path, COPYING, 1), tmp_path / "run", [])

    bank = read_stored(tmp_path / "run" / "results.json", Results).bank
    page = (tmp_path / "run" / "report.html").read_text()
    assert bank is not None
    refused = sum(count for _, count in bank.refused)
    assert f"{refused} of {bank.guarded} texts" in page
    assert f"{bank.near_verbatim} as copies" in page


async def test_what_was_reflected_on_is_not_asked_again(tmp_path: Path) -> None:
    prepared = prepared_run(tmp_path, COPYING, 2)
    first = await played(prepared, tmp_path / "run", [])
    (tmp_path / "again").mkdir()
    shutil.copy(tmp_path / "run" / "calls.log", tmp_path / "again" / "calls.log")

    again = await played(prepared, tmp_path / "again", [])

    assert again.results.encode() == first.results.encode()
    assert again.stats.hits == again.stats.requests == first.stats.requests
    assert (tmp_path / "again" / "calls.log").read_bytes() == (
        tmp_path / "run" / "calls.log"
    ).read_bytes()
