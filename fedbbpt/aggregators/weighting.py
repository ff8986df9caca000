"""How much each report counts, and the reports' figures side by side in one fixed order."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from fedbbpt.distributions import Categorical, Floats
from fedbbpt.messages import Report, State

Weights = Literal["size", "uniform"]
"""By the number of examples, or every owner with an example alike.

Reports on local searches are weighed by training examples (``by_training_size``); those on scores
by the examples of the block that were scored, as sums that nobody can take apart have to be.
"""

FLOOR = 1e-12
"""Least probability of a choice, so that its logarithm is finite."""


def check_weights(weights: str) -> None:
    """Refuse an unknown way to weigh.

    Raises:
        ValueError: neither ``"size"`` nor ``"uniform"``.
    """
    if weights not in get_args(Weights):
        raise ValueError(
            f"weights: {weights!r} is unknown; expected one of {', '.join(get_args(Weights))}"
        )


def by_training_size(reports: Sequence[Report], sizes: Mapping[str, int]) -> list[Report]:
    """Return the reports with an owner's training examples for weight, where it has any weight.

    A block of one size takes as many examples from a large owner as from a small one, so that what
    was scored says nothing of size. Owners that ``sizes`` lacks keep their weight.
    """
    return [
        replace(report, weight=float(sizes.get(report.client, report.weight)))
        if report.weight > 0
        else report
        for report in reports
    ]


def counted(reports: Sequence[Report]) -> tuple[Report, ...]:
    """Return the reports of weight above 0 by the names of their clients.

    The order makes every later sum the same to the last bit, whoever answered first.

    Raises:
        ValueError: no report has weight, a weight is no number >= 0, or a client reports twice.
    """
    for report in reports:
        if not 0 <= report.weight < np.inf:
            raise ValueError(f"weight: {report.client} reports {report.weight}, expected >= 0")
    twice = [name for name, times in Counter(r.client for r in reports).items() if times > 1]
    if twice:
        raise ValueError(f"client: {', '.join(sorted(twice))} reported twice in one round")
    present = sorted((r for r in reports if r.weight > 0), key=lambda report: report.client)
    if not present:
        raise ValueError(f"weight: none of {len(reports)} reports has any; nothing can be merged")
    return tuple(present)


def shares(reports: Sequence[Report], weights: Weights) -> Floats:
    """Return each report's part of the whole, in the order given.

    The same report gets the same bits in any order.

    Returns:
        Shape (reports,), summing to 1; 0 where the weight is 0.

    Raises:
        ValueError: as ``counted``.
    """
    present = counted(reports)
    sizes = np.array([r.weight for r in present] if weights == "size" else [1.0] * len(present))
    parts: Floats = sizes / sizes.sum()
    by_client = dict(zip((r.client for r in present), parts, strict=True))
    return np.array([by_client.get(report.client, 0.0) for report in reports])


def stacked(reports: Sequence[Report], name: str, shape: tuple[int, ...] | None = None) -> Floats:
    """Return one statistic of all reports, shape (reports, *shape).

    Args:
        reports: at least one.
        name: of the statistic.
        shape: expected of every report; None takes that of the first.

    Raises:
        ValueError: a report lacks the statistic, or has it in another shape.
    """
    for report in reports:
        if name not in report.statistics:
            raise ValueError(f"statistics.{name}: absent from the report of {report.client}")
    expected = reports[0].statistics[name].shape if shape is None else shape
    for report in reports:
        found = report.statistics[name].shape
        if found != expected:
            raise ValueError(
                f"statistics.{name}: {report.client} sent shape {found}, expected {expected}"
            )
    return np.stack([report.statistics[name] for report in reports])


def loss_sums(reports: Sequence[Report]) -> Floats:
    """Return the owners' summed losses, shape (reports, candidates).

    Raises:
        ValueError: ``loss_sum`` is absent or misshapen.
    """
    sums = stacked(reports, "loss_sum")
    if sums.ndim != 2:
        raise ValueError(f"statistics.loss_sum: shape {sums.shape[1:]}, expected (candidates,)")
    return sums


def tables(state: State) -> Categorical:
    """Return the state's distribution where it is a table of choices a slot.

    Raises:
        ValueError: it is another kind of distribution.
    """
    if not isinstance(state.distribution, Categorical):
        raise ValueError(
            f"distribution: pools merge tables of choices, not a "
            f"{type(state.distribution).__name__}; use a space of slots"
        )
    return state.distribution


def stacked_slots(state: State, reports: Sequence[Report], prefix: str) -> tuple[Floats, ...]:
    """Return ``{prefix}_0``, ``{prefix}_1`` and so on, each of shape (reports, choices).

    Raises:
        ValueError: as ``tables`` and ``stacked``.
    """
    return tuple(
        stacked(reports, f"{prefix}_{slot}", logits.shape)
        for slot, logits in enumerate(tables(state).logits)
    )


def floored_logits(probabilities: Floats) -> Floats:
    """Return logarithms of a table, shape (choices,), with nothing less likely than ``FLOOR``."""
    logits: Floats = np.log(np.maximum(probabilities, FLOOR))
    return logits
