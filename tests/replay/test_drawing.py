import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_answers import OTHER, PLAIN, REWORDED, cell, table

from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import AnswersTable, Cost, Recorded
from fedbbpt.replay.drawing import ANSWERING, PREPARING, Drawing


@given(answers=st.text("abc.", min_size=1, max_size=12), seed=st.integers(0, 99))
def test_every_sample_of_a_cell_is_drawn_once(answers: str, seed: int) -> None:
    drawing = Drawing(table({(0, PLAIN): cell(answers)}), rng(seed, "draw"))

    drawn = [drawing.draw(0, PLAIN).answer or "." for _ in answers]

    assert sorted(drawn) == sorted(answers)
    assert drawing.left(0, PLAIN) == 0
    with pytest.raises(ValueError, match=r"^samples: none left of question 0"):
        drawing.draw(0, PLAIN)


def test_every_call_is_paid_for_and_none_twice() -> None:
    cells = {(0, REWORDED): cell("ab", Cost(2, 30)), (1, PLAIN): cell("a")}
    drawing = Drawing(table(cells, "ab", {(0, REWORDED): Cost(1, 7)}), rng(7, "draw"))

    for question, condition in [(0, REWORDED), (0, REWORDED), (1, PLAIN)]:
        drawing.draw(question, condition)
    drawing.charge("selecting", Cost(100, 1000))

    assert drawing.spent == {
        PREPARING: Cost(1, 7),
        ANSWERING: Cost(5, 70),
        "selecting": Cost(100, 1000),
    }
    assert drawing.spent_on == [Cost(5, 67), Cost(1, 10)]


def test_the_order_of_draws_is_the_seeds() -> None:
    recorded = table({(0, PLAIN): cell("abcdefgh")})

    def drawn(seed: int) -> list[str | None]:
        drawing = Drawing(recorded, rng(seed, "draw"))
        return [drawing.draw(0, PLAIN).answer for _ in range(8)]

    assert drawn(1) == drawn(1) != drawn(2)


def test_a_cell_that_was_not_recorded_has_nothing_left() -> None:
    drawing = Drawing(table({(0, PLAIN): cell("a")}), rng(7, "draw"))

    assert drawing.left(0, OTHER) == 0
    with pytest.raises(ValueError, match=r"plan first.*record more"):
        drawing.draw(0, OTHER)


def test_tables_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^cells: question 1 .* there are 1"):
        table({(1, PLAIN): cell("a")})
    with pytest.raises(ValueError, match=r"^preparation: question 1 .* there are 1"):
        AnswersTable(("a",), {}, {(1, PLAIN): Cost(1)})
    with pytest.raises(ValueError, match=r"^answer: "):
        Recorded("")
    with pytest.raises(ValueError, match=r"^cost: .*at least one call"):
        Recorded("a", Cost(0))


def test_nothing_is_paid_back() -> None:
    with pytest.raises(ValueError, match=r"^cost: .*selecting is below 0"):
        Drawing(table({}), rng(7, "draw")).charge("selecting", Cost(-1))
