"""A damaged journal, as a person would meet it: said once where, counted, mended, never silent."""

import json
import logging
import shutil
from pathlib import Path

import pytest
from run_files import ask, files_of, write_run

from fedbbpt.storage.reading import read_log


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished run."""
    folder = tmp_path_factory.mktemp("finished")
    write_run(folder)
    assert ask(folder, "run", "run.toml").exit_code == 0
    return folder


@pytest.fixture
def folder(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    shutil.copytree(finished, tmp_path, dirs_exist_ok=True)
    return tmp_path


def spoil(path: Path, *texts: bytes) -> None:
    """Flip a bit of the last record that holds each text."""
    raw = bytearray(path.read_bytes())
    for text in texts:
        raw[raw.rindex(text)] ^= 1
    path.write_bytes(raw)


def stats_of(run: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((run / "stats.json").read_bytes())
    return found


def test_damage_in_both_logs_is_said_at_the_opening_in_the_figures_and_on_the_page(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = folder / "runs" / "tiny"
    before = files_of(run)
    spoil(run / "calls.log", b'"t":"done"')
    spoil(run / "rounds.log", b'"round"')
    number, lost = read_log(run / "calls.log").damaged[0], read_log(run / "rounds.log").damaged[0]

    with caplog.at_level(logging.WARNING):
        said = ask(folder, "resume", "runs/tiny")

    warnings = [record.getMessage() for record in caplog.records]
    stats = stats_of(run)
    words = " ".join(said.stdout.split())
    page = (run / "report.html").read_text(encoding="utf-8")
    assert said.exit_code == 0, said.output
    assert len(warnings) == 2
    assert f"tiny/calls.log: 1 damaged record skipped (number {number}, counted" in warnings[0]
    assert f"tiny/rounds.log: 1 damaged record skipped (number {lost}, counted" in warnings[1]
    assert stats["damaged"] == [
        {"header": False, "log": log, "meaningless": 0, "numbers": [at], "records": 1}
        for log, at in (("calls.log", number), ("rounds.log", lost))
    ]
    assert f"calls.log: 1 damaged record skipped (number {number}, counted from 0)." in words
    assert "<strong>Damaged records.</strong> calls.log: 1 damaged record" in page
    assert (run / "results.json").read_bytes() == before["results.json"]


def test_a_sound_run_says_nothing_of_damage(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        said = ask(folder, "resume", "runs/tiny")

    assert caplog.records == []
    assert "amaged" not in said.output
    assert stats_of(folder / "runs" / "tiny")["damaged"] == []


def test_compacting_says_which_damaged_records_it_drops(folder: Path) -> None:
    calls = folder / "runs" / "tiny" / "calls.log"
    spoil(calls, b'"t":"done"')
    number = read_log(calls).damaged[0]

    first, second = (ask(folder, "compact", "runs/tiny") for _ in range(2))

    assert first.exit_code == second.exit_code == 0
    assert f"warning: 1 damaged record skipped (number {number}, counted" in first.stderr
    assert "counts as possibly billed" in first.stderr
    assert second.stderr == ""


def test_what_was_spent_survives_a_flipped_bit_in_a_compacted_journal(folder: Path) -> None:
    run = folder / "runs" / "tiny"
    calls = stats_of(run)["calls"]
    assert ask(folder, "compact", "runs/tiny").exit_code == 0
    spoil(run / "calls.log", b'"carried"')

    one = ask(folder, "resume", "runs/tiny")
    after_one = stats_of(run)
    raw = bytearray((run / "calls.log").read_bytes())
    raw[raw.index(b'"carried"')] ^= 1
    (run / "calls.log").write_bytes(raw)
    both = ask(folder, "resume", "runs/tiny")
    after_both = stats_of(run)

    assert one.exit_code == both.exit_code == 0
    assert (after_one["calls"], after_one["possibly_billed"]) == (calls, 0)
    assert (after_one["totals_lost"], after_both["totals_lost"]) == (False, True)
    assert "the costs are too low" in " ".join(both.stdout.split())


def test_a_damaged_header_is_read_past_and_pays_for_nothing_again(folder: Path) -> None:
    run = folder / "runs" / "tiny"
    calls = stats_of(run)["calls"]
    sound = (run / "calls.log").read_bytes()
    (run / "calls.log").write_bytes(bytes([sound[0] ^ 8]) + sound[1:])

    said = ask(folder, "resume", "runs/tiny")
    compacted = ask(folder, "compact", "runs/tiny")

    assert said.exit_code == compacted.exit_code == 0, said.output
    assert (stats_of(run)["calls"], stats_of(run)["hits"]) == (calls, stats_of(run)["requests"])
    assert "damaged header" in compacted.stderr
    assert (run / "calls.log").read_bytes()[:16] == sound[:16]
