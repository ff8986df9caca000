"""What names a split without showing it."""

from collections.abc import Mapping

from fedbbpt.canonical import digest
from fedbbpt.data import OwnerData


def split_digest(owners: Mapping[str, OwnerData]) -> str:
    """Return the sha256 of which ids each owner holds in which role, as 64 hexadecimal characters.

    Publish it beside a result: whoever has the same files can check that the split is the same.
    """
    return digest(
        {
            name: {role: sorted(e.id for e in held) for role, held in data.splits().items()}
            for name, data in owners.items()
        }
    )
