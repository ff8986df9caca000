"""What a front of loss against length rests on, in plain words."""

from fedbbpt.runs.front import TOKENS
from fedbbpt.runs.results import Front, FrontPrompt, PromptText


def front_line(front: Front) -> str:
    """Return the sentences that stand over a front.

    >>> front_line(Front("characters", 128, 400, ())).partition(". ")[0]
    'These candidates no other beats in loss and length at once; compared are the 128 best of 400'
    """
    among = f"; compared are the {front.compared} best of {front.scored:,}"
    counted = (
        "Length is what the endpoints counted as read, input included, a mean over requests about "
        "up to 8 examples an owner"
        if front.unit == TOKENS
        else "Length is the characters of the prompt, since an endpoint does not tell its tokens"
    )
    return (
        "These candidates no other beats in loss and length at once"
        f"{among if front.compared < front.scored else ''}. {counted}. Losses are those of the "
        "search, on training examples: what counts is decided on dev and test."
    )


def difference_lines(one: FrontPrompt, start: PromptText) -> tuple[str, ...]:
    """Return in what a candidate differs from the start: its choices, else its own messages."""
    if one.changes:
        return tuple(f"{change.axis}: {change.tuned}" for change in one.changes)
    own = [text for role, text in one.prompt.messages if (role, text) not in start.messages]
    return tuple(own) or ("nothing: the start",)
