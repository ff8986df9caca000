"""How far a judge agrees with itself, from the sums of ``work/judged.py``."""

from fedbbpt.runs.figures import Held
from fedbbpt.runs.phrases import part, points
from fedbbpt.runs.results import JudgeNoise


def judge_noise(held: Held) -> JudgeNoise:
    """Return what the pooled sums of an evaluation say; a gap of 0 where nothing came twice."""
    sums = {name: float(held.statistics[name].sum()) for name in held.statistics if "grade" in name}
    items = sums["regraded"]
    return JudgeNoise(
        items=round(items),
        changed=round(sums["regrade_changed"]),
        gap=sums["regrade_gap"] / items if items else 0.0,
        ungraded=round(sums["ungraded"]),
    )


def judge_line(noise: JudgeNoise) -> str:
    """Return how far a judge agrees with itself, in one sentence.

    >>> judge_line(JudgeNoise(40, 3, 0.0125, 0))
    'The judge graded 3 of 40 (7.5 %) identical answers differently; mean difference 1.2 points.'
    """
    unread = f" {noise.ungraded:,} grades could not be read." if noise.ungraded else ""
    if not noise.items:
        return f"No answer was graded twice, so the judge's own noise is not known.{unread}"
    average = points(noise.gap).removeprefix("+")
    return (
        f"The judge graded {part(noise.changed, noise.items)} identical answers differently; "
        f"mean difference {average} points.{unread}"
    )
