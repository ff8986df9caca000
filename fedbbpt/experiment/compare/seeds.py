"""Seeds as people write them on the command line."""

import re

from fedbbpt.errors import ConfigError

MOST = 100
_RANGE = re.compile(r"(\d{1,9})(?:\s*(?:-|\.\.)\s*(\d{1,9}))?")


def parse_seeds(text: str) -> tuple[int, ...]:
    """Return the seeds that a text such as ``0-4`` or ``0,3,7-9`` names, each once, sorted.

    Raises:
        ConfigError: the text names no seeds, counts down, or names more than 100.

    >>> parse_seeds("7-9,0"), parse_seeds("0..2")
    ((0, 7, 8, 9), (0, 1, 2))
    """
    seeds: set[int] = set()
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if match is None:
            raise ConfigError(f"--seeds {text!r}: write for example 0-4 or 0,3")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last - first >= MOST:
            raise ConfigError(f"--seeds {text!r}: {part.strip()} names no range of 1 to {MOST}")
        seeds.update(range(first, last + 1))
    if len(seeds) > MOST:
        raise ConfigError(f"--seeds {text!r}: {len(seeds)} seeds; give at most {MOST}")
    return tuple(sorted(seeds))
