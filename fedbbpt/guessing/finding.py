"""What was guessed as lines of a table: for a terminal and for the comments of a run file."""

from typing import NamedTuple

from fedbbpt.guessing.guess import Guess

_PARTS = {"input": "text", "target": "right answer", "id": "id", "domain": "domain"}
_LIKELY_LABELS = 20
CONTEXT = 4096
SLOTS = 4
MOST_CONTEXT = 8192
CHARACTERS_A_TOKEN = 3
PROMPT_TOKENS = 400


class Finding(NamedTuple):
    """One guess.

    Attributes:
        what: it is about.
        found: a column, a kind or a number.
        why: half a sentence.
        sure: "told", "sure" or "likely".
    """

    what: str
    found: str
    why: str
    sure: str


def findings(guess: Guess) -> tuple[Finding, ...]:
    """Return all guesses in the order in which they are made."""
    table, dealing, answers = guess.table, guess.dealing, guess.answers
    kinds = {
        "closed": f"{len(answers.labels)} labels",
        "numbers": "numbers, exact match",
        "free": "free text, exact match",
    }
    many = len(answers.labels) > _LIKELY_LABELS or answers.kind != "closed"
    owners = len(dealing.sizes)
    return (
        Finding("file", f"{len(table.rows):,} rows", table.kind, "sure"),
        *(Finding(_PARTS[c.part], c.column or "none", c.why, c.sure) for c in guess.choices),
        Finding("answers", kinds[answers.kind], answers.why, "likely" if many else "sure"),
        Finding("owners", f"{owners}, simulated", dealing.why, "likely" if owners > 1 else "sure"),
    )


def cautions(guess: Guess, *, embedded: bool) -> tuple[str, ...]:
    """Return what a careful reader should know, one sentence each."""
    notes = list(guess.answers.notes)
    if guess.dealing.repeated:
        notes.append(f"{guess.dealing.repeated} rows repeat the text of another and are left out")
    if embedded and context_for(guess) > MOST_CONTEXT:
        notes.append(
            f"the longest text has {guess.longest:,} characters, more than the packaged model "
            "reads at once: shorten the texts, or take a larger model with --endpoint"
        )
    return tuple(notes)


def context_for(guess: Guess) -> int:
    """Return the tokens that one question takes at most, with all labels spelt out."""
    labels = sum(len(label) + 2 for label in guess.answers.labels)
    return (guess.longest + 2 * labels) // CHARACTERS_A_TOKEN + PROMPT_TOKENS
