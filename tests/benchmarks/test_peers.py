import sys
from pathlib import Path

import pytest
from peers import MIXED, SCENES, SILENT, row

PYTHON = Path(sys.executable)
COUNT = 60


def scene_of(shares: object) -> str:
    return next(name for name, planned in SCENES.items() if planned is shares)


def test_nothing_is_lost_wrong_or_unaccounted_for_where_faults_of_ten_kinds_are_met() -> None:
    found = row("fedbbpt", scene_of(MIXED), COUNT, PYTHON)

    assert (found.lost, found.wrong) == (0, 0)
    assert COUNT < found.billed <= found.accounted


@pytest.mark.benchmark
def test_a_client_that_retries_by_itself_is_billed_for_what_it_does_not_tell() -> None:
    pytest.importorskip("openai")

    found = row("openai", scene_of(SILENT), COUNT, PYTHON)

    assert (found.lost, found.wrong) == (0, 0)
    assert found.billed > COUNT == found.accounted
