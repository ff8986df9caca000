"""Every link of a page leads to a file and a heading that are there."""

from pathlib import Path

import pytest
from doc_pages import DOCS, NAMES, PAGES, ROOT, WRITTEN, anchors, links


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []

    for target in links(page):
        place, _, anchor = target.partition("#")
        if "://" in place:
            continue
        path = (page.parent / place).resolve() if place else page
        found = path.exists() and path.is_relative_to(ROOT)
        if not found or (anchor and anchor not in anchors(path)):
            lost.append(target)

    assert not lost


def test_every_page_can_be_reached_from_the_index() -> None:
    index = DOCS / "README.md"
    reached, waiting = {index}, [index]
    while waiting:
        page = waiting.pop()
        for target in links(page):
            path = (page.parent / target.partition("#")[0]).resolve()
            if path.suffix == ".md" and path.is_file() and path not in reached:
                reached.add(path)
                waiting.append(path)

    assert [page.name for page in WRITTEN if page not in reached] == []
    assert index in {(ROOT / target).resolve() for target in links(ROOT / "README.md")}


def test_every_page_is_in_the_menu_of_the_site() -> None:
    menu = (DOCS / "site" / "mkdocs.yml").read_text(encoding="utf-8")

    missing = [page.name for page in DOCS.rglob("*.md") if str(page.relative_to(DOCS)) not in menu]

    assert not missing
