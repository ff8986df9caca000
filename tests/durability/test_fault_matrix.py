import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from mock_asking import Outcome, ask_all, connector_of, questions
from mock_faults import FAULTS
from mock_model import answer_to
from mock_plans import Seeded, healthy
from mock_server import MockEndpoint, serving
from model_server import MODEL
from whole_runs import HurriedLoop, final_bytes, run_table, stats, tune, write_run

SHARE = 0.3
IN_ALL = 100_000
"""Calls over all faults that ``make torture`` makes."""
HEAVY = {
    "huge body": 5,
    "compressed huge body": 5,
    "silence": 3,
    "slow loris": 3,
    "redirect": 5,
    # refusals that do not depend on the rate make the pace slower and slower, down to its least
    "429 with headers": 20,
    "429 without headers": 20,
}
"""Faults of which fewer are met, because each takes long; by how much fewer."""
NAMES = tuple(FAULTS)


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving(MockEndpoint()) as served:
        yield served


def asked(server: MockEndpoint, log: Path, count: int) -> Outcome:
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(ask_all(connector_of(server.url), log, questions(count)))


def test_without_faults_every_question_is_asked_once(server: MockEndpoint, tmp_path: Path) -> None:
    server.plan(healthy)
    bills = server.bill

    whole = asked(server, tmp_path / "calls.log", 300)

    assert list(whole.completions) == [answer_to(server.model, one) for one in questions(300)]
    assert (whole.missing, whole.refused) == (0, 0)
    assert server.bill - bills == whole.ledger.calls == 301  # one tells which model it is
    assert whole.ledger.possibly_billed == 0


def survives(server: MockEndpoint, folder: Path, name: str, count: int) -> None:
    """Ask so many questions while a fault meets 30 % of all attempts."""
    expected = [answer_to(server.model, one) for one in questions(count)]
    server.plan(Seeded(7, {name: SHARE}))
    bills, paid = server.bill, server.billed.nanodollars

    broken = asked(server, folder / "broken.log", count)

    again = asked(server, folder / "broken.log", count)
    bill, ledger = server.bill - bills, broken.ledger
    cost = server.billed.nanodollars - paid
    assert list(broken.completions) == expected
    assert again.data == broken.data
    assert broken.missing == 0  # twelve faults in a row meet one question in 2 million
    assert ledger.calls <= bill <= ledger.calls + ledger.possibly_billed
    assert ledger.nanodollars <= cost <= ledger.nanodollars + ledger.possibly_billed_nanodollars
    assert server.elsewhere == 0
    if name == "redirect":
        assert broken.refused > 0
    else:
        attempts = server.number - 1  # asking again checks the model by one question
        assert attempts <= 1.1 * (count + 1) / (1 - SHARE)


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_in_three_calls_of_ten_loses_nothing_and_changes_nothing(
    server: MockEndpoint, tmp_path: Path, name: str
) -> None:
    survives(server, tmp_path, name, 500 // HEAVY.get(name, 1))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_whole_run_amid_all_faults_leaves_the_same_bytes(tmp_path: Path, seed: int) -> None:
    passing = FAULTS.keys() - {"redirect"}
    with serving(MockEndpoint(model=MODEL)) as server:
        file = write_run(tmp_path, run_table(server.endpoint(timeout_seconds=24, concurrency=8)))
        tune(file, tmp_path / "whole")
        server.plan(Seeded(seed, dict.fromkeys(passing, SHARE / len(passing))))

        tune(file, tmp_path / "broken")

    cost = stats(tmp_path / "broken")
    assert cost["failed"] > 40
    assert final_bytes(tmp_path / "broken") == final_bytes(tmp_path / "whole")


@pytest.mark.torture
@pytest.mark.parametrize("name", NAMES)
def test_a_hundred_thousand_calls_in_all_lose_nothing_and_change_nothing(
    server: MockEndpoint, tmp_path: Path, name: str
) -> None:
    light = len(NAMES) - len(HEAVY) + sum(1 / factor for factor in HEAVY.values())

    survives(server, tmp_path, name, round(IN_ALL / light * (1 - SHARE) / HEAVY.get(name, 1)))
