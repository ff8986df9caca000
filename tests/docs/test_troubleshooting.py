"""The page about errors knows every class, and quotes messages that the code can say."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from doc_pages import DOCS

from fedbbpt import errors

PAGE = (DOCS / "troubleshooting.md").read_text(encoding="utf-8")
QUOTED = re.compile(r"^\| `(?P<words>[^`]+)` \| .{3,}\|$", re.MULTILINE)

Trees = Mapping[Path, ast.Module]


def said(trees: Trees) -> Iterator[str]:
    """Yield every piece of text between the placeholders of the package's strings."""
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def test_every_class_of_errors_has_its_place() -> None:
    names = {name for name in vars(errors) if name.endswith("Error")}

    headings = set(re.findall(r"^## (\w+Error)$", PAGE, re.MULTILINE))

    assert headings == names


def test_every_message_is_one_that_the_code_says(package_trees: Trees) -> None:
    pieces = "\n".join(said(package_trees))
    quoted = [match["words"] for match in QUOTED.finditer(PAGE)]

    invented = [words for words in quoted if words not in pieces]

    assert not invented
    assert len(quoted) > 25
