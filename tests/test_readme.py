import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from fedbbpt.cli import main
from fedbbpt.config.recipes import recipe_names
from fedbbpt.config.runfile import resolve

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
HELP = re.compile(r"```text\n\$ fedbbpt ?(?P<words>[a-z -]*)--help\n(?P<shown>.*?)```", re.DOTALL)


@pytest.mark.parametrize("words", ["", "run ", "resume "])
def test_the_help_in_the_readme_is_what_the_program_prints(words: str) -> None:
    shown = {match["words"]: match["shown"].strip() for match in HELP.finditer(README)}

    printed = CliRunner().invoke(main, [*words.split(), "--help"], prog_name="fedbbpt").output

    assert shown[words] == printed.strip()


def test_the_run_file_in_the_readme_is_a_run_file() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)

    run = resolve(tomllib.loads(text), ROOT / "examples")

    assert [owner.name for owner in run.owners] == ["north", "south"]
    assert run.caps.calls == 3000


def test_the_readme_names_every_recipe() -> None:
    unnamed = [name for name in recipe_names() if f"`{name}`" not in README]

    assert not unnamed


def test_the_readme_opens_with_the_two_commands() -> None:
    opening = README.splitlines()[2:4]

    assert [line.split()[:2] for line in opening] == [["make", "demo"], ["make", "test"]]
