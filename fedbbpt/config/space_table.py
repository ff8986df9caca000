"""``[space]``: what every space takes, and what this one takes besides."""

from dataclasses import fields

from fedbbpt.config.sections import SpaceSection, Table
from fedbbpt.config.strict import read_section, vars_of

PLAIN = ("slots", "bank")
"""Spaces that are made of libraries alone; any other key in their table is a mistake."""


def space_section(table: Table) -> SpaceSection:
    """Return the section; of a space with settings of its own these are kept for its plugin.

    Raises:
        ConfigError: a key is unknown or its value of another type.
    """
    if table.get("use", SpaceSection().use) in PLAIN or "settings" in table:
        return read_section(SpaceSection, table, "space")
    common = {field.name for field in fields(SpaceSection)}
    own = {key: value for key, value in table.items() if key not in common}
    known = {key: value for key, value in table.items() if key in common}
    return read_section(SpaceSection, {**known, "settings": own}, "space")


def space_identity(section: SpaceSection) -> dict[str, object]:
    """Return what of the table can change what is computed; without settings it is as it ever was.

    >>> space_identity(SpaceSection("soft", settings={"tokens": 5}))["tokens"]
    5
    """
    kept = vars_of(section)
    return {**kept, **kept.pop("settings")}
