"""Letters and marks of the page stand out from what is behind them, as WCAG 2.2 AA asks."""

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parents[2] / "fedbbpt/runs/report.css").read_text(encoding="utf-8")
LETTERS = 4.5
MARKS = 3.0
PAIRS = (
    *((name, ground, LETTERS) for name in ("ink", "quiet") for ground in ("paper", "panel")),
    *(("ink", ground, LETTERS) for ground in ("ins", "del")),
    *(("warn", ground, LETTERS) for ground in ("warn-pale", "paper")),
    *((f"hue{index}", "paper", LETTERS) for index in range(6)),
    *((name, ground, MARKS) for name in ("start", "tuned") for ground in ("paper", "tuned-pale")),
)


def colours(scheme: str) -> dict[str, str]:
    """Return the page's colours by name, as the light or the dark scheme sets them."""
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2]
    return dict(re.findall(r"--([\w-]+): #(\w+);", dark if scheme == "dark" else light))


def luminance(colour: str) -> float:
    """Return the relative luminance of RRGGBB or RGB, in [0, 1]."""
    digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Return the ratio of two colours, in [1, 21]."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "ground", "least"), PAIRS)
def test_it_stands_out(scheme: str, name: str, ground: str, least: float) -> None:
    known = colours(scheme)

    assert contrast(known[name], known[ground]) >= least
