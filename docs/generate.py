"""Write the reference pages from the code, or with --check say which of them are out of date."""

import sys
from pathlib import Path

from generator.pages import all_pages

FOLDER = Path(__file__).parent / "reference"


def stale(pages: dict[str, str], folder: Path) -> list[str]:
    """Return the names of pages in a folder that do not say what the code says, or are missing."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return sorted(name for name in kept.keys() | pages.keys() if kept.get(name) != pages.get(name))


def main(words: list[str]) -> int:
    """Write the pages, or check them; return the exit code."""
    pages = all_pages()
    found = stale(pages, FOLDER)
    if words == ["--check"]:
        if found:
            sys.stderr.write(f"out of date: {', '.join(found)}; run: make docs\n")
        return int(bool(found))
    FOLDER.mkdir(exist_ok=True)
    for name in found:
        path = FOLDER / name
        if name in pages:
            path.write_text(pages[name], encoding="utf-8")
        else:
            path.unlink()
        sys.stdout.write(f"docs/reference/{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
