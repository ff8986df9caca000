"""A comparison's outcome put together from its plan, its cells and its sealed scores: pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.data import OwnerData
from fedbbpt.experiment.compare.cells import Cell, CellResult
from fedbbpt.experiment.compare.outcome import Compared, Curve, OwnerShares, Standings, Stood
from fedbbpt.experiment.compare.plan import LOCAL, POOLED_ROW, Plan
from fedbbpt.experiment.compare.sealed import Sealed, Shown
from fedbbpt.experiment.compare.standing import Judge, Line
from fedbbpt.metrics import TableMetric
from fedbbpt.prompts import Prompt
from fedbbpt.spaces import is_private
from fedbbpt.splits import split_digest

Found = Mapping[Cell, CellResult]


@dataclass(frozen=True, slots=True)
class Findings:
    """All cells of a comparison, finished.

    Attributes:
        plan: what was to be done.
        equal_requests: every cell of the plan.
        equal_rounds: the recipes' cells once more, where rounds were made equal; else empty.
        rounds: that these had.
    """

    plan: Plan
    equal_requests: Found
    equal_rounds: Found
    rounds: int = 0

    @property
    def start(self) -> Prompt:
        """The starting prompt."""
        space = self.plan.base.space
        return space.decode(origin(space))

    @property
    def prompts(self) -> dict[str, Shown]:
        """Every distinct prompt by its digest, the start first."""
        shown = {self.start.digest: Shown(self.start, None, self.plan.base)}
        for one in (*self.equal_requests.values(), *self.equal_rounds.values()):
            prepared = self.plan.contenders[one.cell.contender].prepared
            point = one.point if is_private(prepared.space) else None
            shown.setdefault(one.prompt.digest, Shown(one.prompt, point, prepared))
        return shown


def assemble(findings: Findings, sealed: Sealed) -> Compared:
    """Return the outcome, the same for the same cells and scores."""
    plan, prepared = findings.plan, findings.plan.base
    run = prepared.run
    judge = Judge(sealed, findings.start, run.split_seed)
    return Compared(
        task=run.task.name,
        metric=prepared.scoring.metric_name,
        calibration="none" if prepared.scoring.marked else run.scoring.calibrate,
        reading=prepared.scoring.reading,
        simulation=run.simulation is not None,
        owners=tuple(_shares(data, prepared) for data in prepared.data.values()),
        split=split_digest(prepared.data),
        split_seed=run.split_seed,
        model=tuple(sorted({profile.name for profile in prepared.profiles.values()})),
        reference=plan.question.recipes[0],
        seeds=plan.question.seeds,
        requests=run.search.requests,
        items=len(sealed.items),
        prompts=sealed.prompts,
        missing=sealed.missing,
        equal_requests=judge.table(lines_of(findings), plan.question.seeds),
        equal_rounds=_at_equal_rounds(findings, judge),
        left_out=tuple(sorted(plan.left_out.items())),
        notes=_notes(prepared),
        curves=tuple(
            Curve(cell.row, cell.seed, tuple(map(Stood.of, found.steps)))
            for cell, found in findings.equal_requests.items()
            if not cell.owner
        ),
    )


def _at_equal_rounds(findings: Findings, judge: Judge) -> Standings | None:
    lines = rounds_lines(findings)
    seeds = findings.plan.question.seeds
    return judge.table(lines, seeds, findings.rounds) if lines else None


def rounds_lines(findings: Findings) -> list[Line]:
    """Return the rows at equal rounds; none where rounds were not made equal."""
    if not findings.equal_rounds:
        return []
    plan = findings.plan
    return [
        _line(findings.equal_rounds, name, plan.contenders[name].title)
        for name in plan.question.recipes
    ]


def lines_of(findings: Findings) -> list[Line]:
    """Return the rows at equal requests, in the order of the table."""
    plan, found = findings.plan, findings.equal_requests
    lines = [_line(found, name, one.title) for name, one in plan.contenders.items()]
    first = plan.question.recipes[0]
    if LOCAL not in plan.left_out:
        alone = _line(found, LOCAL, "")
        lines += [
            alone._replace(
                name=f"{LOCAL}, own test",
                title=f"{first} at every owner alone with its share of the requests, each prompt "
                "on its own owner's items",
                own=True,
            ),
            alone._replace(
                name=f"{LOCAL}, global test", title="the same prompts, each on all items"
            ),
        ]
    if POOLED_ROW not in plan.left_out:
        lines.append(_line(found, POOLED_ROW, f"{first} on all owners' data in one hand"))
    return lines


def _line(found: Found, row: str, title: str) -> Line:
    cells: dict[int, list[CellResult]] = {}
    for cell, result in found.items():
        if cell.row == row:
            cells.setdefault(cell.seed, []).append(result)
    return Line(row, title, cells)


def _shares(data: OwnerData, prepared: Prepared) -> OwnerShares:
    labels = prepared.run.task.labels if prepared.run.simulation is not None else ()
    return OwnerShares(
        name=data.owner,
        train=len(data.train),
        dev=len(data.dev),
        test=len(data.test),
        shares=tuple(
            (role, label, share)
            for role, examples in data.splits().items()
            for label, share in _label_shares([e.targets[0] for e in examples], labels)
        ),
    )


def _label_shares(targets: Sequence[str], labels: Sequence[str]) -> list[tuple[str, float]]:
    counts = Counter(targets)
    return [(label, counts[label] / len(targets)) for label in labels if targets]


def _notes(prepared: Prepared) -> tuple[str, ...]:
    notes = list(prepared.notes)
    if isinstance(prepared.scoring.metric, TableMetric):
        notes.append(
            f"{prepared.scoring.metric_name} is a figure of the whole table; compared here are the "
            "means of its item scores"
        )
    return tuple(notes)
