import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
from mock_process import Remote, in_own_process

pytestmark = pytest.mark.benchmark

WORKER = Path(__file__).parent / "asking_worker.py"
PER_MINUTE = 3000
LATENCY_SECONDS = 0.2
BEGUN = 10.0
"""Seconds after which a client should have found its pace."""
MOST_REFUSED = {True: 0.005, False: 0.05}
"""Share of 429 among all replies, where limits are told and where they are not."""

LEAST_FAIRNESS = {True: 0.95, False: 0.9}
"""Jain's index between processes. Where limits are not told, the goal of .95 is met on average, not
in every run: a minute of refusals leaves some chance."""

OVERLOADED = {"seed": 1, "shares": {"429 without headers": 0.3}}
LEAST_A_SECOND = 10.0
"""Answers of a provider that refuses three calls in ten whatever the pace is."""


@dataclass(frozen=True)
class Scenario:
    """A metered endpoint and those who ask it.

    Attributes:
        told: whether replies carry the limits.
        seconds: how long.
        limits: of the key, at the beginning.
        changes: of the limits, by the second of their beginning.
        processes: that share the key.
        least: share of the grant that must be used after ``BEGUN``.
    """

    told: bool
    seconds: float = 40.0
    limits: Mapping[str, float] = field(
        default_factory=lambda: {"requests_per_minute": float(PER_MINUTE)}
    )
    changes: Mapping[float, float] = field(default_factory=dict)
    processes: int = 1
    least: float = 0.95


HALVED_AND_DOUBLED = {20.0: PER_MINUTE / 2, 40.0: float(PER_MINUTE)}
TOKENS = {"tokens_per_minute": 9.0 * PER_MINUTE}
SCENARIOS = {
    f"{name}, limits {'told' if told else 'not told'}": scenario
    for told in (True, False)
    for name, scenario in {
        "requests a minute": Scenario(told),
        "tokens a minute": Scenario(told, limits=TOKENS),
        "halved, then doubled": Scenario(
            told, seconds=60.0, changes=HALVED_AND_DOUBLED, least=0.90
        ),
        "4 processes": Scenario(told, seconds=60.0, processes=4),
    }.items()
}


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a scenario; shares, and Jain's index of fairness between the processes."""

    used: float
    refused: float
    failed: int
    fairness: float
    seconds: Sequence[int]


def started(remote: Remote, folder: Path, scenario: Scenario) -> "list[subprocess.Popen[str]]":
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    return [
        subprocess.Popen(
            [sys.executable, WORKER, folder, remote.url, str(scenario.seconds), str(number)],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(scenario.processes)
    ]


def measure(scenario: Scenario, folder: Path) -> Measured:
    limits = {**scenario.limits, "told": scenario.told}
    with ExitStack() as stack:
        remote = stack.enter_context(in_own_process(limits=limits, latency_seconds=LATENCY_SECONDS))
        workers = [stack.enter_context(one) for one in started(remote, folder, scenario)]
        while not remote.stats()["log"]:
            time.sleep(0.05)
        rates, began = [(0.0, next(iter(scenario.limits.values())))], time.monotonic()
        for second, per_minute in scenario.changes.items():
            time.sleep(max(0.0, began + second - time.monotonic()))
            remote.tell(limits={"requests_per_minute": per_minute})
            rates.append((time.monotonic() - began, per_minute))
        ends = [Counter(orjson.loads(worker.communicate(timeout=120)[0])) for worker in workers]
        log = remote.stats()["log"]
    answered = [end.pop("answered") for end in ends]
    return judged(scenario, log, rates, answered, sum(end.total() for end in ends))


def judged(
    scenario: Scenario,
    log: Sequence[tuple[float, str, int, int]],
    rates: Sequence[tuple[float, float]],
    answered: Sequence[int],
    failed: int,
) -> Measured:
    """Return the figures; times count from the first request."""
    first = log[0][0]
    begin, end = BEGUN, scenario.seconds - 1
    whole = "requests_per_minute" in scenario.limits
    used = sum(
        1 if whole else tokens
        for at, _, tokens, status in log
        if status == 200 and begin <= at - first < end
    )
    until = [*(second for second, _ in rates[1:]), end]
    granted = sum(
        max(0.0, min(stop, end) - max(start, begin)) * per_minute / 60
        for (start, per_minute), stop in zip(rates, until, strict=True)
    )
    counts = Counter(status for *_, status in log)
    fairness = sum(answered) ** 2 / (len(answered) * sum(count**2 for count in answered))
    by_second = Counter(int(at - first) for at, _, _, status in log if status == 200)
    return Measured(
        used / granted,
        counts[429] / len(log),
        failed,
        fairness,
        [by_second[second] for second in range(int(scenario.seconds))],
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_grant_is_used_up_politely_and_fairly(name: str, tmp_path: Path) -> None:
    scenario = SCENARIOS[name]

    found = measure(scenario, tmp_path)

    sys.stdout.write(
        f"\n{name}: {found.used:.1%} of the grant used, {found.refused:.2%} of replies were 429, "
        f"{found.failed} failed, fairness {found.fairness:.3f}\n{list(found.seconds)}\n"
    )
    assert found.used >= scenario.least
    assert found.refused <= MOST_REFUSED[scenario.told]
    assert found.failed == 0
    assert found.fairness >= LEAST_FAIRNESS[scenario.told]


def test_refusals_at_random_hardly_slow_a_run(tmp_path: Path) -> None:
    scenario = Scenario(told=False, seconds=120.0)
    with ExitStack() as stack:
        remote = stack.enter_context(
            in_own_process(faults=OVERLOADED, latency_seconds=LATENCY_SECONDS)
        )
        (worker,) = (stack.enter_context(one) for one in started(remote, tmp_path, scenario))
        ends = Counter(orjson.loads(worker.communicate(timeout=300)[0]))
        log = remote.stats()["log"]
    answered, first = ends.pop("answered"), log[0][0]

    by_second = Counter(int(at - first) for at, _, _, status in log if status == 200)
    late = sum(count for second, count in by_second.items() if second >= scenario.seconds / 2)
    sys.stdout.write(
        f"\n30 % refused at random: {answered} answered in {scenario.seconds:.0f} s, "
        f"{late / (scenario.seconds / 2):.0f} a second in the second half, {ends.total()} failed\n"
        f"{[by_second[second] for second in range(int(scenario.seconds))]}\n"
    )
    assert ends.total() == 0
    assert late / (scenario.seconds / 2) >= LEAST_A_SECOND
