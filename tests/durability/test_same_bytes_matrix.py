from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from mock_plans import Seeded, healthy
from model_server import serving
from whole_runs import (
    SCRIPTED,
    TEXT_RECIPES,
    complete,
    final_bytes,
    run_table,
    stats,
    tune,
    write_run,
)

TOGETHER = 2
"""Processes at once."""
BLAS_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Circumstance(NamedTuple):
    """What must not matter.

    Attributes:
        hash_seed: of Python's own hashes, on which the order of sets depends.
        concurrency: attempts under way at once.
        threads: of the library of linear algebra.
        latency: mean seconds to a reply, each its own, so that replies overtake each other.
    """

    hash_seed: str
    concurrency: int
    threads: str
    latency: float

    @property
    def variables(self) -> dict[str, str]:
        """Of the process."""
        return {"PYTHONHASHSEED": self.hash_seed, **dict.fromkeys(BLAS_VARIABLES, self.threads)}

    @property
    def endpoint(self) -> dict[str, object]:
        """Table of a run file."""
        return {**SCRIPTED, "concurrency": self.concurrency, "latency_seconds": self.latency}


LEVELS = (("0", "1"), (1, 64), ("1", "2"), (0.0, 0.003))
ALL = tuple(Circumstance(*levels) for levels in product(*LEVELS))
HALF = tuple(
    one
    for one in ALL
    if sum(value != low for value, (low, _) in zip(one, LEVELS, strict=True)) % 2 == 0
)
"""Any three of the four circumstances meet in every combination."""


def left_by(
    folder: Path, recipe: str, circumstances: Sequence[Circumstance]
) -> list[dict[str, bytes]]:
    """Run a recipe in a process of its own under each circumstance."""
    search = {"candidates": 4, "block": 8, "requests": 300, "rounds": 3}

    def left(number: int) -> dict[str, bytes]:
        place, one = folder / str(number), circumstances[number]
        file = write_run(place, run_table(one.endpoint, recipe=recipe, search=search))
        return complete(file, place / "run", **one.variables)

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(left, range(len(circumstances))))


def differing(left: Sequence[dict[str, bytes]], circumstances: Sequence[Circumstance]) -> str:
    """Return the circumstances under which other bytes came than under the first."""
    pairs = zip(left, circumstances, strict=True)
    return "\n".join(str(one) for files, one in pairs if files != left[0])


def test_the_half_of_all_circumstances_shows_every_three_of_them_together() -> None:
    for dropped in range(len(LEVELS)):
        seen = {one[:dropped] + one[dropped + 1 :] for one in HALF}

        assert len(seen) == len(HALF) == 8


def test_neither_hashes_nor_threads_nor_pace_nor_order_change_a_byte(tmp_path: Path) -> None:
    left = left_by(tmp_path, "fed-policy-gradient", HALF)

    assert not differing(left, HALF)


@pytest.mark.torture
@pytest.mark.parametrize("recipe", TEXT_RECIPES)
def test_no_circumstance_changes_a_byte_of_any_recipe(recipe: str, tmp_path: Path) -> None:
    left = left_by(tmp_path, recipe, ALL)

    assert not differing(left, ALL)


@pytest.mark.parametrize("seed", [1, 2])
def test_replies_that_a_server_sends_in_any_order_change_no_byte(seed: int, tmp_path: Path) -> None:
    with serving() as server:
        file = write_run(tmp_path, run_table(server.endpoint(concurrency=64)))
        server.plan(healthy)
        tune(file, tmp_path / "in order")
        server.plan(Seeded(seed, {"slow": 0.5}))

        tune(file, tmp_path / "shuffled")

    assert final_bytes(tmp_path / "shuffled") == final_bytes(tmp_path / "in order")
    assert stats(tmp_path / "shuffled")["failed"] == 0
