"""How far the prompts of a set differ, said with the claim that is left where they do not."""

from collections.abc import Sequence
from dataclasses import dataclass

from fedbbpt.randomness import rng
from fedbbpt.replay.prompt_spread import ALIKE, Marks, PromptSpread, joined, prompt_spread

RULE = (
    f"prompts differ by less than {100 * ALIKE:.1f} points SD and do not interact: only the "
    "allocation gain is claimed"
)


@dataclass(frozen=True, slots=True)
class SetSpread:
    """One set, or all that count.

    Attributes:
        set: its name.
        spread: of its prompts on the questions that were answered.
    """

    set: str
    spread: PromptSpread

    def text(self) -> str:
        """Return it as a line of Markdown."""
        one = self.spread
        seen = "interact" if one.p_value < 0.05 else "are not seen to interact"
        line = (
            f"- {one.prompts} prompts: {100 * one.deviation:.1f} points SD between them, "
            f"{100 * one.interaction:.1f} with the question; they {seen} with it (p "
            f"{one.p_value:.2g}, {one.questions} questions, {one.draws} draws a cell)"
        )
        return f"{line}\n- {RULE}" if one.alike else line


def spread_of(name: str, marks: Sequence[Marks], seed: int) -> list[SetSpread]:
    """Return the spread of some sets together; nothing where prompts differ in number or are few.

    Args:
        name: of the set, or of all together.
        marks: of each set.
        seed: of the test.
    """
    if not marks or len({one.shape[1] for one in marks}) > 1:
        return []
    found = prompt_spread(joined(marks), rng(seed, "prompt spread"))
    return [] if found is None else [SetSpread(name, found)]
