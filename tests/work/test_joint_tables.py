"""Joint tables: what two prompts say about the same items, counted only where it is needed."""

from dataclasses import replace

import numpy as np
import pytest
from fake_owners import LABELS, AskedEndpoint, holding, make_owner, owner_data, points
from hypothesis import given
from hypothesis import strategies as st

from fedbbpt.answers import Answer, Text, Unreadable
from fedbbpt.client import Client
from fedbbpt.data import Example
from fedbbpt.distributions import Floats, Point
from fedbbpt.errors import MessageError
from fedbbpt.messages import Assignment, Evaluate, Report
from fedbbpt.metrics.accuracy import Accuracy
from fedbbpt.metrics.macro_f1 import MacroF1
from fedbbpt.work.evaluate import CALIBRATED
from fedbbpt.work.owner import Owner
from fedbbpt.work.tables import MOST_COUNTS, check_joint, confusion_table, joint_tables

SEED = 11
ROWS = (0, 2, 4)
PAIRS = ((0, 1), (2, 1))
DATA = owner_data(train=24, held_out=20)
SAID: list[Answer] = [*(Text(label) for label in LABELS), Text("neither"), Unreadable("hm")]
rows_of_answers = st.lists(
    st.tuples(st.sampled_from(LABELS), *[st.sampled_from(SAID)] * 3), max_size=25
)


def whole_table_owner(endpoint: AskedEndpoint) -> Owner:
    owner = make_owner(endpoint, DATA)
    return replace(owner, objective=replace(owner.objective, metric=MacroF1()))


def assigned(work: Evaluate) -> Assignment:
    return Assignment(0, work, Point(np.zeros(1)), "f", SEED)


async def reported(pairs: tuple[tuple[int, int], ...] = PAIRS) -> Report:
    endpoint = AskedEndpoint(garbled=holding("test number 7 "))
    work = Evaluate(points(*ROWS), (0, 0, 0), "test", pairs)
    return await Client(whole_table_owner(endpoint), "f").work(assigned(work))


@given(rows_of_answers)
def test_summed_over_one_prompts_answers_a_joint_table_is_the_others_confusion(
    answered: list[tuple[str, Answer, Answer, Answer]],
) -> None:
    examples = [Example(str(i), "", (target,)) for i, (target, *_) in enumerate(answered)]
    rows: list[list[Answer]] = [
        [first for _, first, _, _ in answered],
        [second for _, _, second, _ in answered],
        [third for _, _, _, third in answered],
    ]

    tables = joint_tables(LABELS, rows, examples, PAIRS)

    confusions = [confusion_table(LABELS, row, examples) for row in rows]
    assert tables.shape == (2, 2, 3, 3)
    for table, (first, second) in zip(tables, PAIRS, strict=True):
        assert table.sum(axis=2).tolist() == confusions[first].tolist()
        assert table.sum(axis=1).tolist() == confusions[second].tolist()


async def test_an_owner_reports_the_calibrated_joint_tables_that_are_asked_for() -> None:
    report = await reported()

    joint = report.statistics["joint"]
    confusion = report.statistics["confusion"]
    assert joint.shape == (2, 2, 3, 3)
    assert joint.sum() == 2 * report.weight
    assert joint[1].sum(axis=2).tolist() == confusion[CALIBRATED, 2].tolist()
    assert "joint" in report.additive
    check_joint(report, PAIRS)


async def test_no_joint_table_leaves_where_none_is_asked_for() -> None:
    report = await reported(())

    assert "joint" not in report.statistics
    check_joint(report, ())


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (((0, 3),), "row 3 of 3, counted from 0"),
        (((0, 1),) * (MOST_COUNTS // 18 + 1), "compare fewer prompts"),
    ],
)
async def test_an_owner_refuses_joint_tables_beyond_its_limits_and_asks_nothing(
    pairs: tuple[tuple[int, int], ...], said: str
) -> None:
    endpoint = AskedEndpoint()
    work = Evaluate(points(*ROWS), (0, 0, 0), "test", pairs)

    with pytest.raises(MessageError, match=said):
        await Client(whole_table_owner(endpoint), "f").work(assigned(work))

    assert endpoint.asked == []


@pytest.mark.parametrize("labels", [LABELS, ()])
async def test_an_owner_whose_metric_needs_no_table_gives_none(labels: tuple[str, ...]) -> None:
    endpoint = AskedEndpoint()
    owner = whole_table_owner(endpoint)
    if labels:
        owner = replace(owner, objective=replace(owner.objective, metric=Accuracy()))
    work = Evaluate(points(*ROWS), (0, 0, 0), "dev", PAIRS)

    with pytest.raises(MessageError, match="metric is no figure of a table; give server and"):
        await Client(replace(owner, labels=labels), "f").work(assigned(work))

    assert endpoint.asked == []


def without(statistics: dict[str, Floats], name: str) -> dict[str, Floats]:
    return {key: value for key, value in statistics.items() if key != name}


async def test_a_report_whose_joint_tables_do_not_fit_is_refused_by_name() -> None:
    report = await reported()
    good = dict(report.statistics)
    joint = good["joint"]
    shifted, halves = joint.copy(), joint.copy()
    shifted[0, 0, 0, 0] += 1
    halves[0, 0, 0, :2] += (0.5, -0.5)
    bad = {
        "without joint tables": without(good, "joint"),
        "shape": {**good, "joint": joint[:1]},
        "no counts": {**good, "joint": shifted},
        "counts of the answers": {**good, "joint": halves},
    }

    for said, statistics in bad.items():
        wrong = replace(report, statistics=statistics, additive=frozenset(statistics))
        with pytest.raises(MessageError, match=rf"^anna: .*{said}"):
            check_joint(wrong, PAIRS)
