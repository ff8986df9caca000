"""Money from the outside: caps that pause, grants that hold, and books that equal the bill."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mock_server import MockEndpoint, serving
from run_files import ask, write_run
from tiny_run import OWNERS, Table

PRICES = {"prompt": 0.15, "completion": 0.60, "cached": 0.075}


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with serving(MockEndpoint()) as running:
        yield running


def tables(server: MockEndpoint, grant: Table | None = None, **caps: float) -> Table:
    owners: list[Table] = [{"name": owner, "data": f"{owner}.jsonl"} for owner in OWNERS]
    if grant is not None:
        owners[0]["grant"] = grant
    endpoint = {"use": "openai", "url": server.url, "model": "mock", "prices": PRICES}
    return {"endpoint": endpoint, "owner": owners, "caps": caps}


def stats_of(folder: Path) -> dict[str, Any]:
    stats: dict[str, Any] = json.loads((folder / "runs/tiny/stats.json").read_bytes())
    return stats


def test_a_cap_on_money_pauses_before_it_is_passed_and_resume_raises_it(
    tmp_path: Path, server: MockEndpoint
) -> None:
    before = server.billed.nanodollars
    path = write_run(tmp_path, **tables(server, dollars=0.002))

    paused = ask(tmp_path, "run", path)
    spent_at_pause = server.billed.nanodollars - before
    resumed = ask(tmp_path, "resume", "runs/tiny", "--dollars", "0.5")

    assert paused.exit_code != 0
    assert "[caps] dollars: " in paused.output
    assert "of $0.002 is used" in paused.output
    assert "and resume (--dollars 0.0" in paused.output
    assert spent_at_pause <= 2_000_000
    assert resumed.exit_code == 0, resumed.output
    stats = stats_of(tmp_path)
    assert stats["nanodollars"] == server.billed.nanodollars - before
    assert stats["nanodollars"] == sum(one["nanodollars"] for one in stats["owners"])
    assert stats["possibly_billed_nanodollars"] == stats["unpriced"] == 0
    assert [one["owner"] for one in stats["owners"]] == [*OWNERS, "shared"]
    assert "What was paid for whom" in resumed.output
    page = (tmp_path / "runs/tiny/report.html").read_text(encoding="utf-8")
    assert "On behalf of" in page


def test_a_grant_holds_for_its_owner_alone_and_raising_it_changes_no_result(
    tmp_path: Path, server: MockEndpoint
) -> None:
    path = write_run(tmp_path, **tables(server, {"calls_per_day": 60}))

    paused = ask(tmp_path, "run", path)
    write_run(tmp_path, **tables(server, {"calls_per_day": 600, "dollars": 1}))
    finished = ask(tmp_path, "run", path)
    held = (tmp_path / "runs/tiny/results.json").read_bytes()
    shutil.rmtree(tmp_path / "runs")
    write_run(tmp_path, **tables(server))
    free = ask(tmp_path, "run", path)

    assert "[owner billing] grant.calls_per_day: " in paused.output
    assert "go on after midnight UTC, or raise it to at least" in paused.output
    assert finished.exit_code == free.exit_code == 0, finished.output
    assert (tmp_path / "runs/tiny/results.json").read_bytes() == held


def test_the_plan_says_prices_caps_grants_and_money_for_every_owner(
    tmp_path: Path, server: MockEndpoint
) -> None:
    path = write_run(tmp_path, **tables(server, {"dollars": 1}, dollars=0.5))

    plan = " ".join(ask(tmp_path, "run", path, "--dry-run").output.split())

    assert "price of mock: $0.15 read, $0.60 written, $0.075 cached" in plan
    assert "(from the run file)" in plan
    assert "caps: calls none, tokens none, money $0.50" in plan
    assert "grant of billing: calls none, tokens none, money $1.00" in plan
    assert "at most" in plan
    assert plan.index("billing 112") < plan.index("people 112") < plan.index("together 451")


def test_a_run_under_a_cap_of_the_most_it_may_cost_never_pauses(
    tmp_path: Path, server: MockEndpoint
) -> None:
    path = write_run(tmp_path, **tables(server))
    plan = ask(tmp_path, "run", path, "--dry-run").output
    (line,) = [line for line in plan.splitlines() if line.strip().startswith("together")]
    most = float(line.split()[3].removeprefix("$"))

    write_run(tmp_path, **tables(server, dollars=most))

    assert ask(tmp_path, "run", path).exit_code == 0


def test_a_hosted_model_without_a_price_is_said_to_cost_nobody_knows_what(tmp_path: Path) -> None:
    hosted = {"use": "openai", "url": "https://llm.example.com/v1", "model": "ours"}
    path = write_run(tmp_path, endpoint=hosted)

    plan = " ".join(ask(tmp_path, "run", path, "--dry-run").output.split())

    assert "price of ours: unknown; for costs in dollars write prices" in plan
    assert "together 451" in plan
    assert plan.count("unknown") > 8
