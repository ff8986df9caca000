"""What a replay records: where paraphrases are dropped, nothing is recorded in their place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import telling_model
from tiny_run import tiny_tables, toml, write_rows

from fedbbpt.answers import Missing
from fedbbpt.completions import Completion, Request, Usage
from fedbbpt.config.connect import connected
from fedbbpt.config.prepare import prepare
from fedbbpt.config.runfile import load_run
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.experiment.replaying.recording import Tables, record
from fedbbpt.experiment.replaying.recording_plan import Recording, Samples
from fedbbpt.experiment.replaying.rewording import reworded
from fedbbpt.prompts import Message, Prompt
from fedbbpt.replay.answers_table import Cost
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.work.prompt_mix import Ingredient

SAMPLES, PARAPHRASES = 4, 4


def prompt(text: str) -> Ingredient:
    return Ingredient(text, Prompt((Message("user", f"{{input}} {text}"),)))


@pytest.fixture
async def recorded(tmp_path: Path) -> Tables:
    """Return the tables of sums asked of the telling model, four paraphrases a question."""
    rows = [{"input": f"Of 90 apples {n} are eaten.", "target": f"{90 - n}"} for n in range(2, 42)]
    write_rows(tmp_path / "north.jsonl", rows)
    tables = tiny_tables(
        task={"name": "sums", "topic": "sum", "answer": "number"},
        prompt={"user": "{input}"},
        scoring={"max_tokens": 40},
        reasoning={"use": "zero_shot_cot"},
        endpoint={"use": "telling_model:TellingModel"},
        space={"use": "bank"},
        optimizer={},
        owner=[{"name": "north", "data": str(tmp_path / "north.jsonl")}],
    )
    (tmp_path / "run.toml").write_text(toml(tables))
    prepared = prepare(load_run(tmp_path / "run.toml"), {})
    recording = Recording(
        (prompt("How many?"), prompt("Think.")), Samples(SAMPLES), paraphrases=PARAPHRASES
    )
    with FramedLog.open(tmp_path / "calls.log") as log:
        async with connected(prepared, Journal(log)) as lines:
            return await record(lines, recording, lambda _: None)


def test_no_two_cells_of_a_question_share_a_draw(recorded: Tables) -> None:
    for question in range(len(recorded.asked.targets)):
        drawn = [
            one.answer
            for (asked, _), cell in recorded.asked.cells.items()
            if asked == question
            for one in cell
        ]

        assert None not in drawn
        assert len(set(drawn)) == len(drawn) >= 2 * SAMPLES


def test_a_dropped_paraphrase_has_no_cell_and_all_writing_is_in_the_table(recorded: Tables) -> None:
    asked = recorded.asked
    worded = {place for place in asked.cells if place[1].wording}
    odd = {question for question, target in enumerate(asked.targets) if int(target) % 2}

    assert 0 < len(odd) < len(asked.targets)
    assert {question for question, _ in worded} == odd
    assert len(worded) == 2 * len(odd)
    assert recorded.dropped == PARAPHRASES * len(asked.targets) - len(worded)
    assert [cost.calls for cost in asked.preparation.values()] == [4] * len(asked.targets)
    assert not recorded.learning.table.preparation
    questions = len(asked.targets) + len(recorded.learning.owners)
    cells = 2 * questions + len(worded)
    assert recorded.calls == SAMPLES * cells + PARAPHRASES * len(asked.targets)


@dataclass(frozen=True, slots=True)
class Writer:
    """An endpoint that gives its texts in turn."""

    texts: tuple[str, ...]

    @property
    def profile(self) -> Profile:
        return telling_model.TellingModel().profile()

    @property
    def calls(self) -> int:
        return 0

    async def complete(self, requests: Sequence[Request]) -> list[Completion | Missing]:
        return [
            Completion(f"<question>{self.texts[one.sample]}</question>", usage=Usage(3, 2))
            for one in requests
        ]


async def test_only_paraphrases_that_are_fit_and_new_are_kept_and_all_are_paid() -> None:
    question, fit = "Of 12 apples 5 are eaten.", "5 of 12 apples are eaten."
    writer = Writer((fit, question, fit.upper(), "Of 13 apples 5 are eaten."))

    (one,) = await reworded(writer, [question], 4)

    assert one.texts == (fit,)
    assert one.dropped == 3
    assert one.cost == Cost(4, 20)
