"""The doctor asked about one endpoint, and what it says about it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import Result
from run_files import ask

KEY = "sk-canary-2217"
CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


def doctor(folder: Path, url: str, *words: object, env: Mapping[str, str] | None = None) -> Result:
    return ask(folder, "doctor", url, "--model", "small", *words, env=env)


def report(said: Result) -> dict[str, Any]:
    """Return what the doctor says in JSON about its one endpoint."""
    body = json.loads(said.stdout)
    (found,) = body["endpoints"]
    assert body["usable"] is found["usable"]
    assert said.exit_code == (0 if found["usable"] else 1)
    return dict(found)
