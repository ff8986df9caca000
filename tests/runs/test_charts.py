"""Charts are valid XML, named for those who do not see them, and stay within their frame."""

from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_results import AXES, sample_cells, sample_results, sample_rounds

from fedbbpt.round_scores import Measured, OwnerRound
from fedbbpt.runs.charts import cell_intervals, owner_dumbbells
from fedbbpt.runs.results import Axis, Cell, OwnerTest
from fedbbpt.runs.score_charts import MOST, cost_curve, owner_scores
from fedbbpt.runs.search_charts import loss_lines, slot_strips
from fedbbpt.server import RoundSummary

SHARES = st.floats(0, 1)
NAMES = st.text(max_size=30)
SLACK = 0.02


@st.composite
def drawn_cells(draw: st.DrawFn) -> list[Cell]:
    cells = []
    for prompt in draw(st.lists(st.one_of(st.sampled_from(["start", "tuned"]), NAMES), max_size=6)):
        low, score, high = sorted(draw(st.tuples(SHARES, SHARES, SHARES)))
        cells.append(
            Cell(prompt, draw(st.sampled_from(["raw", "calibrated"])), score, low, high, 0)
        )
    return cells


@st.composite
def drawn_scores(draw: st.DrawFn) -> Measured:
    low, score, high = sorted(draw(st.tuples(SHARES, SHARES, SHARES)))
    return Measured(score, low, high, draw(st.integers(1, 1000)))


@st.composite
def drawn_rounds(draw: st.DrawFn) -> list[RoundSummary]:
    owners = draw(st.lists(NAMES, max_size=9, unique=True))
    slots = draw(st.lists(st.integers(1, 5), max_size=4))
    requests = sorted(draw(st.lists(st.integers(0, 10**7), max_size=12)))
    template = sample_rounds()[0]
    rounds = []
    for index, asked in enumerate(requests):
        losses = [draw(st.floats(0, 50)) for _ in owners]
        tables = [draw(st.lists(st.floats(0.01, 1), min_size=k, max_size=k)) for k in slots]
        rounds.append(
            template._replace(
                round=index,
                requests=asked,
                client_losses=tuple(zip(owners, losses, strict=True)),
                distribution=tuple(tuple(p / sum(table) for p in table) for table in tables),
                score=draw(st.none() | drawn_scores()),
                owners=tuple(
                    OwnerRound(name, draw(st.none() | drawn_scores()), 8, 0, 0) for name in owners
                ),
            )
        )
    return rounds


def points(node: ElementTree.Element) -> Iterator[tuple[float, float]]:
    place = {key: float(value) for key, value in node.attrib.items() if key in PLACES}
    if node.tag == "line":
        yield from ((place["x1"], place["y1"]), (place["x2"], place["y2"]))
    elif node.tag == "circle":
        yield place["cx"], place["cy"]
    elif node.tag == "rect":
        yield place["x"], place["y"]
        yield place["x"] + place["width"], place["y"] + place["height"]
    elif node.tag == "text":
        yield place["x"], place["y"]
    elif node.tag == "polyline":
        for corner in node.attrib["points"].split():
            x, y = corner.split(",")
            yield float(x), float(y)


PLACES = {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height"}


def check(chart: str) -> None:
    if not chart:
        return
    tree = ElementTree.fromstring(chart)
    left, top, width, height = map(float, tree.attrib["viewBox"].split())
    assert tree.attrib["role"] == "img"
    assert [node.tag for node in tree[:2]] == ["title", "desc"]
    assert tree[0].text
    for node in tree.iter():
        for x, y in points(node):
            assert left - SLACK <= x <= width + SLACK, (node.tag, node.attrib)
            assert top - SLACK <= y <= height + SLACK, (node.tag, node.attrib)


@given(drawn_cells())
def test_intervals_of_any_scores_stay_in_the_frame(cells: list[Cell]) -> None:
    check(cell_intervals(cells))


@given(st.lists(st.tuples(NAMES, drawn_cells()), max_size=5))
def test_dumbbells_of_any_owners_stay_in_the_frame(owners: list[tuple[str, list[Cell]]]) -> None:
    comparison = sample_results().test.comparison

    check(owner_dumbbells([OwnerTest(name, 9, tuple(own), comparison) for name, own in owners]))


@given(drawn_rounds())
def test_charts_of_any_search_stay_in_the_frame(rounds: list[RoundSummary]) -> None:
    check(loss_lines(rounds))
    check(slot_strips(AXES, rounds))
    check(owner_scores(rounds))
    check(cost_curve(rounds))


@pytest.mark.parametrize(
    "chart",
    [
        cell_intervals([]),
        owner_dumbbells([]),
        loss_lines([]),
        slot_strips([], []),
        owner_scores([]),
        cost_curve([]),
        owner_scores([sample_rounds()[0]._replace(owners=())]),
        cost_curve([sample_rounds()[0]._replace(score=None)]),
        loss_lines([sample_rounds()[0]._replace(client_losses=())]),
        slot_strips(AXES, [sample_rounds()[0]._replace(distribution=())]),
    ],
)
def test_nothing_to_show_gives_no_chart(chart: str) -> None:
    assert chart == ""


def test_a_chart_says_in_words_what_it_shows() -> None:
    tree = ElementTree.fromstring(cell_intervals(sample_cells(0.69, 0.84, 0.085)))

    assert "tuned, calibrated: 84.0 %, from 75.5 % to 90.8 %" in (tree[1].text or "")


def test_a_hostile_name_stays_text() -> None:
    axes = [replace(axis, name='"><script>alert(1)</script>\x1b[2J') for axis in AXES]

    tree = ElementTree.fromstring(slot_strips(axes, sample_rounds()))

    assert {node.tag for node in tree.iter()} == {"svg", "title", "desc", "text", "rect"}


def test_many_owners_are_a_grey_crowd_and_one_coloured_mean() -> None:
    losses = tuple((f"owner {index}", 0.1 * index) for index in range(11))

    chart = loss_lines([summary._replace(client_losses=losses) for summary in sample_rounds()])

    check(chart)
    assert chart.count('class="path crowd"') == 11
    assert chart.count("hue0") == len(sample_rounds()) + 2
    assert "mean: from 0.500 to 0.500 nats" in chart


def test_an_early_round_may_lack_choices_that_a_bank_got_later() -> None:
    early, late = (sample_rounds()[i]._replace(distribution=(table,)) for i, table in TABLES)

    chart = slot_strips([Axis("bank", ("a", "b"))], [early, late])

    check(chart)
    assert chart.count('class="leader"') == 1


TABLES = ((0, (1.0,)), (1, (0.2, 0.8)))


def test_of_many_owners_those_that_end_lowest_have_a_strip() -> None:
    def owner(index: int) -> OwnerRound:
        return OwnerRound(f"owner {index:02d}", Measured(index / 40, 0.0, 1.0, 8), 8, 0, 0)

    rounds = [s._replace(owners=tuple(map(owner, range(30)))) for s in sample_rounds()]

    chart = owner_scores(rounds)

    check(chart)
    assert chart.count('class="label name"') == MOST
    assert ">owner 00<" in chart
    assert ">owner 29<" not in chart


def test_the_cost_curve_says_what_was_scored_for_how_many_requests() -> None:
    tree = ElementTree.fromstring(cost_curve(sample_rounds()))

    assert "384 requests: 60.0 % (42.3 to 77.7)" in (tree[1].text or "")
