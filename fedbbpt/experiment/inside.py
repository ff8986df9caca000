"""A look inside a simulation, from answers that are journalled: worst examples, calibrations."""

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from fedbbpt.answers import Answer, LabelScores, Missing, Scored, Text, Unreadable
from fedbbpt.calibration import Calibration
from fedbbpt.config.connect import Connected
from fedbbpt.config.searched import origin
from fedbbpt.endpoints.records.remembered import Remembered
from fedbbpt.marking import Graded
from fedbbpt.objective import Row, common_items
from fedbbpt.prompts import Prompt
from fedbbpt.runs.simulation import OwnerCalibration, SimulationView, WorstExample
from fedbbpt.work.owner import Owner

WORST = 3
"""Examples shown of every owner."""

LONGEST = 400
"""Characters shown of one text."""


async def look_inside(
    lines: Connected,
    found: Prompt,
    calibrations: Mapping[str, Calibration],
    homes: Mapping[str, Prompt],
) -> SimulationView | None:
    """Return what a simulation may show, or None for a run with real owners; asks no model.

    The examples are of the dev split: the test split stays sealed.

    Args:
        lines: open endpoints.
        found: the prompt that the search proposed.
        calibrations: of the prompt that the run returns, by owner.
        homes: what the found prompt is at owners where it is another one.
    """
    if lines.prepared.run.simulation is None:
        return None
    space = lines.prepared.space
    start = Row(space.decode(origin(space)))
    worst: list[WorstExample] = []
    for name, client in sorted(lines.clients().items()):
        rows = [start, Row(homes.get(name, found))]
        worst += await _worst(_from_journal(client.owner, lines), rows, lines.prepared.run.seed)
    kept = [
        OwnerCalibration(name, fitted.labels, fitted.biases)
        for name, fitted in sorted(calibrations.items())
    ]
    return SimulationView(tuple(worst), tuple(kept))


def _from_journal(owner: Owner, lines: Connected) -> Owner:
    objective = owner.objective
    endpoint = Remembered(objective.endpoint.profile, lines.journal)
    marker = objective.marker
    if isinstance(marker, Graded):
        marker = marker.at(Remembered(marker.endpoint.profile, lines.journal))
    return replace(owner, objective=replace(objective, endpoint=endpoint, marker=marker))


async def _worst(owner: Owner, rows: list[Row], seed: int) -> list[WorstExample]:
    calibrations, _ = await owner.calibrations(rows, seed)
    raw = await owner.objective.answers(rows, owner.data.dev)
    common = common_items(raw)
    examples = [owner.data.dev[place] for place in common]
    start, found = (
        [calibration.apply(row[place]) for place in common]
        for calibration, row in zip(calibrations, raw, strict=True)
    )
    losses = owner.objective.losses(found, examples)
    scores = owner.objective.scores(found, examples)
    wrong = [place for place in range(len(examples)) if scores[place] < 1]
    wrong.sort(key=lambda place: (-losses[place], place))
    return [
        WorstExample(
            owner=owner.name,
            input=_shortened(examples[place].input),
            targets=tuple(map(_shortened, examples[place].targets)),
            start=_said(start[place]),
            found=_said(found[place]),
            loss=float(losses[place]),
        )
        for place in wrong[:WORST]
    ]


def _said(answer: Answer) -> str:
    match answer:
        case LabelScores():
            return answer.best
        case Text(text) | Unreadable(text) | Scored(text):
            return _shortened(text)
        case Missing(reason):
            return reason
        case _:
            assert_never(answer)


def _shortened(text: str) -> str:
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} … {text[-half:]}"
