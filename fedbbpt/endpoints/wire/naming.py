"""Whether a reply comes from the model that was asked for, judged by the names."""

import re

SAME, DATED, UNSAID, ANOTHER = "same", "dated", "unsaid", "another"

_DATE = re.compile(r"[-@:](?:20\d{2}-\d{2}-\d{2}|20\d{6}|\d{3,4})")


def judge_name(asked: str, named: str) -> str:
    """Return ``same``, ``dated`` (the name with a date behind it), ``unsaid`` or ``another``.

    A folder or a provider in front of the name and the case of letters do not matter. A name that
    ends in ``latest`` stands for any date.

    >>> judge_name("small", "small-2025-01-01"), judge_name("org/small", "Small")
    ('dated', 'same')
    >>> judge_name("small", "small-mini"), judge_name("small", "")
    ('another', 'unsaid')
    """
    if not named.strip():
        return UNSAID
    wanted, given = _bare(asked), _bare(named)
    if wanted == given:
        return SAME
    rest = given.removeprefix(wanted.removesuffix("-latest"))
    return DATED if rest != given and _DATE.fullmatch(rest) else ANOTHER


def _bare(name: str) -> str:
    return name.strip().casefold().rstrip("/").rpartition("/")[2].removesuffix(".gguf")
