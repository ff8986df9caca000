"""A contest counts what is missing or unreadable, and compares what both prompts answered."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from app_side import MODEL
from no_pauses import stop_pausing
from tiny_run import LABELS, rows

from fedbbpt import TunedPrompt
from fedbbpt.completions import Completion, Request, TokenLogprob
from fedbbpt.data import Example
from fedbbpt.endpoints import AttemptError, Profile, Wire
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import ConfigError, OutageError, QuorumError
from fedbbpt.experiment.contenders import Named, contenders
from fedbbpt.experiment.contest import Contender, Contest, hold
from fedbbpt.prompts import Message, Prompt

EXAMPLES = [Example(row["id"], row["input"], (row["target"],)) for row in rows("stairs", 20)]


@dataclass(frozen=True)
class Faulty:
    """The scripted model, but some inputs never get a usable reply, and some get a strange one."""

    lost: str = "-"
    strange: str = "-"
    reason: str = "empty choices"

    def profile(self) -> Profile:
        return MODEL.profile()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        yield self

    async def send(self, request: Request) -> Completion:
        said = request.messages[-1].content
        if self.lost in said:
            raise AttemptError(self.reason, billed=True, unusable=self.reason == "empty choices")
        if self.strange in said:
            return Completion("Well", first=(TokenLogprob("Well", -0.1),))
        return MODEL.reply(request)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    stop_pausing(monkeypatch)


def contender(name: str, question: str) -> Contender:
    prompt = Prompt((Message("user", f"{{input}}\n{question}"),), LABELS)
    return Contender(name, TunedPrompt(prompt, LABELS, "m", 20, 1))


CONTEST = Contest(contender("first", "A one?"), contender("second", "B one?"), EXAMPLES)


async def test_an_item_that_one_prompt_misses_counts_for_neither(tmp_path: Path) -> None:
    lost = f"{EXAMPLES[-1].input}\nB one?"

    outcome = await hold(CONTEST, Faulty(lost=lost), tmp_path, Caps())

    assert (outcome.items, outcome.comparison.n) == (20, 19)
    assert (outcome.first.missing, outcome.second.missing) == (0, 1)


async def test_an_unreadable_answer_is_counted_and_wrong(tmp_path: Path) -> None:
    outcome = await hold(CONTEST, Faulty(strange="A one?"), tmp_path, Caps())

    assert (outcome.first.unreadable, outcome.second.unreadable) == (20, 0)
    assert outcome.first.cell.score == 0
    assert outcome.comparison.gain == outcome.second.cell.score > 0.4
    assert outcome.comparison.losses == 0


async def test_what_was_missing_is_asked_again_and_the_rest_is_not(tmp_path: Path) -> None:
    await hold(CONTEST, Faulty(), tmp_path / "all", Caps())
    lost = f"{EXAMPLES[-1].input}\nB one?"
    await hold(CONTEST, Faulty(lost=lost), tmp_path / "some", Caps())

    again = await hold(CONTEST, Faulty(), tmp_path / "some", Caps())

    whole = await hold(CONTEST, Faulty(), tmp_path / "all", Caps())
    assert (again.calls, again.hits) == (1, 39)
    assert replace(again, calls=0, hits=40) == whole


async def test_no_common_item_says_why(tmp_path: Path) -> None:
    with pytest.raises(QuorumError, match=r"no item has a reply for both .*20 x empty choices"):
        await hold(CONTEST, Faulty(lost="B one?"), tmp_path, Caps())


async def test_an_outage_decides_nothing_and_the_same_contest_goes_on(tmp_path: Path) -> None:
    whole = await hold(CONTEST, Faulty(), tmp_path / "whole", Caps())

    with pytest.raises(OutageError, match=r"\(status 503\); nothing is lost"):
        await hold(CONTEST, Faulty(lost="B one?", reason="status 503"), tmp_path / "a", Caps())
    again = await hold(CONTEST, Faulty(), tmp_path / "a", Caps())

    assert (again.calls, again.hits) == (20, 20)
    assert replace(again, calls=0, hits=0) == replace(whole, calls=0, hits=0)


def test_label_scores_at_an_endpoint_without_log_probabilities_are_refused() -> None:
    silent = replace(MODEL.profile(), top_logprobs=0)
    prompts = (Named("a", CONTEST.first.tuned), Named("b", CONTEST.second.tuned))

    with pytest.raises(ConfigError, match="a: it is read by label scores, and scripted reports no"):
        contenders(prompts, (), silent)


def test_prompts_alone_at_such_an_endpoint_are_read_from_text() -> None:
    silent = replace(MODEL.profile(), top_logprobs=0)
    alone = Named("a", Prompt((Message("user", "{input}"),)))

    first, second = contenders((alone, alone), LABELS, silent)

    assert first == second
    assert (first.tuned.top_logprobs, first.tuned.max_tokens) == (0, 12)
    assert first.tuned.labels == LABELS


def test_no_more_alternatives_are_asked_for_than_the_endpoint_reports() -> None:
    few = replace(MODEL.profile(), top_logprobs=5)
    prompts = (Named("a", CONTEST.first.tuned), Named("b", CONTEST.second.tuned.prompt))

    made = contenders(prompts, (), few)

    assert [one.tuned.top_logprobs for one in made] == [5, 5]
    assert {one.tuned.model for one in made} == {few.model}
