"""What a federation is asked, and what one owner sends back about it: counts, never a reply."""

from dataclasses import dataclass
from typing import NamedTuple

from fedbbpt.votes.ballots import Ballot


@dataclass(frozen=True, slots=True)
class Question:
    """Some draws that one owner is asked to make on one question.

    Attributes:
        place: of the question in its list, from 0; an owner's casts name it.
        text: the question, in its own words.
        draws: numbers of the draws, each of one question once over all owners, so that no two
            draws are ever answered by the same journalled reply.

    Raises:
        ValueError: no text, no draw, or a draw twice.
    """

    place: int
    text: str
    draws: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("text: there is nothing to ask; give a question")
        if not self.draws or min(self.draws) < 0 or len(set(self.draws)) < len(self.draws):
            raise ValueError("draws: give at least one number from 0, each once")


class PromptUse(NamedTuple):
    """How many draws were asked with a prompt."""

    prompt: str
    draws: int


class Cast(NamedTuple):
    """What one owner makes of a question.

    Attributes:
        place: of the question.
        ballot: canonical answers and counts.
        missing: draws that no reply came for: no votes and no abstentions, asked again later.
        prompt_tokens: read for it, whether paid now or answered from the journal.
        completion_tokens: written for it, likewise.
        prompts: names of the prompts that were asked.
        cut_off: of the abstentions, those whose reply reached its largest length.
        dropped: other wordings of the question that were paid for and thrown away.
    """

    place: int
    ballot: Ballot
    missing: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompts: tuple[PromptUse, ...] = ()
    cut_off: int = 0
    dropped: int = 0
