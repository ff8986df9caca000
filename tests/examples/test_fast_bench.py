"""The fast bench on a few rounds: equal worlds, equal calls, a table that is not played twice."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "fast_bench"
MODULES = ("bench_table", "contestants", "frozen_network", "frozen_owners", "playing", "trials")

pytest.importorskip("cma")


@pytest.fixture(scope="module")
def bench() -> Iterator[dict[str, ModuleType]]:
    """Load the modules as the script does, by name."""
    path = list(sys.path)
    sys.path.insert(0, str(FOLDER))
    yield {name: importlib.import_module(name) for name in MODULES}
    sys.path[:] = path
    for name in MODULES:
        sys.modules.pop(name, None)


def test_a_world_is_one_network_and_one_set_of_examples_dealt_in_two_ways(
    bench: dict[str, ModuleType],
) -> None:
    owners = bench["frozen_owners"]

    even, skewed = owners.world(3, "iid"), owners.world(3, "0.1")

    assert (even.net.A == skewed.net.A).all()
    assert (even.test == skewed.test).all()
    hands = [{e.input for hand in made.dealt.values() for e in hand} for made in (even, skewed)]
    assert hands[0] == hands[1]
    assert {len(hand) for hand in even.dealt.values()} == {16}
    assert min(len(hand) for hand in skewed.dealt.values()) >= owners.LEAST
    assert max(len(hand) for hand in skewed.dealt.values()) > 16


def test_the_hidden_prompt_is_better_than_the_start(bench: dict[str, ModuleType]) -> None:
    owners, gains = bench["frozen_owners"], []

    for seed in range(3):
        made = owners.world(seed, "iid")
        hidden = np.linalg.pinv(made.net.A) @ made.net.hidden_shift
        gains.append(made.tested(hidden)[0] - made.tested(np.zeros(500))[0])

    assert min(gains) > 0.1


def test_every_method_has_as_many_step_sizes_and_spends_a_round_of_the_same_kind(
    bench: dict[str, ModuleType],
) -> None:
    methods = bench["contestants"].CONTESTANTS.values()

    assert {len(method.steps) for method in methods} == {5}
    assert {method.evaluations for method in methods} == {10, 40, 42}


@pytest.mark.parametrize(("noise", "times"), [("plain", 1), ("mean", 2), ("example", 2)])
def test_a_run_is_the_same_again_and_counts_every_item_that_was_asked(
    bench: dict[str, ModuleType], noise: str, times: int
) -> None:
    cell = bench["playing"].Cell("fedavg-bbt", noise, "0.1", 0.1, 4)

    places = bench["playing"].play(cell, 40, 1)

    assert places == bench["playing"].play(cell, 40, 1)
    assert [place.calls for place in places] == [0, times * 40 * 160]


def test_what_owners_score_together_does_not_depend_on_who_has_which_example(
    bench: dict[str, ModuleType],
) -> None:
    play, cell = bench["playing"].play, bench["playing"].Cell

    even, skewed = (play(cell("fedes-cma", "plain", s, 0.1, 5), 60, 6)[-1] for s in ("iid", "0.1"))

    assert even.accuracy == pytest.approx(skewed.accuracy, abs=0.01)
    assert even.calls == skewed.calls == 60 * 160


def test_a_comparison_at_equal_calls_reads_the_last_place_within_them(
    bench: dict[str, ModuleType],
) -> None:
    place = bench["playing"].Place
    places = [place(0, 0.1, 1.0), place(50, 0.2, 1.0), place(110, 0.3, 1.0)]

    assert bench["playing"].at_calls(places, 100).accuracy == 0.2
    assert bench["playing"].at_round(places, 2).accuracy == 0.3
    assert bench["playing"].at_round(places, 9).accuracy == 0.3


def test_an_interval_over_ten_worlds_is_students(bench: dict[str, ModuleType]) -> None:
    found = bench["bench_table"].spread([0.0, 0.1] * 5)

    assert found.mean == pytest.approx(0.05)
    assert found.half == pytest.approx(2.262 * 0.0527046 / 10**0.5, rel=1e-3)


def test_the_command_goes_on_from_what_is_kept_and_says_what_is_absent(tmp_path: Path) -> None:
    words = ["--seeds", "2", "--trials", "1", "--budget", "40", "--rounds", "1", "--noise", "plain"]
    words += ["--methods", "fedes-cma-40", "--keep", str(tmp_path)]
    command = [sys.executable, str(FOLDER / "fast_bench.py"), *words, "--processes", "1"]

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *more], check=False, capture_output=True, text=True)

    early = run("--table-only")
    first, second = run(), run()

    assert early.returncode == 2
    assert "not tuned yet" in early.stderr
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout
    assert "FedES-CMA, 40 a round: Dirichlet 0.1 less IID" in first.stdout
    assert second.stderr == ""
    assert len(list(tmp_path.iterdir())) == 2 * (5 + 2)
