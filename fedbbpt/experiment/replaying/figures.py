"""Rows of methods at equal calls: accuracy, cost, and how far one method lies above the others."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.experiment.compare.resampling import draws, gain_of, holm, interval_of
from fedbbpt.experiment.replaying.contest import OURS, Played
from fedbbpt.experiment.replaying.further_trials import beside_ours
from fedbbpt.experiment.replaying.pairing import RESAMPLES, Pairing, mcnemar, pairing_of
from fedbbpt.experiment.replaying.spreads import SetSpread, spread_of
from fedbbpt.randomness import rng
from fedbbpt.replay.prompt_spread import Marks

ALL = "all sets"


@dataclass(frozen=True, slots=True)
class SetPlayed:
    """All methods on one set.

    Attributes:
        name: of the set.
        played: methods at budgets.
        questions: that were answered.
        headroom: what a majority wins over one draw on training questions, as a share.
        excluded: True where that is too little; its rows are shown and do not count in ``ALL``.
        prompts: share right of each prompt on the answered questions, by name.
        missing: questions under a prompt without a reply.
        exact: whether samples were drawn from label log-probabilities.
        calls: distinct requests whose replies its tables hold.
        dropped: paraphrases that were not fit to be asked.
        notes: what was left out of the rows, and what ran out; one line each.
        marks: draws of its prompts on the answered questions, of which their spread is told.
    """

    name: str
    played: tuple[Played, ...]
    questions: int
    headroom: float
    excluded: bool
    prompts: tuple[tuple[str, float], ...]
    missing: int
    exact: bool
    calls: int
    dropped: int = 0
    notes: tuple[str, ...] = ()
    marks: Marks | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One method at one budget on one set, or on all that count.

    Attributes:
        set: name of the set.
        method: its name.
        budget: calls a question that it may take.
        accuracy: mean over questions and replays, with ``low`` and ``high`` over questions.
        calls: a question, choosing and preparing included.
        tokens: likewise.
        gain: of ours over it, with ``gain_low`` and ``gain_high``; None beside ours itself.
        p_value: exact McNemar on the first replay, two-sided.
        holm: the same, corrected over the methods of this set and budget. TRIPLE with common
            questions is beside TRIPLE, not beside ours: see ``Pairing``.
    """

    set: str
    method: str
    budget: int
    accuracy: float
    low: float
    high: float
    calls: float
    tokens: float
    gain: float | None = None
    gain_low: float | None = None
    gain_high: float | None = None
    p_value: float | None = None
    holm: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What a comparison says.

    Attributes:
        rows: all sets that count together first, then each set.
        sets: what is known of each set, beside its rows.
        pairings: what common questions are worth, in the order of the rows.
        spreads: how far prompts differ, likewise.
    """

    rows: tuple[Row, ...]
    sets: tuple[SetPlayed, ...]
    pairings: tuple[Pairing, ...] = ()
    spreads: tuple[SetSpread, ...] = ()

    def payload(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "rows": [asdict(row) for row in self.rows],
            "pairings": [asdict(one) for one in self.pairings],
            "spreads": [asdict(one) for one in self.spreads],
            "sets": [
                {
                    "name": one.name,
                    "questions": one.questions,
                    "headroom": one.headroom,
                    "excluded": one.excluded,
                    "prompts": dict(one.prompts),
                    "missing": one.missing,
                    "exact": one.exact,
                    "calls": one.calls,
                    "dropped": one.dropped,
                    "notes": list(one.notes),
                }
                for one in self.sets
            ],
        }

    def csv(self) -> str:
        """Return the rows as CSV."""
        names = list(Row.__dataclass_fields__)
        lines = [",".join(names)]
        for row in self.rows:
            lines.append(",".join(_cell(value) for value in asdict(row).values()))
        return "\n".join(lines) + "\n"

    def markdown(self) -> str:
        """Return one table a set, all that count together first."""
        texts = [_heading(one) for one in self.sets if one.excluded]
        for name in dict.fromkeys(row.set for row in self.rows):
            lines = [f"## {name}", "", _HEAD, _RULE]
            lines += [_line(row) for row in self.rows if row.set == name]
            said = [one.text() for one in self.pairings if one.set == name]
            said += [one.text() for one in self.spreads if one.set == name]
            said += [f"- {note}" for one in self.sets if one.name == name for note in one.notes]
            texts.append("\n".join([*lines, "", *said] if said else lines) + "\n")
        return "\n".join(texts)


_HEAD = "| method | budget | accuracy | calls | tokens | ours less it | p | Holm |"
_RULE = "|---|---|---|---|---|---|---|---|"


def table_of(sets: Sequence[SetPlayed], seed: int) -> Table:
    """Return all rows; sets that are excluded count in no common row."""
    rows: list[Row] = []
    pairings: list[Pairing] = []
    spreads: list[SetSpread] = []
    counted = [one for one in sets if not one.excluded]
    groups = [(one.name, [one]) for one in sets]
    if len(sets) > 1 and counted:
        groups.insert(0, (ALL, counted))
    for name, group in groups:
        for here in _by_budget(group):
            rows += _at_budget(name, here, seed)
            pairings += pairing_of(name, here, seed)
        marks = [one.marks for one in group if one.marks is not None]
        spreads += spread_of(name, marks, seed)
    return Table(tuple(rows), tuple(sets), tuple(pairings), tuple(spreads))


def _by_budget(sets: Sequence[SetPlayed]) -> list[list[Played]]:
    """Return what was played on all of some sets, joined, by budget."""
    by_place = [{(p.name, p.budget): p for p in one.played} for one in sets]
    common = [key for key in by_place[0] if all(key in other for other in by_place)]
    joined = {key: _joined([one[key] for one in by_place], sets) for key in common}
    budgets = sorted({budget for _, budget in joined})
    return [[played for (_, at), played in joined.items() if at == here] for here in budgets]


def _joined(played: Sequence[Played], sets: Sequence[SetPlayed]) -> Played:
    weights = np.array([one.questions for one in sets], dtype=np.float64)
    weights = weights / weights.sum()
    return Played(
        played[0].name,
        played[0].budget,
        np.concatenate([one.right for one in played], axis=1),
        sum((w * one.calls for w, one in zip(weights, played, strict=True)), np.zeros(1)),
        sum((w * one.tokens for w, one in zip(weights, played, strict=True)), np.zeros(1)),
    )


def _at_budget(name: str, here: Sequence[Played], seed: int) -> list[Row]:
    questions = here[0].right.shape[1]
    chance = draws(questions, 1, rng(seed, "replay bootstrap"), RESAMPLES)
    ours = next((one for one in here if one.name == OURS), None)
    rivals = [one for one in here if ours is not None and beside_ours(one.name)]
    p_values = [] if ours is None else [mcnemar(ours.right[0], one.right[0]) for one in rivals]
    pairs = zip(p_values, holm(p_values), strict=True)
    corrected = dict(zip([one.name for one in rivals], pairs, strict=True))
    rows = []
    for one in here:
        mean: Floats = one.right.mean(axis=0, keepdims=True)
        low, high = interval_of(mean, chance)
        row = Row(
            name,
            one.name,
            one.budget,
            float(mean.mean()),
            low,
            high,
            float(one.calls.mean()),
            float(one.tokens.mean()),
        )
        if ours is not None and one.name in corrected:
            gain = gain_of(mean, ours.right.mean(axis=0, keepdims=True), chance)
            row = _compared(row, gain.gain, gain.interval, corrected[one.name])
        rows.append(row)
    return rows


def _compared(
    row: Row, gain: float, interval: tuple[float, float], p_values: tuple[float, float]
) -> Row:
    known = asdict(row) | {"gain": gain, "gain_low": interval[0], "gain_high": interval[1]}
    return Row(**known | {"p_value": p_values[0], "holm": p_values[1]})


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else f'"{value}"'


def _line(row: Row) -> str:
    gain = p_value = corrected = ""
    if row.gain is not None and row.gain_low is not None and row.gain_high is not None:
        gain = f"{100 * row.gain:+.1f} ({100 * row.gain_low:+.1f} to {100 * row.gain_high:+.1f})"
        p_value, corrected = f"{row.p_value:.2g}", f"{row.holm:.2g}"
    return (
        f"| {row.method} | {row.budget} | {100 * row.accuracy:.1f} ({100 * row.low:.1f} to "
        f"{100 * row.high:.1f}) | {row.calls:.2f} | {row.tokens:,.0f} | {gain} | {p_value} | "
        f"{corrected} |"
    )


def _heading(one: SetPlayed) -> str:
    return (
        f"{one.name} is excluded from what counts: on its training questions a majority beats one "
        f"draw by {100 * one.headroom:.2f} points only.\n"
    )
