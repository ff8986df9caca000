"""Templates for judges: packaged texts that ask for a grade of an answer, each with its source."""

from dataclasses import dataclass

from fedbbpt.closest import expected
from fedbbpt.errors import ConfigError
from fedbbpt.library import folder
from fedbbpt.library.tables import read_tables

_KEYS = {"judge": ("system", "user", "grades", "source")}


@dataclass(frozen=True, slots=True)
class JudgeTemplate:
    """How a judge is asked.

    Attributes:
        system: system message; empty for none.
        user: with ``{question}``, ``{answer}``, ``{reference}`` and ``{grades}``.
        grades: what it may reply, from worst to best.
        source: where the text is from.
    """

    system: str
    user: str
    grades: tuple[str, ...]
    source: str


def judge_names() -> tuple[str, ...]:
    """Return the names of the packaged judge templates, sorted."""
    return tuple(sorted(path.stem for path in (folder() / "judge").glob("*.toml")))


def load_judge(name: str) -> JudgeTemplate:
    """Read a packaged judge template.

    Raises:
        ConfigError: no such template, or a file that cannot be meant.

    >>> load_judge("correctness").grades
    ('no', 'yes')
    """
    known = judge_names()
    if name not in known:
        raise ConfigError(f"no packaged judge template is named {name!r}; {expected(name, known)}")
    path = folder() / "judge" / f"{name}.toml"
    rows = read_tables(path, _KEYS)["judge"]
    if len(rows) != 1:
        raise ConfigError(f"{path}: {len(rows)} [[judge]] tables; a file holds one")
    (row,) = rows
    grades = row.values.get("grades")
    if not isinstance(grades, list) or not all(isinstance(grade, str) for grade in grades):
        raise ConfigError(f"{row.where}: grades must be a list of texts, from worst to best")
    return JudgeTemplate(
        system=row.text("system"),
        user=row.filled("user"),
        grades=tuple(grades),
        source=row.filled("source"),
    )
