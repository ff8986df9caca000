from collections.abc import Sequence
from pathlib import Path

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import Profile
from fedbbpt.endpoints.batching import Batched
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.recording import Recorded
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.prompts import Message
from fedbbpt.storage.framed_log import FramedLog

PROFILE = Profile("model", "nowhere", "model", "m", 0, 4, local=True)
DRAWS = [Request((Message("user", "A colour?"),), 4, 0.9, sample=number) for number in range(6)]


class Drawing:
    """A model that never says the same thing twice."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = list(words)

    async def send(self, request: Request) -> Completion:
        return Completion(self.words.pop(0))


async def draws(path: Path, words: Sequence[str], requests: Sequence[Request]) -> list[str]:
    with FramedLog.open(path) as log:
        journal = Journal(log)
        wire = Recorded(Drawing(words), journal, PROFILE, "ann", Caps())
        replies = await Batched(wire, PROFILE, journal, Caps()).complete(requests)
    return [reply.text for reply in replies if isinstance(reply, Completion)]


async def test_a_resumed_run_sees_the_same_draws_and_only_asks_for_new_ones(tmp_path: Path) -> None:
    path = tmp_path / "calls.log"
    first = await draws(path, ["red", "blue", "red"], DRAWS[:3])

    resumed = await draws(path, ["green", "grey", "black"], DRAWS)

    assert sorted(first) == ["blue", "red", "red"]
    assert resumed[:3] == first
    assert sorted(resumed[3:]) == ["black", "green", "grey"]


async def test_the_same_draw_asked_twice_is_one_call(tmp_path: Path) -> None:
    found = await draws(tmp_path / "calls.log", ["red"], [DRAWS[0], DRAWS[0]])

    assert found == ["red", "red"]
