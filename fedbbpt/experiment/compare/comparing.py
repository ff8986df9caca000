"""A whole comparison: its cells one after the other, then the sealed test, from one journal."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from fedbbpt.config.connect import Connected, connected
from fedbbpt.config.other_runs import other_journals
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import opened
from fedbbpt.experiment.compare.assembling import Findings, assemble
from fedbbpt.experiment.compare.cells import Cell, CellResult
from fedbbpt.experiment.compare.files import write_files
from fedbbpt.experiment.compare.outcome import Compared
from fedbbpt.experiment.compare.paid import Paid
from fedbbpt.experiment.compare.plan import Plan
from fedbbpt.experiment.compare.sealed import scored_on_test
from fedbbpt.experiment.compare.searching import search_cell
from fedbbpt.experiment.compare.shelf import Kept, Shelf
from fedbbpt.experiment.identity import sealed_digest
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.runs.openings import open_test
from fedbbpt.runs.phrases import early, ending
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock

Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a comparison ends with.

    Attributes:
        compared: every figure.
        paid: what it cost in truth, and the time it took.
        directory: where it is kept.
    """

    compared: Compared
    paid: Paid
    directory: RunDirectory


async def compare(plan: Plan, folder: Path, announce: Announce) -> Ended:
    """Do, or go on with, a comparison in its folder.

    All cells share one journal and are done one after the other, so each takes over what those
    before it were answered. A finished cell is kept and not done again; one that was stopped is
    asked again, and answered from the journal. The sealed test is opened once, after all searches.

    Args:
        plan: what is to be done.
        folder: where everything is kept.
        announce: told what is done, one line each.

    Raises:
        FedbbptError: it cannot go on now; nothing that was paid for is lost.
    """
    began = time.monotonic()
    directory = RunDirectory(folder)
    journals = other_journals(plan.base.run, directory)
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(folder))
        calls = stack.enter_context(FramedLog.open(directory.calls))
        journal = Journal(calls, stack.enter_context(opened(journals)))
        async with connected(plan.opening, journal, searching=True) as lines:
            searching = _Searching(plan, lines, Shelf(directory, plan.base), announce)
            findings = await searching.findings()
            calls.sync()
            announce(f"sealed test: {len(findings.prompts)} distinct prompts")
            openings = open_test(directory.openings, sealed_digest(plan.base), folder.name)
            sealed = await scored_on_test(
                replace(lines, prepared=plan.base, opened=[]), findings.prompts
            )
        paid = Paid.of(journal, searching.seconds, openings, time.monotonic() - began)
        compared = assemble(findings, sealed)
        calls.sync()
        write_files(directory, compared, paid, findings, sealed)
    return Ended(compared, paid, directory)


@dataclass(slots=True, eq=False)
class _Searching:
    """Goes through the cells; what each took is in ``seconds``, by its name."""

    plan: Plan
    lines: Connected
    shelf: Shelf
    announce: Announce
    seconds: dict[str, float] = field(default_factory=dict)

    async def findings(self) -> Findings:
        plan = self.plan
        found = await self._all(plan.cells)
        named = [one for cell, one in found.items() if cell.row in plan.question.recipes]
        fewest = min(one.rounds for one in named)
        again: dict[Cell, CellResult] = {}
        if plan.question.equal_rounds and fewest and any(one.rounds != fewest for one in named):
            self.announce(f"equal rounds: the recipes again with {fewest} rounds each")
            shorter = [replace(one.cell, rounds=fewest) for one in named if one.rounds != fewest]
            again = {one.cell: one for one in named if one.rounds == fewest}
            again |= await self._all(tuple(shorter))
        return Findings(plan, found, again, fewest)

    async def _all(self, cells: tuple[Cell, ...]) -> dict[Cell, CellResult]:
        return {
            cell: await self._one(cell, f"[{place}/{len(cells)}]")
            for place, cell in enumerate(cells, start=1)
        }

    async def _one(self, cell: Cell, place: str) -> CellResult:
        contender = self.plan.contenders[cell.contender]
        name = f"{place} {cell.row}{f' ({cell.owner})' if cell.owner else ''}, seed {cell.seed}"
        kept = self.shelf.find(cell, contender)
        if kept is None:
            began, paid = time.monotonic(), self.lines.journal.tally().calls
            result = await search_cell(self.lines, contender, cell)
            kept = Kept(result, time.monotonic() - began)
            # The completions reach the disk before the cell that rests on them.
            self.lines.journal.log.sync()
            self.shelf.put(contender, kept)
            new = self.lines.journal.tally().calls - paid
            end = f"{result.requests} requests in {result.rounds} rounds, {new} calls paid"
            if early(result.ended):
                end += f". {ending(result.ended)}"
        else:
            end = "finished before"
        self.announce(f"{name}: {end}")
        self.seconds[cell.name] = kept.seconds
        return kept.result
