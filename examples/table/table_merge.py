"""One table from the comparisons of all sets, with Holm's correction over the sets."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from table_sets import Set

from fedbbpt.experiment.compare.resampling import holm
from fedbbpt.experiment.compare.tables import csv_text
from fedbbpt.runs.phrases import points, probability

START, POOLED = "start", "pooled"
LEVEL = 0.05
MOST_WORSE = 0.02
Json = Mapping[str, Any]


class Entry(NamedTuple):
    """One row of one set; gain and p-values are None for the start."""

    set: str
    row: str
    score: float
    low: float
    high: float
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    p_value: float | None
    holm: float | None
    gated_gain: float | None
    of_pooled: float | None
    below_start: int | None
    seeds: int
    calls: float


def read_comparisons(sets: Sequence[Set], out: Path) -> dict[str, Json]:
    """Return what was finished, by set."""
    paths = {one.name: out / one.name / "compare" / "compare.json" for one in sets}
    return {name: json.loads(path.read_bytes()) for name, path in paths.items() if path.is_file()}


def entries(sets: Sequence[Set], found: Mapping[str, Json]) -> list[Entry]:
    """Return all rows of all sets.

    ``holm`` is corrected over the sets that the claim is about, each row by itself, and apart from
    them over those that ride along.
    """
    main = {one.name: one.main for one in sets}
    plain = [
        _entry(name, row, _pooled(compared))
        for name, compared in found.items()
        for row in compared["equal_requests"]["rows"]
    ]
    adjusted: dict[tuple[str, str], float] = {}
    groups: dict[tuple[str, bool], list[tuple[str, float]]] = {}
    for entry in plain:
        if entry.p_value is not None:
            group = groups.setdefault((entry.row, main[entry.set]), [])
            group.append((entry.set, entry.p_value))
    for (row, _), mine in groups.items():
        corrected = holm([p_value for _, p_value in mine])
        adjusted |= {(name, row): p for (name, _), p in zip(mine, corrected, strict=True)}
    return [entry._replace(holm=adjusted.get((entry.set, entry.row))) for entry in plain]


def _pooled(compared: Json) -> float | None:
    rows = compared["equal_requests"]["rows"]
    return next((float(row["score"]) for row in rows if row["name"] == POOLED), None)


def _entry(name: str, row: Json, pooled: float | None) -> Entry:
    gain, gated, seeds = row["gain"] or {}, row["gated"] or {}, row["seeds"]
    return Entry(
        set=name,
        row=row["name"],
        score=row["score"],
        low=row["low"],
        high=row["high"],
        gain=gain.get("gain"),
        gain_low=gain.get("low"),
        gain_high=gain.get("high"),
        p_value=gain.get("p_value"),
        holm=None,
        gated_gain=gated.get("gain"),
        of_pooled=row["score"] / pooled if pooled else None,
        below_start=sum(one["gain"] < 0 for one in seeds) if gain else None,
        seeds=len(seeds),
        calls=row["spent"]["calls"] + row["spent"]["gate_calls"],
    )


def table_csv(rows: Sequence[Entry]) -> str:
    """Return one line a set and row."""
    return csv_text(Entry._fields, rows)


def splits_csv(found: Mapping[str, Json]) -> str:
    """Return the digest of every split and the label shares of every owner in every role."""
    rows = [
        (name, compared["split"], owner["name"], role, owner[role], label, share)
        for name, compared in found.items()
        for owner in compared["owners"]
        for role, label, share in owner["shares"]
    ]
    columns = ("set", "split", "owner", "role", "examples", "label", "share")
    return csv_text(columns, rows)


def table_markdown(sets: Sequence[Set], found: Mapping[str, Json], state: Mapping[str, str]) -> str:
    """Return scores by row and set, gains of all rows, and what the bar says of the methods."""
    every = entries(sets, found)
    names = [one.name for one in sets if one.name in found]
    rows = list(dict.fromkeys(entry.row for entry in every))
    by_place = {(entry.set, entry.row): entry for entry in every}
    lines = ["# Table", "", *_state_lines(sets, found, state)]
    if not names:
        return "\n".join([*lines, ""])
    lines += ["", "Scores in percent, means over items and seeds, calibrated:", ""]
    lines += [_line(["row", *names]), _line(["---"] * (len(names) + 1))]
    lines += [_line([row, *(_score(by_place.get((n, row))) for n in names)]) for row in rows]
    lines += ["", "Gains over the start in points, 95 % interval, p after Holm over the sets:", ""]
    lines += [_line(["row", *names]), _line(["---"] * (len(names) + 1))]
    gaining = [row for row in rows if row != START]
    lines += [_line([row, *(_gain(by_place.get((n, row))) for n in names)]) for row in gaining]
    lines += ["", *_bar(sets, every, gaining)]
    return "\n".join([*lines, ""])


def _state_lines(
    sets: Sequence[Set], found: Mapping[str, Json], state: Mapping[str, str]
) -> list[str]:
    lines = []
    for one in sets:
        said = state.get(one.name, "")
        if one.name in found:
            compared = found[one.name]
            seeds, items = len(compared["seeds"]), compared["items"]
            prompts, split = compared["prompts"], compared["split"][:12]
            said = (
                f"finished: {seeds} seeds, {items} test items, {prompts} prompts shown the test, "
                f"split {split}" + (f"; {said}" if said else "")
            )
        lines.append(f"- {one.name}{'' if one.main else ' (rides along)'}: {said or 'not begun'}")
    return lines


def _bar(sets: Sequence[Set], every: Sequence[Entry], rows: Sequence[str]) -> list[str]:
    main = {one.name for one in sets if one.main}
    lines = []
    for row in rows:
        own = [e for e in every if e.row == row and e.set in main]
        better = sum(e.holm is not None and e.holm < LEVEL and (e.gain or 0) > 0 for e in own)
        worse = [e.set for e in every if e.row == row and (e.gain or 0) < -MOST_WORSE]
        below = sum(e.below_start or 0 for e in own)
        pooled = [e.of_pooled for e in own if e.of_pooled is not None]
        share = f", {100 * min(pooled):.0f} % of pooled or more" if pooled else ""
        lines.append(
            f"- {row}: above the start on {better} of {len(own)} sets; worse by more than 2 points "
            f"on {', '.join(worse) or 'none'}; {below} of {sum(e.seeds for e in own)} searches "
            f"below the start{share}"
        )
    return lines


def _score(entry: Entry | None) -> str:
    return f"{100 * entry.score:.1f}" if entry else ""


def _gain(entry: Entry | None) -> str:
    if entry is None or entry.gain is None or entry.gain_low is None or entry.gain_high is None:
        return ""
    p_value = probability(entry.holm) if entry.holm is not None else ""
    return (
        f"{points(entry.gain)} ({points(entry.gain_low)} to {points(entry.gain_high)}), {p_value}"
    )


def _line(values: Sequence[str]) -> str:
    return f"| {' | '.join(values)} |"
