"""The reference pages say what the code says."""

import subprocess
import sys
from pathlib import Path

from generate import stale


def test_the_reference_is_what_the_code_says(root: Path) -> None:
    checked = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr


def test_pages_that_are_out_of_date_missing_or_left_over_are_named(tmp_path: Path) -> None:
    (tmp_path / "files.md").write_text("old", encoding="utf-8")
    (tmp_path / "gone.md").write_text("no longer made", encoding="utf-8")
    (tmp_path / "same.md").write_text("same", encoding="utf-8")

    found = stale({"files.md": "new", "same.md": "same", "fresh.md": ""}, tmp_path)

    assert found == ["files.md", "fresh.md", "gone.md"]
