"""One cell at work: its search, from the journal where it was asked before, and its gate on dev."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from fedbbpt.client import Client
from fedbbpt.config.connect import Connected
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.searched import origin
from fedbbpt.data import OwnerData
from fedbbpt.distributions import Floats
from fedbbpt.experiment.compare.cells import POOLED, TOGETHER, Cell, CellResult, Gated, Step
from fedbbpt.experiment.compare.field import Contender
from fedbbpt.experiment.compare.meter import Weighed, weighed
from fedbbpt.experiment.deciding import decision_on
from fedbbpt.experiment.embedding_scale import scaled
from fedbbpt.experiment.rows import DEV_PAIRS
from fedbbpt.experiment.stages import Stages
from fedbbpt.messages import Report
from fedbbpt.schedule import Schedule
from fedbbpt.server import RoundSummary
from fedbbpt.work.propose import PROPOSER


class NotRecorded:
    """Rounds of a cell are not kept: it is asked again, and answered from the journal."""

    def recorded(self, stage: str, round: int) -> tuple[Report, ...] | None:  # noqa: ARG002
        """Return None: no round is kept."""
        return None

    def record(self, stage: str, round: int, reports: Sequence[Report]) -> None:
        """Keep nothing."""


@dataclass(slots=True, eq=False)
class _Follower:
    """Notes where a search stands after every round."""

    engine: Weighed
    steps: list[Step] = field(default_factory=list)

    def told(self, _stage: str, summary: RoundSummary) -> None:
        score = None if summary.score is None else float(summary.score.score)
        self.steps.append(Step(summary.round + 1, self.engine.cost, score))


def silent(_text: str) -> None:
    """Say nothing."""


async def search_cell(
    lines: Connected, contender: Contender, cell: Cell, announce: Callable[[str], None] = silent
) -> CellResult:
    """Search as the cell says; the same journal gives the same result.

    Args:
        lines: open endpoints, and the journal of the comparison.
        contender: the method.
        cell: seed and hand.
        announce: told what comes next.

    Raises:
        FedbbptError: it cannot go on now; what was paid for is kept.
    """
    prepared = replace(contender.prepared, run=replace(contender.prepared.run, seed=cell.seed))
    own = await scaled(replace(lines, prepared=prepared, opened=[]), announce)
    prepared = own.prepared
    engine = weighed(_clients(own, cell))
    follower = _Follower(engine)
    stages = Stages(own, NotRecorded(), follower.told, announce)
    found = await stages.search("search", engine, _schedule(prepared, cell))
    outcome, cost = found.outcome, engine.cost
    gate = None
    if contender.gated and cell.hand == TOGETHER:
        held = Stages(
            replace(own, prepared=replace(contender.prepared, space=prepared.space)),
            NotRecorded(),
            follower.told,
            announce,
            found.texts,
        )
        gate = await _gate(held, engine, found.point)
    return CellResult(
        cell=cell,
        prompt=prepared.space_with(found.texts).decode(found.point),
        point=tuple(found.point.tolist()),
        requests=outcome.requests + _looked(prepared, cell),
        rounds=len(outcome.rounds),
        ended=outcome.ended,
        missing=sum(summary.missing for summary in outcome.rounds),
        cost=cost,
        written=sum(one.requests for one in own.opened if one.owner == PROPOSER),
        steps=tuple(follower.steps),
        gate=gate,
    )


def _looked(prepared: Prepared, cell: Cell) -> int:
    """Return the requests of a search for the size of soft tokens; of owners alone, a share."""
    if prepared.scale is None:
        return 0
    alone = cell.hand not in {TOGETHER, POOLED}
    return prepared.scale.requests // (len(prepared.owners) if alone else 1)


async def _gate(stages: Stages, engine: Weighed, found: Floats) -> Gated:
    """Decide on dev under the split's seed, so that all cells share what the start is asked."""
    prepared, before = stages.connected.prepared, engine.cost
    start = origin(prepared.space)
    dev = await stages.evaluate("dev", engine, [start, start, found], (0, 1, 0), "dev", DEV_PAIRS)
    decision = decision_on(prepared, dev)
    return Gated(decision.accepted, decision.reason, engine.cost.minus(before))


def _clients(lines: Connected, cell: Cell) -> dict[str, Client]:
    if cell.hand == TOGETHER:
        return lines.clients()
    data = lines.prepared.data
    if cell.hand == POOLED:
        names = sorted(data)
        train = tuple(example for name in names for example in data[name].train)
        return {POOLED: lines.client(OwnerData(POOLED, train, (), ()), line=names[0])}
    return {cell.owner: lines.client(data[cell.owner])}


def _schedule(prepared: Prepared, cell: Cell) -> Schedule:
    plan, owners = prepared.schedule, len(prepared.owners)
    rounds = cell.rounds or plan.rounds
    if cell.hand == TOGETHER:
        return replace(plan, rounds=rounds)
    plan = replace(plan, rounds=rounds, clients_per_round=0, quorum=1)
    if cell.hand == POOLED:
        return replace(plan, block=plan.block * owners)
    return replace(plan, requests=max(1, plan.requests // owners))
