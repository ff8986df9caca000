"""Print what a lock is made of, read from pyproject.toml: the one place that states versions."""

import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"
# hatchling asks for it only when an editable install is built, so pyproject.toml cannot name it
EDITABLE_INSTALL = ["editables"]


def lock_inputs(lock: str) -> list[str]:
    """Return the requirements that the lock `core` or `dev` has to satisfy."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    core: list[str] = project["project"]["dependencies"]
    if lock == "core":
        return core
    dev: list[str] = project["dependency-groups"]["dev"]
    build: list[str] = project["build-system"]["requires"]
    return core + dev + build + EDITABLE_INSTALL


if __name__ == "__main__":
    sys.stdout.write("\n".join(lock_inputs(sys.argv[1])) + "\n")
