"""What a comparison will do, before anything is asked: its cells, what is left out, its cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from fedbbpt.config.estimate import embedded_texts
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.runfile import RunFile
from fedbbpt.errors import ConfigError
from fedbbpt.experiment.compare.cells import ALONE, POOLED, Cell
from fedbbpt.experiment.compare.field import EXEMPLARS, HAND_WRITTEN, RANDOM, Contender, field_of

LOCAL, POOLED_ROW = "local only", "pooled"
ALWAYS = (RANDOM, HAND_WRITTEN, EXEMPLARS, LOCAL, POOLED_ROW)
"""Rows that are in unless they are left out, beside the start, which always is."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be compared.

    Attributes:
        run: the task, its owners, endpoint and budget.
        recipes: methods; the first is also that of owners alone and of pooled data.
        seeds: of the searches.
        without: rows of ``ALWAYS`` that are not wanted.
        equal_rounds: also compare the recipes at the rounds of the shortest search.
    """

    run: RunFile
    recipes: tuple[str, ...]
    seeds: tuple[int, ...]
    without: tuple[str, ...] = ()
    equal_rounds: bool = True


class MostCalls(NamedTuple):
    """Most calls of a comparison whose cells share no answer; the second table's are not in it."""

    searches: int
    gates: int
    test: int

    @property
    def all(self) -> int:
        """Together."""
        return sum(self)


@dataclass(frozen=True, slots=True)
class Plan:
    """A comparison ready to start.

    Attributes:
        question: what is compared.
        contenders: methods by name, the recipes first.
        cells: all searches, in the order in which they are done.
        left_out: rows that are always in, and why they are not.
    """

    question: Question
    contenders: Mapping[str, Contender]
    cells: tuple[Cell, ...]
    left_out: Mapping[str, str]

    @property
    def base(self) -> Prepared:
        """The run of the first recipe: data, endpoints and scoring are the same for all."""
        return self.contenders[self.question.recipes[0]].prepared

    @property
    def opening(self) -> Prepared:
        """The run whose endpoints are opened: with a writer and an encoder, where there are any."""
        everyone = [one.prepared for one in self.contenders.values()]
        growing = next((one for one in everyone if one.proposing), self.base)
        encoding = next((one.encoding for one in everyone if one.encoding), None)
        return replace(growing, encoding=encoding)

    @property
    def most_calls(self) -> MostCalls:
        """Most calls, however little the cells have in common."""
        prepared, run = self.base, self.question.run
        sizes = prepared.sizes.values()
        examples = 0 if prepared.scoring.marked else prepared.scoring.calibration_examples
        calibration = sum(min(size, examples) for size in sizes)
        dev = sum(len(data.dev) for data in prepared.data.values())
        test = sum(len(data.test) for data in prepared.data.values())
        gated = [c for c in self.cells if c.hand == "all" and self.contenders[c.contender].gated]
        alone = sum(bool(cell.owner) for cell in self.cells)
        whole = len(self.cells) - alone
        item = prepared.scoring.calls_per_item
        searched = whole * run.search.requests + alone * (run.search.requests // len(sizes))
        embedded = sum(embedded_texts(self.contenders[c.contender].prepared) for c in self.cells)
        return MostCalls(
            item * -(-searched // prepared.scoring.requests_per_item) + embedded,
            item * (len(gated) * (dev + calibration) + 2 * dev + calibration),
            item * (len(self.cells) + 1) * (test + calibration),
        )


def plan_of(question: Question, environment: Mapping[str, str]) -> Plan:
    """Return the plan of a comparison.

    Raises:
        ConfigError: something cannot be meant.
        DataError: examples cannot be used.
    """
    for name in question.without:
        if name not in ALWAYS:
            raise ConfigError(f"--without {name!r}: can be {', '.join(ALWAYS)}")
    contenders, left_out = field_of(question.run, question.recipes, question.without, environment)
    prepared = contenders[0].prepared
    left_out = {**left_out, **_not_permitted(prepared, left_out)}
    cells = [
        cell
        for seed in question.seeds
        for cell in _cells(contenders, sorted(prepared.data), seed, left_out)
    ]
    return Plan(question, {one.name: one for one in contenders}, tuple(cells), left_out)


def _not_permitted(prepared: Prepared, left_out: Mapping[str, str]) -> dict[str, str]:
    if prepared.run.simulation is None:
        why = "it looks at owners' data in one place, which only a run with [simulation] may do"
    elif len(prepared.owners) == 1:
        why = "there is one owner, so it is the search itself"
    else:
        return {}
    return {name: left_out.get(name, why) for name in (LOCAL, POOLED_ROW)}


def _cells(
    contenders: Sequence[Contender], owners: Sequence[str], seed: int, left_out: Mapping[str, str]
) -> list[Cell]:
    first = contenders[0].name
    cells = [Cell(one.name, one.name, seed) for one in contenders]
    if LOCAL not in left_out:
        cells += [Cell(LOCAL, first, seed, f"{ALONE}{owner}") for owner in owners]
    if POOLED_ROW not in left_out:
        cells.append(Cell(POOLED_ROW, first, seed, POOLED))
    return cells
