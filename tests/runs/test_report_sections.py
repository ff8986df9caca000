"""Sections of the page: what a careful reader asks for, and what only a simulation shows."""

import re
from dataclasses import replace

from markupsafe import Markup
from sample_inside import sample_inside
from sample_results import sample_results, sample_stats

from fedbbpt.runs.report import render_report


def text_of(source: str) -> str:
    """Return the text of a page, one blank for what stands between."""
    return Markup(source.partition("<body>")[2].replace("<", " <")).striptags()


def test_what_a_simulation_may_show_stands_on_no_page_of_real_owners() -> None:
    inside = sample_inside()

    shown = render_report(sample_results(), sample_stats(), inside)
    real = replace(sample_results(), simulation=False)
    hidden = render_report(real, sample_stats(), inside)

    assert "a dull start and a fine end, movie" in shown
    assert "Bias of negative" in shown
    assert hidden == render_report(real, sample_stats())
    assert "a dull start" not in hidden
    assert "Bias of" not in hidden
    assert "not on this page" in hidden


def test_the_page_has_every_figure_that_a_careful_reader_asks_for() -> None:
    page = text_of(render_report(sample_results(), sample_stats(), sample_inside()))

    titles = re.findall("Score of every owner, by round|Score against requests", page)
    assert titles == ["Score of every owner, by round", "Score against requests"]
    for heading in ("Calibration", "The answers", "Where it went wrong", "What it cost"):
        assert heading in page
    assert re.search(r"nyt\s*8 of 8\s*1,050\s*2\s*4\s*3", page)
    assert "Noise floor" in page
    assert "130" in page.partition("Tokens a call")[2][:20]
