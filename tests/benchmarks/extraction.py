"""Our extraction beside published rules, on the same replies.

``python tests/benchmarks/extraction.py REPLIES.jsonl [HAND.jsonl]`` reads the replies that
``real_replies.py`` wrote and prints a Markdown table a kind of answer: how many replies a rule
answers, how many it reads as a person does, how many answers are right. HAND.jsonl holds what a
person reads, ``{"id": ..., "reply": ..., "answer": ...}`` a line, with the beginning of the reply's
SHA-256 and "" for a reply without a final answer; a reply that is not the one that the person read
is left out. Each reply that ours and the person read otherwise is shown below.
"""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from published_rules import RULES, Rule

from fedbbpt.completions import Completion
from fedbbpt.extraction import AnswerKind
from fedbbpt.extraction.choice import Choice
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.reply import answer_of
from fedbbpt.extraction.yes_no import YesNo

KINDS: Mapping[str, AnswerKind] = {"number": Number(), "choice": Choice(), "yes_no": YesNo()}
OURS = "fedbbpt"

Row = Mapping[str, str]


def load(path: Path) -> list[Row]:
    """Return the objects of a file with one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def ours(row: Row) -> str:
    """Return what our extraction reads; empty where it abstains."""
    reader = KINDS[row["kind"]].about(row["question"])
    found = answer_of(Completion(row["reply"], row["finish_reason"]), reader)
    return found if isinstance(found, str) else ""


def alike(row: Row, first: str, second: str) -> bool:
    """Tell whether two answers mean the same, or are both none."""
    reader = KINDS[row["kind"]].about(row["question"])
    one, other = reader.canonical(first), reader.canonical(second)
    return first == second or (isinstance(one, str) and one == other)


def read_by_hand(rows: Sequence[Row], hand: Sequence[Row]) -> Mapping[str, str]:
    """Return what a person read in those replies that are still the same, by id."""
    said = {row["id"]: hashlib.sha256(row["reply"].encode()).hexdigest()[:16] for row in rows}
    return {row["id"]: row["answer"] for row in hand if said.get(row["id"]) == row["reply"]}


def line_of(name: str, rows: Sequence[Row], said: Sequence[str], hand: Mapping[str, str]) -> str:
    """Return a rule's row of the table."""
    answered = sum(bool(answer) for answer in said)
    right = sum(
        bool(answer) and alike(row, answer, row["target"])
        for row, answer in zip(rows, said, strict=True)
    )
    judged = [pair for pair in zip(rows, said, strict=True) if pair[0]["id"] in hand]
    read = sum(alike(row, answer, hand[row["id"]]) for row, answer in judged)
    as_read = f"{read} of {len(judged)}" if judged else "-"
    return f"| {name} | {answered} | {as_read} | {right} |"


def table(kind: str, rows: Sequence[Row], hand: Mapping[str, str]) -> list[str]:
    """Return the table of one kind, a rule a row."""
    cut = sum(row["finish_reason"] == "length" for row in rows)
    lines = [
        f"{kind}: {len(rows)} replies, {cut} of them cut off",
        "",
        "| rule | answers | read as a person does | right |",
        "|---|---|---|---|",
    ]
    fitting: list[Rule] = [rule for rule in RULES if kind in rule.kinds]
    for rule in fitting:
        said = [rule.read(row["reply"], kind) for row in rows]
        lines.append(line_of(rule.name, rows, said, hand))
    lines.append(line_of(OURS, rows, [ours(row) for row in rows], hand))
    return [*lines, ""]


def main(words: Sequence[str]) -> None:
    """Print the tables for the files that the command line names."""
    if not 1 <= len(words) <= 2:
        sys.exit("usage: python tests/benchmarks/extraction.py REPLIES.jsonl [HAND.jsonl]")
    rows = load(Path(words[0]))
    hand = read_by_hand(rows, load(Path(words[1]))) if words[1:] else {}
    lines: list[str] = []
    for kind in KINDS:
        lines += table(kind, [row for row in rows if row["kind"] == kind], hand)
    wrong = [
        row for row in rows if row["id"] in hand and not alike(row, ours(row), hand[row["id"]])
    ]
    lines += [f"{row['id']}: read {ours(row)!r}, by hand {hand[row['id']]!r}" for row in wrong]
    checked = sum(row["id"] in hand for row in rows)
    lines += [f"{len(wrong)} of {checked} hand-checked replies read otherwise by {OURS}"]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
