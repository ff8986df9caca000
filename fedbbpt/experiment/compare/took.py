"""What the rows of a comparison took: tokens and time, which two clean runs need not share.

A server that answers requests in lists tells the tokens of a list as one sum, so those of a request
depend on which requests met; and time is the machine's. So they stand apart from the figures that
same completions decide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fedbbpt.experiment.compare.assembling import Findings, lines_of, rounds_lines
from fedbbpt.experiment.compare.cells import CellResult
from fedbbpt.experiment.compare.standing import Line


@dataclass(frozen=True, slots=True)
class Took:
    """What a row took a seed, on average.

    Attributes:
        row: name of the row.
        equal: ``"requests"`` or ``"rounds"``: the table that it stands in.
        prompt_tokens: read for search and gate, as if nothing had been asked before.
        completion_tokens: written for them.
        seconds: of search and gate, in the processes that finished its cells: answers that the
            journal held took none.
    """

    row: str
    equal: str
    prompt_tokens: float
    completion_tokens: float
    seconds: float

    @property
    def tokens(self) -> float:
        """Read and written."""
        return self.prompt_tokens + self.completion_tokens


def taken(findings: Findings, seconds: Mapping[str, float]) -> tuple[Took, ...]:
    """Return what every row took, of both tables.

    Args:
        findings: all cells.
        seconds: by a cell's name.
    """
    seeds = len(findings.plan.question.seeds)
    tables = {"requests": lines_of(findings), "rounds": rounds_lines(findings)}
    return tuple(
        _took(line, equal, seconds, seeds) for equal, lines in tables.items() for line in lines
    )


def _took(line: Line, equal: str, seconds: Mapping[str, float], seeds: int) -> Took:
    cells: Sequence[CellResult] = [one for found in line.cells.values() for one in found]
    costs = [one.cost for one in cells]
    costs += [one.gate.cost for one in cells if one.gate is not None]
    return Took(
        row=line.name,
        equal=equal,
        prompt_tokens=sum(cost.prompt_tokens for cost in costs) / seeds,
        completion_tokens=sum(cost.completion_tokens for cost in costs) / seeds,
        seconds=sum(seconds.get(one.cell.name, 0.0) for one in cells) / seeds,
    )
