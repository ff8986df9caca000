"""Sentences about films, each with one cue word, for the tiny transformer."""

import json
from pathlib import Path

import numpy as np
from tiny_transformer import BAD, GOOD

PLAIN = ("the", "film", "was", "about", "a", "house", "and", "we", "saw", "it", "with", "friends")


def write_sentences(path: Path, count: int, seed: int) -> Path:
    """Write as many sentences, half of them positive, no text twice; return the path."""
    rng = np.random.default_rng(seed)
    lines, seen = list[str](), set[str]()
    while len(lines) < count:
        positive = len(lines) % 2 == 0
        words = [str(word) for word in rng.choice(PLAIN, 6)]
        words[int(rng.integers(6))] = str(rng.choice(GOOD if positive else BAD))
        text = " ".join(words)
        if text not in seen:
            seen.add(text)
            target = "positive" if positive else "negative"
            lines.append(json.dumps({"id": str(len(lines)), "input": text, "target": target}))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
