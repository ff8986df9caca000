"""Whether one owner's examples can teach a closed task anything."""

from collections.abc import Sequence

from fedbbpt.data import Example
from fedbbpt.errors import DataError


def check_owner(
    examples: Sequence[Example],
    labels: tuple[str, ...],
    *,
    simulation: bool,
    allow_one_class: bool,
) -> tuple[str, ...]:
    """Return warnings about examples of one class, or fewer examples than labels.

    In a simulation the split made them, so they are warned about. In an owner's own data they are
    more likely a mistake, so they are refused unless allowed.

    Args:
        examples: all examples of one owner.
        labels: the closed label set; empty for free answers, which have no classes.
        simulation: whether the owner was cut out of a public set.
        allow_one_class: whether the owner knows and wants it so.

    Raises:
        DataError: no example at all; or own data with one of these faults and no permission.
    """
    if not examples:
        raise DataError("this owner has no example; give at least one")
    if not labels:
        return ()
    faults: list[str] = []
    present = sorted({example.targets[0] for example in examples})
    if len(present) == 1:
        faults.append(
            f"all {len(examples)} examples have the label {present[0]!r}: every prompt that always "
            "says so is perfect here"
        )
    if len(examples) < len(labels):
        faults.append(f"{len(examples)} examples are fewer than the {len(labels)} labels")
    if faults and not (simulation or allow_one_class):
        raise DataError(f"{'; '.join(faults)}; add examples, or set allow_one_class = true")
    return tuple(faults)
