"""Private notes with planted secrets, runs over them, and a search for what came out."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import resolve
from fedbbpt.data import Example
from fedbbpt.experiment.running import Finished, Watcher, run_experiment
from fedbbpt.privacy.plain import letters_of
from fedbbpt.runs.directory import RunDirectory

LABELS = ("complaint", "praise")
OWNERS = ("north", "south")
PER_OWNER = 25
LEXICON = {"complaint": {"broken": 1.0, "late": 1.0}, "praise": {"thanks": 1.0, "kind": 1.0}}
SEEN = 8
"""Letters of a secret in a row that nobody may find."""

_SYLLABLES = tuple(
    a + b for a in "bdfgklmprstvz" for b in ("ack", "elv", "irn", "osk", "unt", "yd")
)
_CUES = ("broken", "thanks", "late", "kind", "slow", "fine")
_STORIES = (
    "The lamp on the second landing is {cue} and nobody came to look at it since the spring fair",
    "My order of green curtains was {cue}, as the driver who brought it had told us on the phone",
    "At the counter they were {cue} about the missing stamp on the form for the garden shed",
    "We waited with two children in the cold hall and the answer at the end was {cue} again",
)


def secret(number: int) -> str:
    """Return one secret: a name, a word, a telephone number, an address or a code, by turns."""
    drawn = sha256(f"secret {number}".encode()).digest()
    letters = "".join(_SYLLABLES[byte % len(_SYLLABLES)] for byte in drawn[:4])
    digits = f"{int.from_bytes(drawn[4:8]) % 10**9:09d}"
    kinds = (
        f"{letters[:5].title()} {letters[5:].title()}son",
        f"{letters}ville",
        f"{digits[:3]}-{digits[3:6]} {digits[6:]}",
        f"{letters}@post{digits[:3]}.example",
        f"{letters[:4]}{digits[:5]}{letters[4:7]}",
    )
    return kinds[number % len(kinds)]


def secrets() -> tuple[str, ...]:
    """Return all of them, one a note, all different."""
    return tuple(secret(number) for number in range(PER_OWNER * len(OWNERS)))


def notes(owner: int) -> list[dict[str, str]]:
    """Return one owner's notes; each holds a secret of its own."""
    made = []
    for place, hidden in enumerate(secrets()[owner * PER_OWNER :][:PER_OWNER]):
        story = _STORIES[place % len(_STORIES)].format(cue=_CUES[(place // 2) % len(_CUES)])
        text = f"{story}, says {OWNERS[owner]} file {place}. Ask {hidden}"
        made.append({"id": f"{owner}-{place}", "input": text, "target": LABELS[place % 2]})
    return made


def examples(owner: int) -> tuple[Example, ...]:
    """Return the same as examples."""
    return tuple(Example(n["id"], n["input"], (n["target"],)) for n in notes(owner))


def write_world(folder: Path) -> None:
    """Write the owners' files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for place, owner in enumerate(OWNERS):
        lines = "".join(f"{json.dumps(note)}\n" for note in notes(place))
        (folder / f"{owner}.jsonl").write_text(lines)


def prepared_run(folder: Path, endpoint: Mapping[str, object], generations: int = 3) -> Prepared:
    """Return a run of two owners, real ones, that grant texts, by the recipe ``gepa-like``."""
    write_world(folder)
    breeding = {"population": 3, "parents": 3, "children": 16, "finalists": 1}
    grants = {"texts": True}
    tables = {
        "recipe": "gepa-like",
        "seed": 5,
        "task": {"name": "leaks", "topic": "kind of note", "labels": list(LABELS)},
        "prompt": {"system": "Say {labels}.", "user": "Note: {input}"},
        "space": {"limit": 3},
        "optimizer": {**breeding, "generations": generations},
        "search": {"candidates": 20, "block": 12, "requests": 4000, "rounds": 12},
        "scoring": {"calibration_examples": 8},
        "roles": {"train": 15, "dev": 5, "test": 5},
        "owner": [{"name": one, "data": f"{one}.jsonl", "grants": grants} for one in OWNERS],
        "endpoint": dict(endpoint),
    }
    return prepare(resolve(tables, folder), {})


async def played(prepared: Prepared, directory: Path, told: list[str]) -> Finished:
    """Run it; what the server tells people goes into ``told``."""
    watcher = Watcher(lambda stage, summary: told.append(f"{stage} {summary}"), told.append)
    return await run_experiment(prepared, RunDirectory(directory), watcher, baselines=False)


def left_behind(directory: Path) -> dict[str, str]:
    """Return all that a run left but the owners' own journal, by file name.

    ``calls.log`` is where owners keep what their endpoints said; it never leaves them.
    """
    files = (path for path in sorted(directory.rglob("*")) if path.is_file())
    kept = {str(path.relative_to(directory)): path for path in files}
    return {
        name: path.read_bytes().decode("utf-8", "replace")
        for name, path in kept.items()
        if name != "calls.log"
    }


def seen_in(text: str, hidden: Sequence[str]) -> list[str]:
    """Return the secrets of which a good part stands in a text, whatever stands between."""
    letters = letters_of(text)
    both = (letters, letters[::-1])
    return [
        one
        for one in hidden
        if any(part in found for part in _parts(letters_of(one)) for found in both)
    ]


def _parts(letters: str) -> list[str]:
    size = min(SEEN, len(letters))
    return [letters[i : i + size] for i in range(len(letters) - size + 1)]
