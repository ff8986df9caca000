"""Whether the gold answers of public data sets are read as themselves, however they are written.

``python tests/benchmarks/gold_answers.py DATA`` takes every row of the sets in the folder DATA
(``gsm8k.test.jsonl`` and so on) and prints a Markdown table: gold answers, those with a canonical
form that is its own, and of their variants (in words, boxed, announced, with units and marks) those
that are read as the same answer. Everything that is not is shown below it.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fedbbpt.extraction import AnswerKind, Reader
from fedbbpt.extraction.choice import Choice
from fedbbpt.extraction.number import Number
from fedbbpt.extraction.text import FreeText
from fedbbpt.extraction.yes_no import YesNo
from fedbbpt.labels import letters

Row = Mapping[str, object]

NUMERIC = ("gsm8k", "multiarith", "svamp", "mgsm")
LETTERED = ("aqua", "commonsenseqa")
BINARY = ("coin_flip", "strategyqa")
MIXED = ("bbh",)
FREE = ("instruction_induction",)

SHOWN = 12


def rows(folder: Path, name: str) -> Iterator[Row]:
    """Yield the rows of all splits of a set."""
    for path in sorted(folder.glob(f"{name}.*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def question_of(row: Row) -> str:
    """Return the question, with its options in lines of their own where it has some."""
    options = row.get("choices")
    if not isinstance(options, list):
        return str(row["input"])
    named = zip(letters(len(options)), options, strict=True)
    return "\n".join([str(row["input"]), *(f"{letter}) {text}" for letter, text in named)])


def kind_of(name: str, row: Row) -> AnswerKind:
    """Return the kind of answer that a row asks for."""
    target = str(row["target"])
    if name in NUMERIC:
        return Number()
    if name in LETTERED or re.fullmatch(r"\([A-R]\)", target):
        return Choice()
    if name in BINARY or target.casefold() in {"yes", "no", "true", "false"}:
        return YesNo()
    if target in {"valid", "invalid"}:
        return YesNo(yes=("valid",), no=("invalid",))
    return Number() if name in MIXED and re.fullmatch(r"-?[0-9]+", target) else FreeText()


def variants(kind: AnswerKind, row: Row) -> list[str]:
    """Return other ways to write a gold answer; replies, most of them."""
    gold = str(row["target"])
    written = [gold, f"**{gold}**", f'"{gold}"', f"Answer: {gold}", f"So, the answer is {gold}."]
    written += [f"Step 1: think of 3 things.\nFinal answer: **{gold}**"]
    if not re.search("[{}]", gold):  # a brace alone cannot be boxed
        written += [f"\\boxed{{{gold}}}"]
    options = row.get("choices")
    match kind:
        case Number():
            value = float(gold.replace(",", ""))
            if round(value, 2) == value:
                written += [f"{value:,.2f}", f"${value:,.2f}"]
            written += [f"{gold} apples in all.", f"#### {gold}"]
            written += [
                f"2 + 2 = 4, and then he has = {gold}.",
                f"$\\boxed{{{gold}\\text{{ km}}}}$",
            ]
        case Choice():
            letter = gold.strip("()")
            written += [f"({letter})", f"{letter}.", f"The correct option is {letter}) because A."]
            if isinstance(options, list):
                text = options[ord(letter) - ord("A")]
                written += [f"{letter}) {text}", f"The answer is ({letter}) {text}."]
                written += [text] if options.count(text) == 1 else []
        case YesNo():
            written += [f"{gold.upper()}!", f"I thought so. So, {gold}.", f"{gold}, because it is."]
        case _:
            written += [f"  {gold}  ", gold.upper()]
    return written


def check(folder: Path, name: str, wrong: list[str]) -> str:
    """Return the table's row of a set and add what is read otherwise to ``wrong``."""
    golds, canonical, written, alike = 0, 0, 0, 0
    for row in rows(folder, name):
        kind = kind_of(name, row)
        reader: Reader = kind.about(question_of(row))
        gold = str(row["target"])
        key = reader.canonical(gold)
        golds += 1
        if not isinstance(key, str) or reader.canonical(key) != key:
            wrong.append(f"{row['id']}: {gold!r} has the canonical form {key!r}")
            continue
        canonical += 1
        for variant in variants(kind, row):
            found = reader.extract(variant)
            written += 1
            alike += found == key
            if found != key:
                wrong.append(f"{row['id']}: {variant!r} is read as {found!r}, not {key!r}")
    return f"| {name} | {golds} | {canonical} | {written} | {alike} |"


def main(words: Sequence[str]) -> None:
    """Check the sets in the folder that the command line names and print the table."""
    if len(words) != 1 or not Path(words[0]).is_dir():
        sys.exit("usage: python tests/benchmarks/gold_answers.py DATA, a folder of public sets")
    wrong: list[str] = []
    lines = [
        "| set | gold answers | canonical | variants | read as the same |",
        "|---|---|---|---|---|",
    ]
    for name in (*NUMERIC, *LETTERED, *BINARY, *MIXED, *FREE):
        lines.append(check(Path(words[0]), name, wrong))
    sys.stdout.write("\n".join([*lines, "", *wrong[:SHOWN], f"{len(wrong)} read otherwise"]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
