"""What a way of reasoning asks beside the question itself: packaged texts, each with its source."""

from fedbbpt.closest import expected
from fedbbpt.errors import ConfigError
from fedbbpt.library import folder
from fedbbpt.library.proposing import ProposingTemplate
from fedbbpt.library.tables import read_tables

_KEYS = {"asking": ("system", "user", "source")}


def asking_names() -> tuple[str, ...]:
    """Return the names of the packaged texts, sorted."""
    return tuple(sorted(path.stem for path in (folder() / "asking").glob("*.toml")))


def load_asking(name: str) -> ProposingTemplate:
    """Read a packaged text.

    Raises:
        ConfigError: no such text, or a file that cannot be meant.

    >>> sorted(load_asking("claim").places)
    ['answer', 'question']
    """
    known = asking_names()
    if name not in known:
        raise ConfigError(f"no packaged text is named {name!r}; {expected(name, known)}")
    path = folder() / "asking" / f"{name}.toml"
    rows = read_tables(path, _KEYS)["asking"]
    if len(rows) != 1:
        raise ConfigError(f"{path}: {len(rows)} [[asking]] tables; a file holds one")
    (row,) = rows
    return ProposingTemplate(row.text("system"), row.filled("user"), row.filled("source"))
