"""Prepare four owners (product, movie, tweet, news) from the sentences rated for VADER.

The source distribution of vaderSentiment 3.3.2 (MIT licence) holds an inner archive with sentences
of four kinds and the mean of 20 people's ratings, from -4 to 4 (Hutto and Gilbert 2014, ICWSM).
Fetch it, then run:

    pip download --no-deps --no-binary vaderSentiment vaderSentiment==3.3.2
    python examples/vader4/prepare.py vaderSentiment-3.3.2.tar.gz OUT_DIR

The rule: keep sentences of 4 to 30 words whose mean rating is at least THRESHOLD away from 0;
positive above 0, negative below. HTML entities (&amp;) become their characters and runs of white
space one space; nothing else is changed, and bytes that are not UTF-8 are an error. Of equal texts
(case apart) the first stays. Of each domain a seeded sample is kept, half of it positive, at most
PER_DOMAIN in all and fewer where a label is rare. The same arguments give the same bytes.

The movie sentences come from the reviews behind SST-2: do not train on one and test on the other.
"""

import argparse
import hashlib
import html
import io
import json
import re
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SDIST_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
INNER_ARCHIVE = "additional_resources/hutto_ICWSM_2014.tar.gz"
GROUND_TRUTH = {
    "product": "amazonReviewSnippets_GroundTruth.txt",
    "movie": "movieReviewSnippets_GroundTruth.txt",
    "tweet": "tweets_GroundTruth.txt",
    "news": "nytEditorialSnippets_GroundTruth.txt",
}
FEWEST_WORDS, MOST_WORDS = 4, 30


class PrepareError(Exception):
    """The archive is not the one this script was written for."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which sentences are kept.

    Attributes:
        threshold: smallest distance of the mean rating from 0, above 0.
        per_domain: most sentences of one domain, at least 2.
        seed: names the sample.
    """

    threshold: float = 1.5
    per_domain: int = 180
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.threshold > 0:
            raise ValueError(f"--threshold: {self.threshold} is out of range; give more than 0")
        if self.per_domain < 2:
            raise ValueError(f"--per-domain: {self.per_domain} is too few; give at least 2")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with the mean of its ratings."""

    id: str
    domain: str
    rating: float
    text: str

    @property
    def target(self) -> str:
        """The label."""
        return "positive" if self.rating > 0 else "negative"


def read_archive(sdist: Path, expected_sha256: str = SDIST_SHA256) -> dict[str, bytes]:
    """Return the rated sentences of each domain as they stand in the archive.

    Nothing is installed or written to disk.

    Raises:
        PrepareError: no such file, another file than expected, or a part of it is missing.
    """
    try:
        data = sdist.read_bytes()
    except OSError as error:
        raise PrepareError(f"{sdist}: cannot be read ({error.strerror})") from error
    found = hashlib.sha256(data).hexdigest()
    if found != expected_sha256:
        raise PrepareError(
            f"{sdist}: sha256 is {found}, expected {expected_sha256}; give the source "
            "distribution vaderSentiment-3.3.2.tar.gz as the package index has it"
        )
    inner = _member(data, INNER_ARCHIVE)
    return {domain: _member(inner, name) for domain, name in GROUND_TRUTH.items()}


def _member(archive: bytes, ending: str) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as files:
            for entry in files:
                content = files.extractfile(entry) if entry.name.endswith(f"/{ending}") else None
                if content is not None:
                    return content.read()
    except (tarfile.TarError, OSError, EOFError) as error:
        raise PrepareError(f"the archive that should hold {ending} is damaged: {error}") from error
    raise PrepareError(f"{ending} is not in the archive")


def parse(domain: str, raw: bytes) -> list[Sentence]:
    """Return the sentences of one file: an id, a mean rating and a text a line, between tabs.

    Raises:
        PrepareError: the file is not UTF-8, or a line has another form.
    """
    try:
        lines = raw.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise PrepareError(
            f"{GROUND_TRUTH[domain]}: not UTF-8 at byte offset {error.start}"
        ) from error
    sentences: list[Sentence] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            name, rating, text = line.split("\t")
            sentences.append(Sentence(f"{domain}-{name}", domain, float(rating), clean(text)))
        except ValueError as error:
            raise PrepareError(
                f"{GROUND_TRUTH[domain]}, line {number}: not id, rating and text between tabs"
            ) from error
    return sentences


def clean(text: str) -> str:
    """Return the text with entities resolved, also twice escaped ones, and single spaces.

    >>> clean("A &amp;amp; B  &lt;3 AT&T")
    'A & B <3 AT&T'
    """
    before = ""
    while before != text:
        before = text
        # html.unescape alone would also turn "&copying" into a sign; the semicolon is required.
        text = re.sub(r"&#?\w+;", lambda entity: html.unescape(entity.group()), text)
    return " ".join(text.split())


def select(sentences: Sequence[Sentence], rule: Rule) -> list[Sentence]:
    """Return the sample of one domain, half of each label, sorted by id."""
    piles: dict[str, list[Sentence]] = {"positive": [], "negative": []}
    for sentence in sorted(sentences, key=lambda s: _lot(rule.seed, s.id)):
        piles[sentence.target].append(sentence)
    size = min(rule.per_domain // 2, *(len(pile) for pile in piles.values()))
    return sorted((s for pile in piles.values() for s in pile[:size]), key=lambda s: s.id)


def eligible(sentences: Iterable[Sentence], rule: Rule) -> list[Sentence]:
    """Return the clear sentences of fitting length, each text once over all domains."""
    seen: set[str] = set()
    kept: list[Sentence] = []
    for sentence in sentences:
        fits = FEWEST_WORDS <= len(sentence.text.split()) <= MOST_WORDS
        key = sentence.text.casefold()
        if fits and abs(sentence.rating) >= rule.threshold and key not in seen:
            seen.add(key)
            kept.append(sentence)
    return kept


def _lot(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()


def prepare(archive: Mapping[str, bytes], rule: Rule) -> dict[str, list[Sentence]]:
    """Return the sample of every domain."""
    everything = [sentence for domain, raw in archive.items() for sentence in parse(domain, raw)]
    kept = eligible(everything, rule)
    return {domain: select([s for s in kept if s.domain == domain], rule) for domain in archive}


def write(sentences: Sequence[Sentence], path: Path) -> None:
    """Write one JSON object a line: id, input, target, domain."""
    rows = (
        {"id": s.id, "input": s.text, "target": s.target, "domain": s.domain} for s in sentences
    )
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes("".join(lines).encode())


def main(arguments: Sequence[str] | None = None, expected_sha256: str = SDIST_SHA256) -> int:
    """Run the script; return the exit code."""
    usual = Rule()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sdist", type=Path, help="vaderSentiment-3.3.2.tar.gz")
    parser.add_argument("out_dir", type=Path, help="folder for the four files")
    parser.add_argument("--threshold", type=float, default=usual.threshold)
    parser.add_argument("--per-domain", type=int, default=usual.per_domain)
    parser.add_argument("--seed", type=int, default=usual.seed)
    given = parser.parse_args(arguments)
    try:
        rule = Rule(given.threshold, given.per_domain, given.seed)
        samples = prepare(read_archive(given.sdist, expected_sha256), rule)
    except (PrepareError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    given.out_dir.mkdir(parents=True, exist_ok=True)
    for domain, sample in samples.items():
        path = given.out_dir / f"{domain}.jsonl"
        write(sample, path)
        positive = sum(sentence.target == "positive" for sentence in sample)
        print(f"{path}: {len(sample)} sentences, {positive} positive")
    return 0


if __name__ == "__main__":
    sys.exit(main())
