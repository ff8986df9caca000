"""A page's blocks, tried one after the other as a reader who copies them would."""

import contextlib
import io
import json
import re
import shlex
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from doc_pages import ROOT, Block, commands
from run_files import ask
from tiny_run import tiny_tables

from fedbbpt.config.runfile import resolve

KEY = "sk-canary-docs"
TOOLS = {"cat", "cp", "grep", "head", "ls", "mkdir", "tail", "wc"}
INSTALLERS = {".", "git", "make", "pip", "python3", ".venv/bin/python"}
_TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


class Said(NamedTuple):
    """Something that was tried, a command or a snippet, and what it said."""

    language: str
    tried: str
    output: str


class Reader:
    """Tries blocks in one folder; variables that were exported and names of Python stay.

    Args:
        folder: where the commands are given.
        addresses: addresses of the pages, and what is really asked there.
    """

    def __init__(self, folder: Path, addresses: Mapping[str, str]) -> None:
        self._folder = folder
        self._addresses = addresses
        self._environment: dict[str, str] = {}
        self._names: dict[str, Any] = {"__name__": "app"}

    def tries(self, block: Block) -> list[Said]:
        """Do what a block says; raise AssertionError where it cannot be done."""
        match block.language:
            case "shell" | "sh" | "bash":
                return [Said("shell", line, self._command(line)) for line in commands(block.text)]
            case "python":
                return [Said("python", block.text, self._python(block.text))]
            case "toml":
                _check_toml(block.text)
            case "json":
                json.loads(block.text)
            case "text":
                pass
            case other:
                raise AssertionError(f"a block of {other!r}: say text for what is not tried")
        return []

    def _command(self, line: str) -> str:
        for shown, real in self._addresses.items():
            line = line.replace(shown, real)
        program, *words = shlex.split(line)
        if program == "export":
            self._environment[words[0].partition("=")[0]] = KEY
            return ""
        if program in {"fedbbpt", ".venv/bin/fedbbpt"}:
            said = ask(self._folder, *words, env=self._environment)
            assert said.exit_code == 0, f"{line}\n{said.output}"
            return said.output
        if program in INSTALLERS or words[:2] == ["-m", "pytest"]:
            _check_named(program, words)
            return ""
        assert program in TOOLS, f"{line}: not tried by this test; fence it as text"
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=self._folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        return done.stdout

    def _python(self, text: str) -> str:
        out = io.StringIO()
        with contextlib.chdir(self._folder), contextlib.redirect_stdout(out):
            exec(compile(text, "page.py", "exec"), self._names)
        return out.getvalue()


def _check_named(program: str, words: list[str]) -> None:
    """Check what a command that installs or tests names: targets of make, files of the project."""
    if program == "make":
        targets = _TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8"))
        assert words[0] in targets, f"make {words[0]}: no such target"
        return
    for word in words:
        if word.startswith(("tests/", "requirements/", "docs/")):
            path, *names = word.split("::")
            text = (ROOT / path).read_text(encoding="utf-8") if names else ""
            assert (ROOT / path).exists(), f"{word}: no such file"
            assert all(f"def {name}(" in text for name in names), f"{word}: no such test"


def _check_toml(text: str) -> None:
    """Check that a whole run file, or tables to put into one, would be taken."""
    tables = tomllib.loads(text)
    if "task" in tables:
        resolve(tables, ROOT / "examples")
        return
    base = tiny_tables()
    if "data" in tables:
        del base["owner"]
    resolve({**base, **tables}, ROOT / "examples")
