"""Dealing examples to owners and roles: exact partitions that file order cannot change."""

from fedbbpt.splits.dealing import by_key, dirichlet, iid, owner_names
from fedbbpt.splits.drawing import Roles, k_shot, roles
from fedbbpt.splits.duplicates import Deduplicated, Separated, deduplicate, drop_across, normalised
from fedbbpt.splits.identity import split_digest
from fedbbpt.splits.shares import Shares

__all__ = [
    "normalised",
    "deduplicate",
    "Deduplicated",
    "drop_across",
    "Separated",
    "owner_names",
    "by_key",
    "iid",
    "dirichlet",
    "k_shot",
    "Shares",
    "Roles",
    "roles",
    "split_digest",
]
