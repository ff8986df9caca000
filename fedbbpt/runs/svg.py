"""The few strokes that the report's charts are drawn with."""

import math
import unicodedata
from collections.abc import Iterable

from markupsafe import Markup, escape

from fedbbpt.safe_text import safe_text

WIDTH = 440.0
"""All charts are this wide, so that their letters stay readable on a phone."""

LETTER = 7.1
"""About the width of one letter."""


def element(name: str, *children: str, **attributes: str | float) -> Markup:
    """Return one element; texts are neutralised and escaped, ``Markup`` children stand as they are.

    >>> str(element("text", "a < b", x=1.0, text_anchor="end", class_="name"))
    '<text x="1" text-anchor="end" class="name">a &lt; b</text>'
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _value(value))
        for key, value in attributes.items()
    )
    inside = Markup("").join(_content(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, written, inside)


def picture(title: str, description: str, height: float, parts: Iterable[str]) -> Markup:
    """Return a whole chart with its name and its words for those who do not see it."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *parts,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_label=title,
        class_="chart",
    )


def label(text: str, x: float, y: float, kind: str = "", anchor: str = "start") -> Markup:
    """Return a line of text at a place; ``kind`` is its class."""
    return element("text", text, x=x, y=y, class_=f"label {kind}".strip(), text_anchor=anchor)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def dot(x: float, y: float, kind: str, radius: float = 5.0) -> Markup:
    """Return a filled circle."""
    return element("circle", cx=x, cy=y, r=radius, class_=kind)


def pathway(corners: Iterable[tuple[float, float]], kind: str) -> Markup:
    """Return a line through all corners."""
    written = " ".join(f"{x:.2f},{y:.2f}" for x, y in corners)
    return element("polyline", points=written, class_=kind)


def place(value: float, low: float, high: float, first: float, last: float) -> float:
    """Return where a value lies on an axis from ``first`` (low) to ``last`` (high), cut to it.

    >>> place(0.5, 0, 1, 100, 200), place(9, 0, 1, 100, 200), place(3, 3, 3, 0, 10)
    (150.0, 200.0, 5.0)
    """
    share = (value - low) / (high - low) if high > low else 0.5
    share = min(1.0, max(0.0, share)) if math.isfinite(share) else 0.5
    return first + share * (last - first)


def ticks(low: float, high: float, count: int = 4) -> tuple[float, ...]:
    """Return round numbers that enclose a range, in steps of 1, 2 or 5.

    >>> ticks(0.58, 0.91), ticks(0, 2300)
    ((0.5, 0.6, 0.7, 0.8, 0.9, 1.0), (0.0, 1000.0, 2000.0, 3000.0))
    """
    wanted = max(high - low, 1e-6 * max(1.0, abs(low), abs(high))) / count
    power = 10.0 ** math.floor(math.log10(wanted))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted * 0.99)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(index * step, 12) for index in range(first, max(last, first + 1) + 1))


def shortened(text: str, room: float) -> str:
    """Return the text cut to about so much room, with an ellipsis for its middle.

    Names in a list often differ at their ends, so both ends stay.

    >>> shortened("hospital of the north-west", 80)
    'hospita…est'
    """
    spaced = " ".join(safe_text(text).split())
    if sum(map(_breadth, spaced)) <= room:
        return spaced
    head, tail = 0, len(spaced)
    left = room - LETTER
    while head < tail:
        at_tail = len(spaced) - tail < head // 2
        left -= _breadth(spaced[tail - 1] if at_tail else spaced[head])
        if left < 0:
            break
        head, tail = (head, tail - 1) if at_tail else (head + 1, tail)
    return f"{spaced[:head].rstrip()}…{spaced[tail:].lstrip()}"


def _breadth(letter: str) -> float:
    return LETTER * (1.8 if unicodedata.east_asian_width(letter) in "WF" else 1.0)


def _value(value: str | float) -> str:
    return safe_text(value) if isinstance(value, str) else f"{round(value, 2):g}"


def _content(child: str) -> Markup:
    return child if isinstance(child, Markup) else escape(safe_text(child))
