"""The quickstart with the real model; in a file of its own, where no stand-in is in its place."""

import shutil
import sys
from pathlib import Path

import pytest
from copied import Reader
from doc_pages import DOCS, ROOT, blocks
from model_server import serving
from stand_ins import openai_package

pytestmark = [pytest.mark.model, pytest.mark.torture]
"""Some 1,300 calls: six minutes on two busy cores."""

ADDRESS = "http://127.0.0.1:8000/v1"


def test_the_quickstart_can_be_done_with_the_real_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples" / "departments", tmp_path / "examples" / "departments")
    monkeypatch.setitem(sys.modules, "openai", openai_package())

    with serving() as server:
        reader = Reader(tmp_path, {ADDRESS: server.url})
        said = [one for block in blocks(DOCS / "quickstart.md") for one in reader.tries(block)]

    (run,) = [one.output for one in said if one.tried == "fedbbpt run run.toml"]
    assert "accuracy on 100 test items" in run
    assert (tmp_path / "runs" / "messages" / "report.html").is_file()
