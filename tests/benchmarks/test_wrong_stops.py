"""What a stopping heuristic promises and what it keeps, exactly."""

import pytest
from wrong_stops import tables, wrong_stops


def test_the_e_process_keeps_its_error_level_whenever_one_looks() -> None:
    table = tables()["e-process .05"]

    assert all(wrong_stops(share, table) <= 0.05 for share in (0.5, 0.55, 0.7))


def test_adaptive_consistency_of_95_percent_is_wrong_in_more_than_5() -> None:
    table = tables()["AC .95"]

    assert wrong_stops(0.55, table) == pytest.approx(0.117, abs=0.01)
    assert wrong_stops(0.60, table) == pytest.approx(0.051, abs=0.005)
