"""The table of optimizers beside their references, at a small size."""

import numpy as np
import pytest

pytest.importorskip("cma")
from dataclasses import replace

from optimizer_references import CASES, by_chance, carried, references, stretches


def test_every_function_is_tried_at_both_sizes() -> None:
    tried = {(case.name.partition(",")[0], case.size) for case in CASES}

    assert len(tried) == len(CASES) == 6
    assert {size for _, size in tried} == {20, 100}
    assert all(case.diagonal == (case.size == 100) for case in CASES)


def test_both_sides_are_played_and_shown_with_their_budget() -> None:
    small = replace(CASES[0], generations=5)

    lines = references(4, [small]).splitlines()

    assert len(lines) == 3
    assert lines[2].startswith("| rotated ellipsoid, d = 20 | 12 x 5 |")


def test_samples_of_one_kind_differ_by_chance_and_others_do_not() -> None:
    drawn = np.random.default_rng(0).standard_normal((2, 12))

    assert by_chance(drawn[0], drawn[1]) > 0.05
    assert by_chance(drawn[0], drawn[1] + 5) < 0.001


def test_a_search_in_one_piece_is_the_same_whether_anything_would_be_carried() -> None:
    assert carried(6, 1, 6, keeps=True) == carried(6, 1, 6, keeps=False)
    assert carried(2, 1, 6, keeps=True) != carried(2, 1, 6, keeps=False)


def test_the_unbroken_search_closes_the_table_of_stretches() -> None:
    lines = stretches(2, 4, (1, 2)).splitlines()

    assert [line.split("|")[1].strip() for line in lines[2:]] == ["1", "2", "all, unbroken"]
