"""Loss against length: what a run says of the candidates that its search scored."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from run_files import ask, write_run
from tiny_run import rows, tiny_run, tiny_tables

import fedbbpt
from fedbbpt.distributions import Point
from fedbbpt.drivers import FINISHED, Proposal
from fedbbpt.messages import Block, Report, Score, State
from fedbbpt.runs.front_phrases import difference_lines, front_line
from fedbbpt.runs.results import Change, Front, FrontPrompt, PromptText, Results
from fedbbpt.runs.stored import read_stored
from fedbbpt.tried import Tallied

SEARCH = {"block": 8, "requests": 800}


def results_of(folder: Path, **changes: object) -> Results:
    """Return the results of the tiny run, changed."""
    write_run(folder, **changes)
    said = ask(folder, "run", "run.toml")
    assert said.exit_code == 0, said.output
    return read_stored(folder / "runs" / "tiny" / "results.json", Results)


@pytest.mark.parametrize(
    "changes",
    [
        {"space": {"use": "bank"}, "optimizer": {}},
        {"recipe": "genetic", "optimizer": {}},
        {
            "recipe": "bdpl",
            "space": {"use": "tokens", "library": ["common"], "limit": 9, "positions": 2},
            "optimizer": {},
        },
        {"recipe": "grips", "space": {"use": "instructions", "limit": 4}, "optimizer": {}},
    ],
    ids=["bank", "slots", "tokens", "growing"],
)
def test_every_search_for_texts_has_a_front_in_tokens(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    results = results_of(tmp_path, search=SEARCH, **changes)

    front = results.front
    page = (tmp_path / "runs" / "tiny" / "report.html").read_text()
    assert front is not None
    assert front.unit == "prompt tokens"
    assert 1 <= len(front.prompts) <= front.compared <= front.scored
    lengths = [one.length for one in front.prompts]
    losses = [one.loss for one in front.prompts]
    assert lengths == sorted(set(lengths))
    assert losses == sorted(set(losses), reverse=True)
    assert "Loss against length" in page
    assert front_line(front) in page


def test_a_prompts_tokens_are_those_of_its_requests(tmp_path: Path) -> None:
    front = results_of(tmp_path, space={"use": "bank"}, optimizer={}, search=SEARCH).front
    assert front is not None
    start = next(one for one in front.prompts if not one.changes)

    (content,) = (text for _, text in start.prompt.messages)
    sent = content.replace("{input}", rows("it")[0]["input"])

    # The scripted model counts words; every input of the tiny run has as many.
    assert start.length == len(re.findall(r"\w+", sent))


def test_the_same_front_comes_from_a_compacted_journal_and_a_replayed_search(
    tmp_path: Path,
) -> None:
    results_of(tmp_path, search=SEARCH)
    file = tmp_path / "runs" / "tiny" / "results.json"
    before = file.read_bytes()
    file.unlink()

    compacted = ask(tmp_path, "compact", "runs/tiny")
    again = ask(tmp_path, "run", "run.toml")

    assert (compacted.exit_code, again.exit_code) == (0, 0), compacted.output + again.output
    assert file.read_bytes() == before


def test_where_nobody_tells_tokens_characters_stand_and_are_named_so(tmp_path: Path) -> None:
    tables = tiny_tables(search=SEARCH)
    del tables["endpoint"]
    tiny_run(tmp_path)
    for owner in tables["owner"]:
        owner["data"] = str(tmp_path / owner["data"])

    done = fedbbpt.optimize(
        tables,
        evaluator=lambda candidate, _: (min(1.0, len(str(candidate["user"])) / 99), {}),
        directory=tmp_path / "run",
    )

    front = done.results.front
    assert front is not None
    assert front.unit == "characters"
    assert all(one.length == one.prompt.characters for one in front.prompts)
    assert "the characters of the prompt, since an endpoint does not tell" in front_line(front)


def test_owners_that_search_on_their_own_leave_no_front(tmp_path: Path) -> None:
    results = results_of(tmp_path, recipe="fed-policy-gradient", optimizer={}, search=SEARCH)

    assert results.front is None


def test_results_without_a_front_are_still_read(tmp_path: Path) -> None:
    told = results_of(
        tmp_path,
        recipe="grips",
        space={"use": "instructions", "limit": 3},
        optimizer={},
        search=SEARCH,
    )
    file = tmp_path / "runs" / "tiny" / "results.json"
    body = json.loads(file.read_bytes())
    del body["front"]
    for text in body["bank"]["texts"]:
        del text["tokens"]
    file.write_text(json.dumps(body))

    older = read_stored(file, Results)
    page = ask(tmp_path, "report", "runs/tiny")

    assert older.front is None
    assert older.bank is not None
    assert told.bank is not None
    assert older.bank.front == told.bank.front
    assert page.exit_code == 0, page.output
    assert "Loss against length" not in (tmp_path / "runs" / "tiny" / "report.html").read_text()


@dataclass
class Played:
    """A driver that scores given points with given losses, every round on another block."""

    rounds: list[tuple[list[float], list[float]]]
    requests: int = 0
    ended: str = FINISHED

    def propose(self, state: State, clients: Sequence[str]) -> Proposal | None:
        """Return the next points, on a block that names the round."""
        points = np.array(self.rounds[state.round][0])[:, None]
        return Proposal(Score(points, Block(state.round, 8)), len(clients))

    def absorb(self, state: State, reports: Sequence[Report]) -> State:
        """Return the state with the losses of the round."""
        losses = np.array(self.rounds[state.round][1])
        return State(state.round + 1 + len(reports), state.distribution, {"losses": losses})


@pytest.mark.parametrize(("nested", "loss"), [(True, 0.8), (False, 0.6)])
def test_a_nested_loss_is_the_last_and_one_of_fresh_blocks_the_mean(
    nested: bool, loss: float
) -> None:
    driver = Played([([0.0, 1.0], [0.4, 0.9]), ([0.0], [0.8])])
    told = Tallied(driver, nested=nested)
    state = State(0, Point(np.zeros(1)))

    for _ in driver.rounds:
        told.propose(state, ("a",))
        state = told.absorb(state, ())

    first, second = told.tried
    assert (first.point[0], first.block) == (0.0, Block(0, 8))
    assert first.loss == pytest.approx(loss)
    assert (second.point[0], second.loss, second.block) == (1.0, 0.9, Block(0, 8))


def test_a_candidate_without_named_choices_is_told_by_its_own_words() -> None:
    start = PromptText((("system", "Sort it."), ("user", "{input}")), (), 15)
    other = PromptText((("system", "Judge it."), ("user", "{input}")), (), 16)

    chosen = FrontPrompt(other, (Change("prompt", "a", "b"),), 0.1, 9.0, returned=False)
    unnamed = FrontPrompt(other, (), 0.1, 9.0, returned=False)
    same = FrontPrompt(start, (), 0.1, 9.0, returned=True)

    assert difference_lines(chosen, start) == ("prompt: b",)
    assert difference_lines(unnamed, start) == ("Judge it.",)
    assert difference_lines(same, start) == ("nothing: the start",)


def test_a_long_search_says_how_many_were_compared() -> None:
    line = front_line(Front("prompt tokens", 128, 4000, ()))

    assert "compared are the 128 best of 4,000" in line
    assert "best of" not in front_line(Front("prompt tokens", 9, 9, ()))
