"""What the server refuses of a round's reports."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from fake_federation import FINGERPRINT, MemoryLog, TableEngine
from gaussian_reports import START, Told
from gaussian_reports import report as cloud_report

from fedbbpt.distributions import Categorical, Floats
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Block, Report, Score, Search, State
from fedbbpt.server import Server
from fedbbpt.work.acceptance import check_reports

TABLES = Categorical((np.zeros(5),))
SCORE = Assignment(3, Score(np.zeros((2, 1)), Block(0, 4)), TABLES, FINGERPRINT, 0)
SEARCH = Assignment(0, Search(6, 4, Block(0, 4)), START, FINGERPRINT, 0)
SUMS = {"loss_sum": np.array([1.0, 2.0])}
GOOD = Report("anna", 3, FINGERPRINT, SUMS, frozenset({"loss_sum"}), 4.0, 8, 0, 0, 8)


def sums(*values: float) -> dict[str, Floats]:
    return {"loss_sum": np.array(values)}


@pytest.mark.parametrize(
    ("reports", "why"),
    [
        ([replace(GOOD, client="carl")], "'carl' reports and was not asked"),
        ([GOOD, GOOD], "anna: reported twice"),
        ([replace(GOOD, round=2)], "a report of round 2 in round 3"),
        ([replace(GOOD, fingerprint="g" * 64)], "another space, task or scoring"),
        ([replace(GOOD, statistics=sums(1.0))], r"loss_sum is of shape \(1,\), expected \(2,\)"),
        ([replace(GOOD, statistics={}, additive=frozenset())], "loss_sum is absent"),
    ],
)
def test_a_report_that_does_not_answer_the_assignment_is_refused(
    reports: list[Report], why: str
) -> None:
    with pytest.raises(MessageError, match=why):
        check_reports(reports, SCORE, ("anna", "bert"))


def test_a_good_round_passes_and_what_has_no_weight_may_be_empty() -> None:
    silent = replace(GOOD, client="bert", statistics={}, additive=frozenset(), weight=0.0)

    check_reports([GOOD, silent], SCORE, ("anna", "bert", "cleo"))


def test_a_search_report_must_hold_a_distribution_over_the_same_points() -> None:
    good = cloud_report("anna", Told(START))
    check_reports([good], SEARCH, ("anna",))

    for changed in ({"mean": np.zeros(2)}, {"sigma": np.array(0.0)}, {"cov": np.ones((3, 3))}):
        poor = replace(good, statistics={**good.statistics, **changed})
        with pytest.raises(MessageError, match=f"anna: statistics.{next(iter(changed))}"):
            check_reports([poor], SEARCH, ("anna",))


class _Confused(TableEngine):
    """Brings the reports of another round."""

    async def gather(self, assignments: Mapping[str, Assignment]) -> list[Report]:
        return [replace(report, round=9) for report in await super().gather(assignments)]


async def test_a_refused_round_is_not_recorded() -> None:
    log = MemoryLog()
    server = Server(_Confused({"anna": 8}), log, FINGERPRINT, 0)

    with pytest.raises(MessageError, match="round 9 in round 3"):
        await server.round("search", State(3, TABLES), SCORE.work, ("anna",))

    assert log.kept == {}
