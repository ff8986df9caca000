"""Which column says where an example comes from, so that its values can be owners."""

from fedbbpt.guessing.choice import Choice, quoted
from fedbbpt.guessing.column import Column, known_name
from fedbbpt.guessing.known_names import DOMAINS
from fedbbpt.guessing.table import Table

MOST_DOMAINS = 20


def domain_column(table: Table, taken: tuple[str, ...]) -> Choice:
    """Return the column of the domains, or a choice without a column.

    Args:
        table: the file.
        taken: columns that hold other parts.
    """
    free = [column for column in table.columns if column.name not in taken and _few(column)]
    named = [column for column in free if known_name(column.name, DOMAINS)]
    if len(named) == 1:
        column = named[0]
        return Choice("domain", column.name, f"named like one, {column.distinct} values", "likely")
    if named:
        return Choice("domain", "", f"{quoted(named)} could be one: --domain COLUMN", "likely")
    if free:
        return Choice("domain", "", f"if {quoted(free)} is one, say --domain COLUMN", "likely")
    return Choice("domain", "", "no column with few values is left", "sure")


def _few(column: Column) -> bool:
    return column.few and column.distinct <= MOST_DOMAINS
