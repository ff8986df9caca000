"""What kind of answers a task has, and whether this version can tune it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fedbbpt.data import Example
from fedbbpt.errors import DataError
from fedbbpt.guessing.column import (
    FEWEST_EACH,
    MOST_LABELS,
    MOST_NUMBERS,
    SHORT_ANSWER,
    is_number,
)
from fedbbpt.spaces.wording import Wordings, wordings_for

Kind = Literal["closed", "numbers", "free"]

RARE = 5
LOPSIDED = 0.8
LONG_ANSWER = 40.0
CHARACTERS_A_TOKEN = 3
TOKENS_TO_SPARE = 8
FEWEST_TOKENS = 12


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a file.

    Attributes:
        kind: "closed" is a label set; "numbers" and "free" are scored by exact match.
        counts: examples a label in the order of the labels; empty unless closed.
        why: half a sentence for people.
        max_tokens: enough for the longest answer, where answers are generated.
        wordings: how the labels can be told apart in a reply.
        notes: what a careful reader should know.
    """

    kind: Kind
    counts: Mapping[str, int]
    why: str
    max_tokens: int
    wordings: Wordings
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The closed set; empty for free answers."""
        return tuple(self.counts)


def answers_of(examples: Sequence[Example], column: str) -> Answers:
    """Return the kind of the examples' answers.

    Raises:
        DataError: all answers are the same, or two labels differ in capitals or spacing only.
    """
    counts = Counter(target for example in examples for target in example.targets)
    if len(counts) == 1:
        raise DataError(
            f"the column {column!r} has the same value on every row: every prompt that always says "
            "so is perfect, and there is nothing to tune; add rows with other answers"
        )
    numeric = all(map(is_number, counts))
    closed = (
        len(counts) <= (MOST_NUMBERS if numeric else MOST_LABELS)
        and counts.total() >= FEWEST_EACH * len(counts)
        and max(map(len, counts)) <= SHORT_ANSWER
        and all(map(str.isprintable, counts))
    )
    longest = max(map(len, counts)) // CHARACTERS_A_TOKEN + TOKENS_TO_SPARE
    tokens = max(FEWEST_TOKENS, longest)
    if closed:
        return _closed(
            {label: counts[label] for label in _in_order(counts, numeric=numeric)}, tokens
        )
    kind: Kind = "numbers" if numeric else "free"
    why = f"{len(counts)} different {'numbers' if numeric else 'texts'}"
    return Answers(kind, {}, why, tokens, wordings_for((), ()), _free_notes(counts, kind))


def _in_order(labels: Mapping[str, int], *, numeric: bool) -> list[str]:
    return sorted(labels, key=(lambda label: (float(label), label)) if numeric else None)


def _closed(counts: Mapping[str, int], tokens: int) -> Answers:
    seen: dict[str, str] = {}
    for label in counts:
        form = " ".join(label.split()).casefold()
        if form in seen:
            raise DataError(
                f"the labels {seen[form]!r} and {label!r} differ in capitals or spacing only; "
                "write them alike"
            )
        seen[form] = label
    wordings = wordings_for(tuple(counts), ())
    return Answers(
        kind="closed",
        counts=counts,
        why=f"each on {min(counts.values())} rows or more",
        max_tokens=tokens,
        wordings=wordings,
        notes=tuple(_closed_notes(counts, wordings)),
    )


def _closed_notes(counts: Mapping[str, int], wordings: Wordings) -> list[str]:
    notes = []
    if wordings.mode != "words":
        notes.append(f"labels that collide: {wordings.reason}")
    total, most = sum(counts.values()), max(counts, key=lambda label: counts[label])
    if counts[most] >= LOPSIDED * total:
        share = counts[most] / total
        notes.append(f"unbalanced: always answering {most!r} is already right on {share:.0%}")
    rare = [label for label, count in counts.items() if count < RARE]
    if rare:
        notes.append(
            f"{len(rare)} labels have fewer than {RARE} rows, for example {rare[0]!r}: "
            "little can be learnt or tested about them"
        )
    return notes


def _free_notes(counts: Mapping[str, int], kind: Kind) -> tuple[str, ...]:
    notes = [
        "this version tunes closed labels and exact match: an answer counts if it is the same as "
        "in the file, but for capitals, spacing and punctuation around it"
    ]
    if kind == "numbers":
        notes.append("numbers that are only near the right one count as wrong")
    elif sum(map(len, counts)) / len(counts) > LONG_ANSWER:
        notes.append(
            "the answers are long: exact match will hardly ever be met, and nothing here judges "
            "free text yet; shorten the answers or turn them into labels"
        )
    return tuple(notes)
