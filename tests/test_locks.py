"""The locks pin what pyproject.toml asks for, by hash, and name no machine and no index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("core", "dev", "model", "data")
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)((?: --hash=sha256:[0-9a-f]{64})*)$")


def lines(root: Path, lock: str) -> list[str]:
    """Return the requirements of a lock, one a line, without comments and line breaks."""
    text = (root / f"requirements/{lock}.txt").read_text(encoding="utf-8")
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    return [line for line in joined.splitlines() if line and not line.startswith("#")]


def pins(root: Path, lock: str) -> dict[str, str]:
    """Return the version that a lock pins each package to."""
    found = (PIN.match(line) for line in lines(root, lock))
    return {canonicalize_name(match[1]): match[2] for match in found if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_pins_with_hashes_and_nothing_else(root: Path, lock: str) -> None:
    others = [line for line in lines(root, lock) if not ((match := PIN.match(line)) and match[3])]

    assert others == (["--only-binary :all:"] if lock == "model" else [])


@pytest.mark.parametrize("lock", ["core", "dev"])
def test_a_lock_satisfies_what_the_project_asks_for(root: Path, lock: str) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    asked = project["project"]["dependencies"]
    if lock == "dev":
        asked = asked + project["dependency-groups"]["dev"] + project["build-system"]["requires"]
    pinned = pins(root, lock)

    unmet = [
        wish
        for wish in map(Requirement, asked)
        if not wish.specifier.contains(pinned.get(canonicalize_name(wish.name), "0"))
    ]

    assert not unmet, "run `make lock`"


def test_developers_run_on_the_same_versions_as_users(root: Path) -> None:
    assert pins(root, "core").items() <= pins(root, "dev").items()
