"""Which examples an experiment rests on, and which of them are sealed, as digests."""

from fedbbpt.canonical import digest
from fedbbpt.config.prepare import Prepared


def data_digest(prepared: Prepared) -> str:
    """Return the digest of all examples of all owners, in the order of their roles."""
    return digest(
        [
            [example.id, example.input, list(example.targets)]
            for name in sorted(prepared.data)
            for split in (*prepared.data[name].splits().values(), prepared.data[name].pool)
            for example in split
        ]
    )


def sealed_digest(prepared: Prepared) -> str:
    """Return what names the sealed test split: the digest of its texts."""
    texts = sorted(
        digest(example.input) for data in prepared.data.values() for example in data.test
    )
    return digest(texts)
