"""Templates that ask a model for new instructions: packaged texts, each with its source."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fedbbpt.closest import expected
from fedbbpt.errors import ConfigError
from fedbbpt.library import folder
from fedbbpt.library.tables import read_tables
from fedbbpt.prompts import Message, escape_special

_KEYS = {"proposing": ("system", "user", "source")}
_PLACE = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class ProposingTemplate:
    """How a model is asked for an instruction.

    Attributes:
        system: system message; empty for none.
        user: with places such as ``{parent}`` or ``{task}``.
        source: where the text is from.
    """

    system: str
    user: str
    source: str

    @property
    def places(self) -> frozenset[str]:
        """The names of the places in it."""
        return frozenset(_PLACE.findall(self.user))

    def filled(self, values: Mapping[str, str]) -> tuple[Message, ...]:
        """Return the messages with all places filled, in one pass: a value is data.

        Raises:
            ValueError: a place without a value.
        """
        if missing := sorted(self.places - values.keys()):
            raise ValueError(f"user: nothing is known for {{{missing[0]}}}; remove the place")
        texts = {name: escape_special(value) for name, value in values.items()}
        user = _PLACE.sub(lambda match: texts[match.group(1)], self.user)
        opening = (Message("system", self.system),) if self.system else ()
        return (*opening, Message("user", user))


def proposing_names() -> tuple[str, ...]:
    """Return the names of the packaged templates, sorted."""
    return tuple(sorted(path.stem for path in (folder() / "proposing").glob("*.toml")))


def load_proposing(name: str) -> ProposingTemplate:
    """Read a packaged template.

    Raises:
        ConfigError: no such template, or a file that cannot be meant.

    >>> sorted(load_proposing("rewrite").places)
    ['parent', 'task']
    """
    known = proposing_names()
    if name not in known:
        raise ConfigError(f"no packaged template asks for {name!r}; {expected(name, known)}")
    path = folder() / "proposing" / f"{name}.toml"
    rows = read_tables(path, _KEYS)["proposing"]
    if len(rows) != 1:
        raise ConfigError(f"{path}: {len(rows)} [[proposing]] tables; a file holds one")
    (row,) = rows
    return ProposingTemplate(row.text("system"), row.filled("user"), row.filled("source"))
