"""Generated chain of thought: an answers table as large as fits the hours, and methods on it.

    python examples/reasoning/cot.py DATA [--hours 8] [--out runs/cot] [--quick]

DATA is a folder of sets, see README.md here. The pace is measured first, tasks are chosen on their
training questions, then the table is recorded. Stopped and started again, it goes on where it was.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# Beside this file, wherever it is started from.
sys.path.insert(0, str(Path(__file__).resolve().parent))

import cot_runs
import cot_size
from cot_runs import Dealt, answered, dealt, domains_too_small, without, write_prompts, write_run
from cot_sets import CotError, Set, chance, chosen_sets, read_set, unread_domains
from cot_size import Samples, Tried, Wanted, fitted, lines, shares


class Work(NamedTuple):
    """A set with its rows and its run file."""

    one: Set
    rows: Dealt
    path: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; return the exit code."""
    given = _parser().parse_args(arguments)
    try:
        if given.endpoint not in {"embedded", "scripted"} and "@http" not in given.endpoint:
            raise CotError(f"--endpoint {given.endpoint}: say embedded, scripted, or MODEL@ADDRESS")
        if given.hours <= 0:
            raise CotError(f"--hours {given.hours}: give a number above 0")
        if not given.data.is_dir():
            raise CotError(f"{given.data}: no such folder; say DATA=folder of the sets")
        return _make(given)
    except CotError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print("stopped; the same command goes on where it was", file=sys.stderr)
        return int(error.returncode)


def _make(given: argparse.Namespace) -> int:
    size = cot_runs.QUICK if given.quick else cot_runs.Size()
    samples = cot_size.QUICK if given.quick else Samples()
    write_prompts(given.out / "sets")
    works = _works(given, size)
    training = ["--train-only", "--samples-train"]
    if given.dry_run:
        files = [str(work.path) for work in works]
        return _replay(given, files, [*training, str(samples.train), "--dry-run"])
    pace = _pace(given, works[0], training)
    print(f"pace: {pace:,.0f} tokens a second, read and written", flush=True)
    works, wanted = _chosen(given, works, size, [*training, str(samples.train)])
    fewest = 4 if given.quick else 10
    fit = fitted(wanted, samples, given.hours * 3600 * pace, fewest)
    for line in lines(fit, samples, pace):
        print(line, flush=True)
    kept = [work for work in works if work.one.name in {one.name for one in fit.sets}]
    shown = [word for work in kept for word in _exemplars(work, samples)]
    return _replay(given, [str(work.path) for work in kept], _table(given, samples, fit, shown))


def _works(given: argparse.Namespace, size: cot_runs.Size) -> list[Work]:
    works = []
    sets = chosen_sets([name for name in given.sets.split(",") if name])
    for domain in unread_domains(sets, given.data):
        print(f"{domain}: excluded, its answers are of no kind that is read here", flush=True)
    for one in sets:
        examples = read_set(one, given.data)
        if not examples:
            print(f"{one.name}: absent from {given.data}, left out", flush=True)
            continue
        rows = dealt(examples, size.pool)
        small = domains_too_small(one, rows, size)
        for domain in small:
            print(f"{one.name}, {domain}: excluded, too few questions", flush=True)
        works.append(_written(given, one, without(rows, small), size))
    if not works:
        raise CotError(f"{given.data}: none of the sets is there; see examples/reasoning/README.md")
    return works


def _written(given: argparse.Namespace, one: Set, rows: Dealt, size: cot_runs.Size) -> Work:
    path = write_run(one, rows, size, given.out / "sets" / one.name, given.endpoint)
    return Work(one, rows, path)


def _pace(given: argparse.Namespace, work: Work, training: Sequence[str]) -> float:
    """Return tokens a second, measured once and kept."""
    kept = given.out / "pace.json"
    if given.tokens_per_second:
        return float(given.tokens_per_second)
    if not kept.exists():
        _check(_replay(given, [str(work.path)], [*training, "1"]))
        (one,) = _training(given)
        paid, seconds = float(str(one["paid_tokens"])), float(str(one["seconds"]))
        if not paid or not seconds:
            raise CotError(
                "nothing was asked now, so the pace is not known; say --tokens-per-second N, or "
                f"take another folder than --out {given.out}"
            )
        kept.write_text(json.dumps({"tokens_per_second": paid / seconds}), encoding="utf-8")
    return float(json.loads(kept.read_text(encoding="utf-8"))["tokens_per_second"])


