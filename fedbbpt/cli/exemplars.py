"""``fedbbpt exemplars``."""

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fedbbpt.cli.shared import INTERRUPTED, arm_crash, plain_errors
from fedbbpt.config.prepare import Prepared, prepare
from fedbbpt.config.runfile import load_run
from fedbbpt.errors import ConfigError
from fedbbpt.event_loop import run_until_done
from fedbbpt.exemplars.as_toml import exemplars_toml
from fedbbpt.exemplars.choosing import HOW, Encoder
from fedbbpt.exemplars.solved import Proof
from fedbbpt.experiment.answering.questions import questions_of
from fedbbpt.experiment.exemplars import Made, Making, check_making, make_exemplars
from fedbbpt.metrics.sentence_encoder import load_encoder
from fedbbpt.safe_text import safe_text
from fedbbpt.storage.atomic import write_atomic
from fedbbpt.text_features import text_features

NOTHING = (
    "nothing was written; raise --draws, lower --share, give targets in the pool, or let owners "
    "grant texts (or ask with --owner)"
)


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    file: Path
    pool: Path
    out: Path
    choose: str
    count: int
    draws: int
    temperature: float
    share: float
    delta: float
    owner: str
    features: str
    column: str
    name: str
    directory: Path | None
    dry_run: bool

    def making(self) -> Making:
        """Return what is to be made.

        Raises:
            ConfigError: an option cannot be meant.
            DataError: the pool cannot be used.
        """
        pool = questions_of(str(self.pool), self.column)
        try:
            return Making(
                pool=pool,
                how=self.choose,
                count=self.count,
                draws=self.draws,
                temperature=self.temperature,
                proof=Proof(self.share, self.delta),
                owner=self.owner,
                encoder=self._encoder(),
            )
        except ValueError as error:
            raise ConfigError(f"--{error}") from error

    def _encoder(self) -> Encoder:
        return load_encoder(self.features, Path()) if self.features else text_features


@click.command(name="exemplars")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("pool", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("exemplars.toml"), show_default=True
)
@click.option(
    "--choose", type=click.Choice(HOW), default="clusters", show_default=True, help="See below."
)
@click.option("--count", type=click.IntRange(min=1), default=8, show_default=True)
@click.option(
    "--draws", type=click.IntRange(min=1), default=10, show_default=True, help="Of every question."
)
@click.option("--temperature", type=float, default=0.7, show_default=True, help="Of the draws.")
@click.option(
    "--share",
    type=float,
    default=0.6,
    show_default=True,
    help="Of an unchecked answer, least.",
)
@click.option(
    "--delta", type=float, default=0.05, show_default=True, help="Its e-value is 1/delta or more."
)
@click.option("--owner", default="", help="Who asks alone; all owners if left out.")
@click.option("--features", default="", help="Sentence encoder of clusters; n-grams if left out.")
@click.option("--column", default="input", show_default=True, help="Of the questions in POOL.")
@click.option("--name", default="made", show_default=True, help="Of the set.")
@click.option("--dir", "directory", type=click.Path(path_type=Path), help="Where calls are kept.")
@click.option("--dry-run", is_flag=True, help="Say what would be asked and what it costs at most.")
@plain_errors
def command(**options: Any) -> None:  # noqa: ANN401 - click's values, typed by Options
    """Make exemplars for chain of thought from a file POOL of questions, as run file FILE asks.

    Every question is asked --draws times. Where POOL has targets, a reply is shown that reached
    one; where it has none, a reply with the answer of the vote, and only if the vote has the share
    and the e-value that are asked for.

    clusters shows questions unlike each other, uncertain those whose draws disagree most, complex
    the longest chains. With several owners a reply leaves its owner only by its grant (texts) and
    past its leak guard; with --owner nothing leaves.
    """
    given = Options(**options)
    arm_crash()
    prepared = prepare(load_run(given.file), os.environ)
    making = given.making()
    notes = check_making(prepared, making)
    folder = given.directory or Path(f"{prepared.run.directory}-exemplars")
    if given.dry_run:
        for line in (*_plan(prepared, making, folder), *notes):
            click.echo(safe_text(line))
        return
    made = _made(prepared, making, folder)
    for line in _lines(made):
        click.echo(safe_text(line))
    if not made.shown:
        sys.exit(1)
    write_atomic(given.out, _text(given, making, made).encode())
    click.echo(safe_text(f"written to {given.out}; in a run file: [reasoning] {_use(given, made)}"))


def _made(prepared: Prepared, making: Making, folder: Path) -> Made:
    try:
        return run_until_done(make_exemplars(prepared, making, folder))
    except KeyboardInterrupt:
        again = shlex.join(["fedbbpt", *sys.argv[1:]])
        click.echo(f"stopped; every completion received is kept. Go on with: {again}", err=True)
        sys.exit(INTERRUPTED)


def _plan(prepared: Prepared, making: Making, folder: Path) -> Iterator[str]:
    names = [making.owner] if making.owner else sorted(prepared.data)
    each = prepared.scoring.reasoning.most_requests
    places = sorted({prepared.profile_of(name).destination for name in names})
    yield f"questions go to: {', '.join(places)}"
    yield (
        f"{len(making.pool):,} questions x {making.draws} draws x {each} calls = "
        f"{len(making.pool) * making.draws * each:,} calls at most"
    )
    yield f"kept in {folder}"


def _lines(made: Made) -> Iterator[str]:
    checked = sum(one.checked for one in made.shown)
    yield (
        f"{len(made.shown)} exemplars of {made.usable} usable questions of {made.pool}: {checked} "
        f"with a known answer, {len(made.shown) - checked} with the answer of a vote"
    )
    if made.withheld:
        yield (
            f"{made.withheld} replies stayed at their owners: no grant of texts, or the leak guard "
            "saw something of an example in them"
        )
    if made.missing:
        yield f"{made.missing} draws without a reply"
    if not made.shown:
        yield NOTHING
    yield f"{made.calls:,} calls paid now"


def _text(given: Options, making: Making, made: Made) -> str:
    whose = f"by {making.owner} alone: keep it there" if making.owner else "by all owners"
    unchecked = sum(not one.checked for one in made.shown)
    return exemplars_toml(
        given.name,
        f"made by fedbbpt exemplars from {given.pool.name}",
        made.shown,
        f"Chosen by {making.how}, {whose}; {unchecked} answers are of a vote and unchecked.",
        made.cost,
    )


def _use(given: Options, made: Made) -> str:
    warned = "" if all(one.checked for one in made.shown) else ", unchecked = true"
    return (
        f'use = "few_shot_cot", library = "{given.out}", exemplars = "{given.name}", '
        f"count = {len(made.shown)}{warned}"
    )
