"""Word lists: packaged ones and anyone's own, each with its source."""

from collections.abc import Iterable
from pathlib import Path

from fedbbpt.closest import expected
from fedbbpt.errors import ConfigError
from fedbbpt.library import folder
from fedbbpt.library.tables import read_tables
from fedbbpt.prompts import escape_special

_KEYS = {"words": ("items", "source")}
LONGEST = 40
"""Most characters of an entry; one is a word or a few words."""


def word_list_names() -> tuple[str, ...]:
    """Return the names of the packaged word lists, sorted."""
    return tuple(sorted(path.stem for path in (folder() / "words").glob("*.toml")))


def load_words(name_or_path: str | Path) -> tuple[str, ...]:
    """Read a packaged list by its name, or a file by a path that ends in ``.toml``; none twice.

    Raises:
        ConfigError: no such list, or an entry that cannot stand in a prompt.

    >>> "sentiment" in load_words("common")
    True
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        known = word_list_names()
        if str(name_or_path) not in known:
            raise ConfigError(
                f"no packaged word list is named {str(name_or_path)!r}; "
                f"{expected(str(name_or_path), known)} (a file of your own ends in .toml)"
            )
        path = folder() / "words" / f"{name_or_path}.toml"
    rows = read_tables(path, _KEYS)["words"]
    if not rows:
        raise ConfigError(f'{path}: no [[words]] table; write items = ["word", ...] and a source')
    listed: list[str] = []
    for row in rows:
        row.filled("source")
        items = row.values.get("items")
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise ConfigError(f'{row.where}: items must be a list of texts: ["word", ...]')
        listed += items
    try:
        return checked_words(listed)
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error


def checked_words(items: Iterable[str]) -> tuple[str, ...]:
    """Return the entries, none twice.

    Raises:
        ValueError: none at all, or one that cannot stand in a prompt.
    """
    words = tuple(dict.fromkeys(items))
    if not words:
        raise ValueError("words: the list is empty; give at least one")
    for word in words:
        if not word.strip() or word != " ".join(word.split()) or not word.isprintable():
            raise ValueError(f"words: {word!r} is blank or holds more than single spaces")
        if len(word) > LONGEST:
            raise ValueError(f"words: {word[:20]!r}... is longer than {LONGEST} characters")
        if "{" in word or "}" in word or escape_special(word) != word:
            raise ValueError(f"words: {word!r} means something in a template; leave it out")
    return words