def _chosen(
    given: argparse.Namespace, works: Sequence[Work], size: cot_runs.Size, training: Sequence[str]
) -> tuple[list[Work], list[Wanted]]:
    """Return the sets between chance and perfect on training questions, without other domains."""
    _check(_replay(given, [str(work.path) for work in works], training))
    found = {str(one["name"]): one for one in _training(given)}
    kept, wanted = [], []
    for work in works:
        said = found[work.one.name]
        owners = said["owners"]
        if not isinstance(owners, list):
            raise CotError(f"{given.out}/training.json: no owners of {work.one.name}")
        tried = _tried(work, owners)
        excluded = {one.task: one.excluded for one in tried if one.excluded}
        for task, why in excluded.items():
            print(f"{task}: excluded, {why}", flush=True)
        if len(excluded) == len(tried):
            continue
        domains = [str(o["owner"]) for o in owners if f"{work.one.name}, {o['owner']}" in excluded]
        after = _written(given, work.one, without(work.rows, domains), size)
        kept.append(after)
        tokens = float(str(said["tokens"])) / max(1, int(str(said["calls"])))
        count = len(owners) - len(domains)
        most = answered(work.one, after.rows, size)
        wanted.append(Wanted(work.one.name, count, size.train, most, tokens))
    if not kept:
        raise CotError("no task is between chance and perfect on its training questions")
    return kept, wanted


def _tried(work: Work, owners: Sequence[Mapping[str, object]]) -> list[Tried]:
    one = work.one
    if not one.by_domain:
        texts = [example["input"] for example in work.rows.rest]
        return [Tried(one.name, shares(owners), chance(one.kind, texts))]
    tried = []
    for owner in owners:
        texts = [e["input"] for e in work.rows.rest if e["domain"] == owner["owner"]]
        tried.append(
            Tried(f"{one.name}, {owner['owner']}", shares([owner]), chance(one.kind, texts))
        )
    return tried


def _exemplars(work: Work, samples: Samples) -> list[str]:
    """Return the option that shows pseudo-labelled exemplars; nothing where none could be made."""
    made = work.path.parent / "made.toml"
    words = [sys.executable, "-m", "fedbbpt", "exemplars", str(work.path)]
    words += [str(work.path.parent / "pool.jsonl"), "--out", str(made), "--count", "4"]
    words += ["--draws", str(samples.pool), "--dir", str(work.path.parent / "exemplars")]
    words += ["--delta", str(samples.delta), "--share", "0.5"]
    if work.rows.pool and subprocess.run(words, check=False).returncode == 0:
        return ["--exemplars", f"{work.one.name}={made}"]
    print(f"{work.one.name}: no exemplars could be made, so fed-dp-cot has no row", flush=True)
    return []


def _table(
    given: argparse.Namespace, samples: Samples, fit: cot_size.Fit, shown: Sequence[str]
) -> list[str]:
    words = ["--samples", str(samples.first), "--samples-other", str(samples.other)]
    words += ["--samples-paraphrase", str(samples.paraphrase)]
    words += ["--samples-train", str(samples.train), "--paraphrases", str(samples.paraphrases)]
    words += ["--questions", str(fit.questions), "--most", str(cot_size.PROMPTS)]
    # No set is left out for a majority that wins little: tasks were chosen before.
    words += ["--least", "-100", *shown]
    budgets = "1,5" if given.quick else "1,3,5,10,20,40"
    return [*words, "--budgets", budgets, *(["--replays", "2"] if given.quick else [])]


def _training(given: argparse.Namespace) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(
        (given.out / "training.json").read_text(encoding="utf-8")
    )["sets"]
    return found


def _replay(given: argparse.Namespace, files: Sequence[str], more: Sequence[str]) -> int:
    words = [sys.executable, "-m", "fedbbpt", "replay", *files, "--dir", str(given.out)]
    words += ["--temperature", "0.7", *more]
    return subprocess.run(words, check=False).returncode


def _check(code: int) -> None:
    if code:
        raise subprocess.CalledProcessError(code, "fedbbpt replay")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Compare ways to vote over chains of thought.")
    parser.add_argument("data", type=Path, help="folder of the sets")
    parser.add_argument("--hours", type=float, default=8.0, help="that the table may take")
    parser.add_argument("--out", type=Path, default=Path("runs/cot"), help="kept here")
    parser.add_argument("--sets", default="", help="names, with commas between; all if left out")
    parser.add_argument("--tokens-per-second", type=float, default=0.0, help="instead of measuring")
    parser.add_argument("--quick", action="store_true", help="tiny sizes")
    parser.add_argument(
        "--endpoint",
        default="embedded",
        help="embedded, scripted, or MODEL@ADDRESS of a server: smollm2@http://127.0.0.1:8080/v1",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what choosing tasks costs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
