import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from mock_faults import saying, silence
from mock_plans import by_number, healthy
from mock_received import Fault
from mock_server import MockEndpoint
from model_server import serving
from whole_runs import final_bytes, journalled, run_command, run_table, stats, tune, write_run

from fedbbpt.errors import BudgetError

ENOUGH = 20
"""Times that a cap may have to be raised to what the message names."""


class Uncapped(NamedTuple):
    """The run without a cap: what it left, its calls and its tokens."""

    left: dict[str, bytes]
    calls: int
    tokens: int


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


@pytest.fixture
def uncapped(server: MockEndpoint, tmp_path: Path) -> Uncapped:
    directory = tmp_path / "uncapped/run"
    tune(file_with(server, tmp_path / "uncapped"), directory)
    cost = stats(directory)
    return Uncapped(
        final_bytes(directory), cost["calls"], cost["prompt_tokens"] + cost["completion_tokens"]
    )


def file_with(server: MockEndpoint, folder: Path, **caps: int) -> Path:
    endpoint = server.endpoint(timeout_seconds=60)
    return write_run(folder, run_table(endpoint, caps=caps))


def refusal(server: MockEndpoint, folder: Path, name: str, cap: int) -> str:
    """Run, or go on, under a cap; return how it was refused, or nothing when it is done."""
    try:
        tune(file_with(server, folder, **{name: cap}), folder / "run")
    except BudgetError as error:
        return str(error)
    return ""


def raised_until_done(server: MockEndpoint, folder: Path, name: str, cap: int) -> list[int]:
    """Raise a cap to what each refusal names until the run is done; return the caps."""
    caps, before = [cap], server.bill
    while said := refusal(server, folder, name, caps[-1]):
        assert name != "calls" or server.bill - before <= caps[-1]
        found = re.search(rf"raise \[caps\] {name} to at least (\d+)", said)
        assert found, said
        caps.append(int(found[1]))
        assert caps[-1] > caps[-2]
        assert len(caps) < ENOUGH, "each raised cap pays for at least one batch"
    return caps


def test_a_cap_on_calls_is_never_passed_and_raising_it_ends_with_the_same_bytes(
    server: MockEndpoint, uncapped: Uncapped, tmp_path: Path
) -> None:
    before = server.bill

    caps = raised_until_done(server, tmp_path / "capped", "calls", 1)

    asked_again = len(caps) - 2  # the fingerprint question, by all processes that sent more
    assert final_bytes(tmp_path / "capped/run") == uncapped.left
    assert len(caps) >= 4
    assert uncapped.calls <= server.bill - before <= min(caps[-1], uncapped.calls + asked_again)
    assert stats(tmp_path / "capped/run")["calls"] == server.bill - before


def test_a_cap_on_tokens_pauses_the_run_and_raising_it_ends_with_the_same_bytes(
    server: MockEndpoint, uncapped: Uncapped, tmp_path: Path
) -> None:
    caps = raised_until_done(server, tmp_path / "capped", "tokens", 100)

    cost = stats(tmp_path / "capped/run")
    assert final_bytes(tmp_path / "capped/run") == uncapped.left
    assert len(caps) >= 4
    assert uncapped.tokens <= cost["prompt_tokens"] + cost["completion_tokens"] <= caps[-1]


def test_an_exact_cap_is_enough(server: MockEndpoint, uncapped: Uncapped, tmp_path: Path) -> None:
    before = server.bill

    tune(file_with(server, tmp_path / "exact", calls=uncapped.calls), tmp_path / "exact/run")

    assert final_bytes(tmp_path / "exact/run") == uncapped.left
    assert server.bill - before == uncapped.calls


def doubtful(number: int) -> Fault | None:
    """Plan failures of which nobody knows whether they were billed."""
    if number % 50 == 0:
        return silence
    return saying("oops", 500) if number % 12 == 0 else None


def test_attempts_that_may_have_been_billed_count_against_the_cap(
    server: MockEndpoint, uncapped: Uncapped, tmp_path: Path
) -> None:
    before = server.bill
    server.plan(by_number(doubtful))

    with pytest.raises(BudgetError, match="of them only possibly"):
        tune(file_with(server, tmp_path / "run", calls=uncapped.calls + 1), tmp_path / "run/run")

    assert server.bill - before <= uncapped.calls + 1
    server.plan(healthy)
    tune(file_with(server, tmp_path / "run"), tmp_path / "run/run")
    assert final_bytes(tmp_path / "run/run") == uncapped.left


def test_the_commands_say_how_to_raise_a_cap_and_do_it(
    server: MockEndpoint, uncapped: Uncapped, tmp_path: Path
) -> None:
    before, directory = server.bill, tmp_path / "capped/run"
    file = file_with(server, tmp_path / "capped", calls=40)

    refused = run_command("run", file, "--dir", directory)
    again = run_command("resume", directory)
    paid = server.bill - before
    resumed = run_command("resume", directory, "--calls", 200)

    for stopped in (refused, again):
        assert stopped.returncode == 1
        assert stopped.stderr.startswith("error: [caps] calls: ")
        assert "raise [caps] calls to at least 65 and resume (--calls 65)" in stopped.stderr
        assert stopped.stderr.count("\n") == 1
    assert paid <= 40
    assert resumed.returncode == 0, resumed.stderr
    assert final_bytes(directory) == uncapped.left
    assert set(journalled(directory, "done").values()) <= {1, 2}
