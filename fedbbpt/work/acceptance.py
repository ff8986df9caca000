"""What the server checks of a round's reports before it records or uses any of them."""

from collections.abc import Collection, Sequence

from fedbbpt.beliefs import from_statistics
from fedbbpt.errors import MessageError, QuorumError
from fedbbpt.messages import Assignment, Evaluate, Propose, Report, Score, Search
from fedbbpt.optimizers.scalar_log import ScalarLog
from fedbbpt.optimizers.shared_seeds import SharedSeeds
from fedbbpt.spaces.growth import fault, version_of
from fedbbpt.work.guarding import check_guarded

MOST_MISSING = 0.05
"""Share of missing items up to which a comparison on held-out items is made."""


def check_gaps(stage: str, reports: Sequence[Report]) -> None:
    """Refuse a comparison that has too many gaps.

    A search may go on with gaps, which lie in its items: what lies in the moment pauses the run
    before there is a report. What is decided or published once must not rest on them.

    Raises:
        QuorumError: too many items have no usable reply.
    """
    missing = sum(report.missing for report in reports)
    asked = sum(report.asked for report in reports)
    if missing > MOST_MISSING * asked:
        raise QuorumError(
            f"{stage}: {missing} of {asked} items have no usable reply, more than "
            f"{MOST_MISSING:.0%}; nothing was decided. Check the endpoints and resume"
        )


def check_reports(
    reports: Sequence[Report], assignment: Assignment, clients: Collection[str]
) -> None:
    """Refuse a round in which a report does not answer the assignment.

    Raises:
        MessageError: a report of an owner that was not asked, or its second one; of another round
            or another space; or with statistics that are not those of the work.
    """
    seen: set[str] = set()
    for report in reports:
        if report.client not in clients:
            raise MessageError(f"{report.client[:64]!r} reports and was not asked; check the names")
        if report.client in seen:
            raise MessageError(f"{report.client}: reported twice in one round; give owners names")
        seen.add(report.client)
        _check_origin(report, assignment)
        _check_proposals(report, assignment)
        if report.weight > 0:
            _check_statistics(report, assignment)


def _check_origin(report: Report, assignment: Assignment) -> None:
    if report.round != assignment.round:
        raise MessageError(
            f"{report.client}: a report of round {report.round} in round {assignment.round}; "
            "one of the two was restarted: resume both"
        )
    if report.fingerprint != assignment.fingerprint:
        raise MessageError(
            f"{report.client}: the report is for another space, task or scoring "
            f"({report.fingerprint[:12]} is not {assignment.fingerprint[:12]}); give server and "
            "owners the same run file"
        )


def _check_statistics(report: Report, assignment: Assignment) -> None:
    match assignment.work:
        case Score(points):
            sums = report.statistics.get("loss_sum")
            if sums is None or sums.shape != (len(points),):
                found = "absent" if sums is None else f"of shape {sums.shape}"
                raise MessageError(
                    f"{report.client}: statistics.loss_sum is {found}, expected ({len(points)},); "
                    "use one version"
                )
        case Search(scalars=scalars):
            try:
                if scalars:
                    SharedSeeds.read(report.statistics).sums(ScalarLog.read(report.statistics))
                else:
                    from_statistics(report.statistics, assignment.distribution)
            except ValueError as error:
                raise MessageError(f"{report.client}: {error}") from error
        case Propose():
            check_guarded(report)  # its texts are checked apart
        case Evaluate():
            pass  # stages that open held-out items check their own tables


def _check_proposals(report: Report, assignment: Assignment) -> None:
    work = assignment.work
    wanted = work.count if isinstance(work, Propose) else 0
    if len(report.proposals) > wanted:
        raise MessageError(
            f"{report.client}: {len(report.proposals)} texts came and at most {wanted} were asked "
            "for; use one version"
        )
    if report.version != version_of(assignment.texts):
        raise MessageError(f"{report.client}: the report is for another version of the bank")
    for text in report.proposals:
        if why := fault(text):
            raise MessageError(f"{report.client}: a text cannot join the bank: {why}")
