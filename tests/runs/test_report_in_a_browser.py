"""The page in a real browser: it complains of nothing, asks no one for anything, fits a phone."""

import contextlib
import http.server
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_inside import sample_inside
from sample_results import sample_results, sample_stats

from fedbbpt.runs.report import render_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
PHONE = 390
OUTSIDE = "example.invalid"
_MAKER = re.compile(r"^https?://[^/]*(google|gvt1)[^/]*/")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed"),
]


def browse(folder: Path, address: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Open an address in a fresh profile that can resolve no name of the outside world."""
    command = [
        CHROMIUM,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        f"--user-data-dir={folder / 'profile'}",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        "--enable-logging=stderr",
        "--virtual-time-budget=2000",
        *options,
        address,
    ]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder on loopback; yield its address and the paths that are asked for."""
    asked: list[str] = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given: object) -> None:
            super().__init__(*given, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, *_said: object) -> None:
            asked.append(self.path)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


def write_page(folder: Path) -> Path:
    """Write the sample page, with words and names that are long without a place to break."""
    results = sample_results()
    path = folder / "report.html"
    page = render_report(results, sample_stats(openings=2), sample_inside())
    path.write_text(page.replace("movie", "movie" * 12), encoding="utf-8")
    return path


def requested(log: Path) -> list[str]:
    """Return the addresses of all requests that a page or its parts began."""
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    found = {event["params"]["url"] for event in events if "url" in event.get("params", {})}
    return sorted(found)


def test_the_browser_logs_no_complaint_and_no_request_leaves(tmp_path: Path) -> None:
    page, log = write_page(tmp_path), tmp_path / "net.json"

    seen = browse(tmp_path, page.as_uri(), f"--log-net-log={log}", "--dump-dom")

    assert "<h1>The tuned prompt answers" in seen.stdout
    assert [line for line in seen.stderr.splitlines() if ":CONSOLE" in line] == []
    own = [address for address in requested(log) if not _browser_itself(address)]
    assert [address for address in own if not address.startswith(("file:", "data:"))] == []


def test_a_served_page_asks_for_itself_only(tmp_path: Path) -> None:
    write_page(tmp_path)

    with served(tmp_path) as (address, asked):
        browse(tmp_path, f"{address}/report.html", "--dump-dom")

    assert asked == ["/report.html"]


def test_the_check_sees_a_page_that_asks_for_more(tmp_path: Path) -> None:
    log = tmp_path / "net.json"
    page = tmp_path / "bad.html"
    page.write_text(
        f"<img src=http://{OUTSIDE}/x.png><script>console.error('seen')</script>", encoding="utf-8"
    )

    seen = browse(tmp_path, page.as_uri(), f"--log-net-log={log}", "--dump-dom")

    assert [line for line in seen.stderr.splitlines() if ":CONSOLE" in line]
    assert [address for address in requested(log) if OUTSIDE in address]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(tmp_path: Path, scheme: str) -> None:
    write_page(tmp_path)
    # The page's own policy runs no script, so another page, of the same origin, measures it.
    (tmp_path / "frame.html").write_text(
        f"<iframe src=report.html width={PHONE} height=900 style='border:0'></iframe><script>"
        "onload = () => { const d = frames[0].document; document.title = "
        "`widths ${d.documentElement.scrollWidth} ${d.documentElement.clientWidth}`; }</script>",
        encoding="utf-8",
    )
    dark = ["--force-dark-mode"] if scheme == "dark" else []

    with served(tmp_path) as (address, _):
        seen = browse(tmp_path, f"{address}/frame.html", "--dump-dom", *dark)

    found = re.search(r"<title>widths (\d+) (\d+)</title>", seen.stdout)
    assert found is not None, seen.stdout
    wide, visible = map(int, found.groups())
    assert visible >= PHONE - 20
    assert wide <= visible


def test_it_prints_on_a_few_pages(tmp_path: Path) -> None:
    page, paper = write_page(tmp_path), tmp_path / "report.pdf"

    browse(tmp_path, page.as_uri(), f"--print-to-pdf={paper}", "--no-pdf-header-footer")

    pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
    assert 3 <= pages <= 12


def _browser_itself(address: str) -> bool:
    """Tell whether Chromium asks for its own sake: its start page, updates, dictionaries."""
    return address.startswith(("chrome", "devtools:")) or bool(_MAKER.search(address))
