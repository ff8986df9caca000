"""A key planted in the environment of whole processes, and the search for it in all they leave."""

import base64
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from whole_runs import PATIENCE, environment

KEY = "sk-planted-1f0c7e55-do-not-show"
VARIABLE = "DEPARTMENT_KEY"
TALKATIVE = """
import logging
logging.basicConfig(level=logging.DEBUG)
logging.debug("everything is logged")
from fedbbpt.cli import main
main()
"""


def forms(key: str) -> set[bytes]:
    """Return ways to write a key down."""
    plain = key.encode()
    return {
        plain,
        quote(key).encode(),
        base64.b64encode(plain).rstrip(b"="),
        base64.b64encode(b":" + plain).rstrip(b"="),
        plain.hex().encode(),
        key.encode("utf-16-le"),
    }


def talkative(*words: object) -> list[str]:
    """Return the command line with all logging and all of Python's own debugging on."""
    return [sys.executable, "-X", "dev", "-c", TALKATIVE, *map(str, words)]


def talk(*words: object, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line with everything logged, with the key in its variable."""
    return subprocess.run(
        talkative(*words),
        env=environment(**{VARIABLE: KEY, "PYTHONASYNCIODEBUG": "1", **variables}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def holds_key(data: bytes, key: str = KEY) -> bool:
    """Say whether bytes hold the key in any of its forms."""
    return any(form in data for form in forms(key))


def shown(
    folder: Path, *processes: "subprocess.CompletedProcess[str]", key: str = KEY
) -> list[str]:
    """Return every place in which the key stands: paths of files, and texts of processes."""
    found = [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and holds_key(path.read_bytes() + str(path).encode(), key)
    ]
    texts = [text for process in processes for text in (process.stdout, process.stderr)]
    return found + [text for text in texts if holds_key(text.encode(), key)]
