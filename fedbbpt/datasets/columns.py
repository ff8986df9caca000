"""Which column of a file holds which part of an example."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of the columns of a table, or of the fields of objects.

    Attributes:
        id: optional; without it the id is "<file stem>-<line number>".
        input: the text.
        target: the reference answer.
        targets: optional; further accepted answers, a list, ``|``-separated in CSV.
        domain: optional; natural group of the example.

    Raises:
        ValueError: a name is empty, or two parts name the same column.
    """

    id: str = "id"
    input: str = "input"
    target: str = "target"
    targets: str = "targets"
    domain: str = "domain"

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for part, name in self.by_part().items():
            if not name.strip():
                raise ValueError(f"columns: {part} is empty; name a column or leave it out")
            if name in seen:
                raise ValueError(
                    f"columns: {seen[name]} and {part} both name {name!r}; give each its own column"
                )
            seen[name] = part

    def by_part(self) -> dict[str, str]:
        """Return the column of each part."""
        return {
            "id": self.id,
            "input": self.input,
            "target": self.target,
            "targets": self.targets,
            "domain": self.domain,
        }

    def renamed(self) -> tuple[str, ...]:
        """Return the optional columns that were named on purpose: these must be in the file."""
        usual = Columns().by_part()
        chosen = self.by_part()
        return tuple(chosen[p] for p in ("id", "targets", "domain") if chosen[p] != usual[p])
