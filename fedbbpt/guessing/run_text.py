"""The run file for a guess: commented TOML that a newcomer can read and change."""

import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fedbbpt.guessing.finding import (
    CONTEXT,
    MOST_CONTEXT,
    SLOTS,
    cautions,
    context_for,
    findings,
)
from fedbbpt.guessing.guess import Guess
from fedbbpt.safe_text import safe_text

WIDTH = 98
_SIMULATION = (
    "All owners live in this one process, which reads the whole file: this is a simulation, good "
    "for tuning one data set of yours and for trying things out. It keeps nothing apart. For real "
    "owners, each with a file and an endpoint of its own, remove [data] and [simulation] and write "
    "one [[owner]] table each (name, data, [owner.endpoint])."
)


@dataclass(frozen=True, slots=True)
class Target:
    """What a run file is written for.

    Attributes:
        path: of the run file; the data's path is written relative to its folder.
        endpoint: table of the endpoint; its key is named only.
        calls: cap to write; 0 for none.
    """

    path: Path
    endpoint: Mapping[str, object]
    calls: int = 0


def run_text(guess: Guess, target: Target) -> str:
    """Return the text of a run file.

    Values of the data stand in it as escaped strings or, in comments, made visible.
    """
    parts = (
        _head(guess, target),
        _task(guess),
        _prompt(guess),
        _data(guess, target.path),
        _simulation(),
        _endpoint(guess, target.endpoint),
        _amounts(guess),
        _caps(target.calls),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def toml_value(value: object) -> str:
    r"""Return a text, a number or a truth value as TOML.

    >>> print(toml_value('say "x"\n'), toml_value(0.4), toml_value(True))
    "say \"x\"\n" 0.4 true
    """
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> list[str]:
    flat = " ".join(safe_text(text).split())
    return textwrap.wrap(
        flat, WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
    )


def _comments(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in _comment(text)]


def _head(guess: Guess, target: Target) -> list[str]:
    guessed = (f"{each.what}: {each.found} ({each.sure}; {each.why})" for each in findings(guess))
    notes = cautions(guess, embedded=target.endpoint["use"] == "embedded")
    return [
        *_comment(f"Written by fedbbpt init from {guess.table.source.label}. What was guessed:"),
        "#",
        *_comments(guessed),
        *(["#", *_comments(f"Note: {note}." for note in notes)] if notes else []),
        "#",
        "# See what it will do and cost, asking nobody:  fedbbpt run FILE --dry-run",
        "# Then, again after every stop:                  fedbbpt run FILE",
        "",
        'recipe = "genetic"   # how prompts are searched; fedbbpt recipes lists others',
        "seed = 0             # the same seed gives the same run",
    ]


def _task(guess: Guess) -> list[str]:
    words, counts = guess.words, guess.answers.counts
    lines = [
        "[task]",
        f"name = {toml_value(words.name)}",
        f"topic = {toml_value(words.topic)}   # what is asked; stands for {{topic}} in prompts",
    ]
    if not counts:
        return [*lines, "# no labels: answers are free and must match the file's"]
    lines.append("labels = [")
    lines += [f"  {toml_value(label)},   # {count:,} rows" for label, count in counts.items()]
    return [*lines, "]"]


def _prompt(guess: Guess) -> list[str]:
    words = guess.words
    return [
        *_comment(
            "The prompt that the search starts from and has to beat: put your own here. {input} is "
            "where a text goes, exactly once"
            + ("; {labels} lists the labels." * bool(guess.answers.labels))
        ),
        "[prompt]",
        f"system = {toml_value(words.system)}",
        f"user = {toml_value(words.user)}",
        "",
        "[space]",
        f"library = {toml_value(list(words.library))}   # public texts that the search may try",
    ]


def _data(guess: Guess, path: Path) -> list[str]:
    dealing = guess.dealing
    source = guess.table.source
    # Relative, so that the folder can be moved.
    place = source.seen_from(path.resolve().parent)
    whence = "fetched from its hub" if source.kind == "hub" else "from the folder of this file"
    lines = [
        "[data]",
        f"path = {toml_value(place)}   # {whence}",
        f"split = {toml_value(dealing.split)}",
    ]
    owners = ", ".join(f"{name} {size:,}" for name, size in dealing.sizes.items())
    lines += _comment(f"different texts: {owners}")
    if guess.columns:
        pairs = (f"{part} = {toml_value(name)}" for part, name in guess.columns.items())
        lines.append(f"columns = {{ {', '.join(pairs)} }}")
    return lines


def _simulation() -> list[str]:
    return [*_comment(_SIMULATION), "[simulation]"]


def _endpoint(guess: Guess, endpoint: Mapping[str, object]) -> list[str]:
    lines = [f"{name} = {toml_value(value)}" for name, value in endpoint.items()]
    if endpoint["use"] == "embedded":
        about = (
            "A small model inside this process: no key, and nothing leaves this machine. For a "
            "server say fedbbpt init again with --endpoint URL --model NAME --key-env VARIABLE."
        )
        tokens = context_for(guess) * SLOTS
        if tokens > CONTEXT:
            most = min(tokens, MOST_CONTEXT * SLOTS)
            lines.append(f"context = {most}   # tokens, for texts as long as yours")
    else:
        about = (
            "Your texts are sent to this address and nowhere else. A key is never written here; "
            "key_env names the variable that holds it. If the server reports no log-probabilities, "
            "add top_logprobs = 0."
        )
    return [*_comment(about), "[endpoint]", *lines]


def _amounts(guess: Guess) -> list[str]:
    amounts = guess.amounts
    kind = "shares" if amounts.train < 1 else "numbers"
    lines = [
        f"[roles]   # {kind} of every owner's texts",
        f"train = {amounts.train}   # the search looks at these",
        f"dev = {amounts.dev}   # decide whether the found prompt is really better",
        f"test = {amounts.test}   # opened once, at the end",
        "",
        "[search]",
        f"block = {amounts.block}   # training texts an owner scores a first prompt on",
        f"requests = {amounts.requests}   # most questions of the search; more finds more",
        "",
        "[scoring]",
        f"calibration_examples = {amounts.calibration}",
    ]
    if guess.answers.kind != "closed":
        lines += [f"max_tokens = {guess.answers.max_tokens}   # of an answer"]
        lines += ['metric = { use = "exact" }   # the whole answer, but for capitals and spacing']
    elif guess.answers.wordings.mode == "generate":
        lines += _comment(guess.answers.wordings.reason)
        lines += ['read = "generate"', f"max_tokens = {guess.answers.max_tokens}"]
    return lines


def _caps(calls: int) -> list[str]:
    if not calls:
        return []
    return [
        "# Never passed: a run that reaches it stops, and goes on when this is raised.",
        "[caps]",
        f"calls = {calls}",
    ]
