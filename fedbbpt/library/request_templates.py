"""Packaged texts that ask a model for something beside the question, each with its source."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fedbbpt.closest import expected
from fedbbpt.errors import ConfigError
from fedbbpt.library import folder
from fedbbpt.library.tables import read_tables
from fedbbpt.prompts import Message, escape_special

Kind = Literal["asking", "proposing"]
"""For a way of reasoning, or a new instruction; also the folder of ``prompts/`` and the table."""

_PLACE = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """How a model is asked.

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


def template_names(kind: Kind) -> tuple[str, ...]:
    """Return the names of the packaged templates of a kind, sorted."""
    return tuple(sorted(path.stem for path in (folder() / kind).glob("*.toml")))


def load_template(kind: Kind, name: str) -> RequestTemplate:
    """Read a packaged template.

    Raises:
        ConfigError: no such template, or a file that cannot be meant.

    >>> sorted(load_template("proposing", "rewrite").places)
    ['parent', 'task']
    """
    known = template_names(kind)
    if name not in known:
        raise ConfigError(f"prompts/{kind}: there is no {name!r}; {expected(name, known)}")
    path = folder() / kind / f"{name}.toml"
    rows = read_tables(path, {kind: ("system", "user", "source")})[kind]
    if len(rows) != 1:
        raise ConfigError(f"{path}: {len(rows)} [[{kind}]] tables; a file holds one")
    (row,) = rows
    return RequestTemplate(row.text("system"), row.filled("user"), row.filled("source"))
