"""The page says what was found, the same every time, and no text of a run becomes part of it."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from itertools import count

import pytest
from sample_inside import sample_inside
from sample_results import sample_results, sample_stats

from fedbbpt.runs.report import render_report
from fedbbpt.runs.results import Results
from fedbbpt.runs.simulation import SimulationView
from fedbbpt.safe_text import safe_text
from fedbbpt.server import RoundSummary

BASE = (
    "<script>alert(1)</script>",
    "</title></style><script src=https://evil.example/x.js></script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)' x='",
    "` onclick=alert(1) `",
    "{{ 7131 * 7 }}{% raw %}{{ self.__init__ }}",
    "{# gone #}{% endcall %}{% include '/etc/passwd' %}",
    "</svg><svg onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>body{background:url(https://evil.example)}</style>",
    "<!-- --><base href='https://evil.example/'>",
    "\x1b[2J\x1b]0;title\x07",
    "\x1b]52;c;ZXZpbA==\x07",
    "\u202egnp.exe\u2066\u2069",
    "null\x00byte\x7f\x9b31m",
    "zero\u200bwidth\ufeff\U000e0041",
    "lone\ud800surrogate\uffff",
    "]]></svg><![CDATA[<script>",
    "&lt;script&gt;&#x3c;script&#x3e;",
    "<math><mtext><style><img src onerror=alert(1)>",
    "[bold red]markup[/bold red]",
    "%s{0}{input}\\x1b\\u003cscript\\u003e",
)
HOSTILE = tuple(
    f"{before}{text}{after}"
    for text in BASE
    for before, after in (("", ""), ("a ", " z"), ("\n", "\t\n"), ("-->'\"></p>", "<p class='"))
)
CHUNK = 10


class Page(HTMLParser):
    """Collects every element and attribute of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def mapped(value: object, change: Callable[[str], str]) -> object:
    """Return the value with every text in it changed, however deep."""
    if isinstance(value, str):
        return change(value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)]
        return replace(value, **{name: mapped(getattr(value, name), change) for name in names})
    if isinstance(value, tuple):
        parts = [mapped(part, change) for part in value]
        return RoundSummary._make(parts) if isinstance(value, RoundSummary) else tuple(parts)
    return value


def hostile(results: Results, texts: tuple[str, ...], *, keep_names: bool) -> Results:
    """Return results whose texts are all hostile; ``keep_names`` leaves those that cells need."""
    kept = {"start", "tuned", "raw", "calibrated"} if keep_names else set()
    numbers: Iterator[int] = count()

    def change(text: str) -> str:
        turn = next(numbers) % len(texts)
        return text if text in kept else f"{' '.join(texts[turn:] + texts[:turn])}{turn}"

    changed = mapped(results, change)
    assert isinstance(changed, Results)
    return changed


@pytest.mark.parametrize("first", range(0, len(HOSTILE), CHUNK))
def test_no_text_of_a_run_becomes_part_of_the_page(first: int) -> None:
    clean = Page(render_report(sample_results(), sample_stats(), sample_inside()))
    results = hostile(
        sample_results(), HOSTILE[first : first + CHUNK], keep_names=first % (2 * CHUNK) == 0
    )

    inside = mapped(sample_inside(), lambda text: f"{text} {HOSTILE[first]}")
    assert isinstance(inside, SimulationView)

    source = render_report(results, sample_stats(), inside)

    page = Page(source)
    assert page.tags <= clean.tags
    assert {name for name, _ in page.attributes} <= {name for name, _ in clean.attributes}
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [v for _, v in page.attributes if v and re.search(r"//|javascript:|url\(", v, re.I)]
    assert not re.search(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]", source
    )
    assert safe_text(results.name) in page.text
    assert "49917" not in source
    source.encode()


def test_the_plain_page_has_neither_scripts_nor_anything_to_load() -> None:
    page = Page(render_report(sample_results(), sample_stats()))

    assert not page.tags & {"script", "iframe", "img", "object", "embed", "form", "base", "a"}
    addresses = [value for name, value in page.attributes if name in {"src", "href", "action"}]
    assert addresses == ["data:,"]
    assert "style" not in {name for name, _ in page.attributes}


def test_the_policy_forbids_all_but_the_style_of_the_page_itself() -> None:
    source = render_report(sample_results(), sample_stats())

    style = source.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policies = [v for name, v in Page(source).attributes if v and v.startswith("default-src")]
    assert policies == [
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    ]


def test_the_same_results_give_the_same_bytes() -> None:
    first = render_report(sample_results(), sample_stats())

    assert render_report(sample_results(), sample_stats()) == first


def heading(source: str) -> str:
    inside = source.partition("<h1>")[2].partition("</h1>")[0]
    return re.sub(r"<[^>]+>", "", inside).replace("\N{NO-BREAK SPACE}", " ")


def test_the_headline_of_an_accepted_prompt_counts_right_answers() -> None:
    source = render_report(sample_results(), sample_stats())

    assert heading(source) == (
        "The tuned prompt answers 84 of 100 test items right; the start 69 "
        "(calibrated, +15 points, 95 % interval 9 to 21, p = 0.0002)."
    )


def test_the_headline_of_a_rejected_prompt_says_that_nothing_was_found() -> None:
    source = render_report(sample_results(accepted=False), sample_stats())

    assert heading(source) == "No improvement found: the start is returned."
    assert "Proposed, not returned" in source
    assert ">Tuned<small>" not in source


def test_a_gain_that_did_not_carry_over_is_said_at_the_top() -> None:
    results = sample_results()
    comparison = replace(results.test.comparison, gain=-0.01, low=-0.06, high=0.04, p_value=0.7)

    source = render_report(
        replace(results, test=replace(results.test, comparison=comparison)), sample_stats()
    )

    assert "The gain seen on dev did not carry over to the test items." in source
    assert "scores 84.0 % on 100 test items" in heading(source)


def test_a_second_opening_of_the_test_split_is_said_at_the_top() -> None:
    first, second = (
        render_report(sample_results(), sample_stats(openings=times)) for times in (1, 2)
    )

    assert "Not a first look" not in first
    assert "has now been opened by 2 runs" in second.partition("<main>")[0]


@pytest.mark.parametrize(
    ("simulation", "said"), [(True, "This was a simulation"), (False, "This was not a simulation")]
)
def test_whether_it_was_a_simulation_is_said_plainly(simulation: bool, said: str) -> None:
    source = render_report(replace(sample_results(), simulation=simulation), sample_stats())

    assert said in source


def test_a_run_without_rounds_changes_labels_and_baselines_has_a_page() -> None:
    results = sample_results()
    bare = replace(
        results,
        labels=(),
        axes=(),
        changes=(),
        rounds=(),
        notes=(),
        test=replace(results.test, n=0, cells=(), owners=(), confusion=(), baselines=()),
    )

    source = render_report(bare, sample_stats())

    assert "no test item compares it with the start" in heading(source)
    assert "Other ways to a prompt" not in source
    assert "<svg" not in source


def test_the_page_tells_how_to_run_it_again() -> None:
    text = Page(render_report(sample_results(), sample_stats())).text

    assert "fedbbpt run <run file>" in text
    assert "5f0c1e9a77d24b31" in text
    assert "sha256:9d41c07be2f88a53" in text
