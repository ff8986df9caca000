"""Which column tells the rows apart; without one, the number of the line does."""

from fedbbpt.guessing.choice import Choice
from fedbbpt.guessing.column import known_name
from fedbbpt.guessing.known_names import IDS
from fedbbpt.guessing.table import Table

USUAL = "id"


def id_column(table: Table, taken: tuple[str, ...]) -> Choice:
    """Return the column of the ids, or a choice without a column.

    Args:
        table: the file.
        taken: columns that hold other parts.
    """
    free = [column for column in table.columns if column.name not in taken and column.plain]
    usual = [column for column in free if column.name == USUAL]
    for column in (*usual, *free):
        if column.unique and known_name(column.name, IDS):
            return Choice("id", column.name, "named like an id, different on every row", "sure")
    unit = table.origin.unit
    return Choice("id", "", f"no column is one: the file's name and the {unit} are the id", "sure")
