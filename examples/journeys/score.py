"""Say how an app's answers score, and whether they are what `TunedPrompt.read` says."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.request import Request, urlopen

import orjson

from fedbbpt import TunedPrompt


def main() -> None:
    """Print one line; end with 1 where the app does not answer as the prompt was scored.

    Arguments: the journey's name, the tuned prompt's file, the app's library. The app's answers are
    in answers.jsonl, in the order of new.jsonl.
    """
    name, place, library = sys.argv[1:]
    tuned = TunedPrompt.load(place)
    rows = [json.loads(line) for line in lines("new.jsonl")]
    said = [json.loads(line) for line in lines("answers.jsonl")]
    if len(said) != len(rows):
        raise SystemExit(f"{name}: the app answered {len(said)} of {len(rows)} messages")
    meant = [ask(tuned, row["input"]) for row in rows]
    same = sum(one == other for one, other in zip(said, meant, strict=True))
    targets = [row["target"] for row in rows]
    run = json.loads((run_folder(place) / "stats.json").read_bytes())
    verdict = "reproduced" if same == len(rows) else f"NOT REPRODUCED: {len(rows) - same} differ"
    found = "a better prompt" if tuned.origin["accepted"] else "no improvement, the start is kept"
    print(
        f"{name:<10} {run['calls']:>4} calls: {found}; {library}: {right(said, targets)}; "
        f"TunedPrompt.read: {right(meant, targets)}; same answer {same}/{len(rows)}: {verdict}"
    )
    sys.exit(same != len(rows))


def lines(name: str) -> list[str]:
    """Return the lines of a file."""
    return Path(name).read_text(encoding="utf-8").splitlines()


def run_folder(tuned: str) -> Path:
    """Return the folder of the run that left a tuned prompt."""
    folder = Path(tuned).parent
    return folder.parent if folder.name == "owners" else folder


def ask(tuned: TunedPrompt, text: str) -> str | None:
    """Return the label that the tuned prompt gives a text, asked without any client library."""
    headers = {
        "Authorization": f"Bearer {os.environ['JOURNEY_KEY']}",
        "Content-Type": "application/json",
    }
    address = f"{os.environ['JOURNEY_URL']}/chat/completions"
    request = Request(address, data=orjson.dumps(tuned.request(text)), headers=headers)
    with urlopen(request, timeout=120) as reply:
        return tuned.read(json.load(reply)).label


def right(answers: Sequence[str | None], targets: Sequence[str]) -> str:
    """Return how many answers are right, in words."""
    count = sum(one == target for one, target in zip(answers, targets, strict=True))
    return f"{count} of {len(targets)} right"


if __name__ == "__main__":
    main()
