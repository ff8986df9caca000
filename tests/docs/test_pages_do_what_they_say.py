"""Every command, snippet and run file of the documentation, tried in the order of its page."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import model_server
import pytest
from copied import KEY, Reader
from doc_pages import DOCS, WRITTEN, blocks, commands
from mock_server import MockEndpoint
from model_server import serving
from stand_ins import MODEL, SmallModel, openai_package
from strangers_folder import make_folder
from tiny_run import LABELS

from fedbbpt.endpoints import embedded
from fedbbpt.exports import FORMATS

ADDRESSES = ("http://127.0.0.1:8000/v1", "https://api.example.com/v1")
ASK_AN_APP = {"export", "quickstart"}
VARIABLES = ("API_KEY", "OUR_KEY")


@pytest.fixture(scope="module")
def _small_model() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded, "Embedded", SmallModel)
        patch.setattr(model_server, "MODEL", MODEL)
        yield


@pytest.fixture(scope="module")
def folder(_small_model: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("stranger"))


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with serving() as served:
        yield served


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.stem)
def test_all_that_a_page_says_can_be_done_in_its_order(
    folder: Path,
    tmp_path: Path,
    server: MockEndpoint,
    monkeypatch: pytest.MonkeyPatch,
    page: Path,
) -> None:
    mine = Path(shutil.copytree(folder, tmp_path / "mine"))
    for name in VARIABLES:
        monkeypatch.setenv(name, KEY)
    monkeypatch.setitem(sys.modules, "openai", openai_package())
    monkeypatch.syspath_prepend(mine)
    reader = Reader(mine, dict.fromkeys(ADDRESSES, server.url))

    said = [one for block in blocks(page) for one in reader.tries(block)]

    assert [one.tried for one in said if KEY in one.output] == []
    if page.stem in ASK_AN_APP:
        printed = {one.output.strip() for one in said if one.language == "python"}
        assert printed
        assert printed <= set(LABELS)


def test_the_guide_to_exports_shows_every_form() -> None:
    text = (DOCS / "export.md").read_text(encoding="utf-8")

    missing = [form for form in FORMATS if f"--as {form}" not in text]

    assert not missing


def test_a_page_is_read_block_by_block(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Say:\n\n    fedbbpt recipes   # all\n    export KEY=...\n\n```text\n\n    shown\n```\n"
        "\n```python\nprint(1)\n```\n",
        encoding="utf-8",
    )

    read = blocks(page)

    assert [block.language for block in read] == ["shell", "text", "python"]
    assert commands(read[0].text) == ["fedbbpt recipes", "export KEY=..."]
