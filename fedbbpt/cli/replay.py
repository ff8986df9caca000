"""``fedbbpt replay``."""

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fedbbpt.canonical import canonical_json
from fedbbpt.cli.shared import CRASH_AT, INTERRUPTED, plain_errors
from fedbbpt.cli.voting_options import prepared_to_answer
from fedbbpt.config.voting_recipes import load_voting_recipe, voting_recipe_names
from fedbbpt.errors import ConfigError
from fedbbpt.event_loop import run_until_done
from fedbbpt.experiment.answering.mixes import mixes_of
from fedbbpt.experiment.replaying.contest import PARAPHRASES
from fedbbpt.experiment.replaying.figures import Table
from fedbbpt.experiment.replaying.recording import Recording
from fedbbpt.experiment.replaying.replaying import MARKDOWN, Set, Terms, check_samples, replay_all
from fedbbpt.safe_text import safe_json, safe_text
from fedbbpt.storage.crash import arm
from fedbbpt.work.conversing import tells_all


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    files: tuple[Path, ...]
    recipe: tuple[str, ...]
    prompts: str
    most: int
    samples: int
    temperature: float
    paraphrases: int
    budgets: str
    replays: int
    least: float
    seed: int
    directory: Path
    dry_run: bool
    as_json: bool

    def terms(self) -> Terms:
        """Return how methods are compared.

        Raises:
            ConfigError: an option cannot be meant.
        """
        try:
            budgets = tuple(sorted({int(word) for word in self.budgets.split(",")}))
            return Terms(budgets, self.replays, self.least / 100, self.seed, self._methods())
        except ValueError as error:
            raise ConfigError(f"--{error}; write --budgets 1,3,5,10,20") from error

    def _methods(self) -> tuple[str, ...]:
        named = []
        for name in self.recipe:
            replayed = load_voting_recipe(name).replayed
            if not replayed:
                known = [n for n in voting_recipe_names() if load_voting_recipe(n).replayed]
                raise ConfigError(
                    f"--recipe {name}: it asks what no table records; replayed are "
                    f"{', '.join(known)}. Name its way of reasoning in the run file instead"
                )
            if replayed == PARAPHRASES and not self.paraphrases:
                raise ConfigError(
                    f"--recipe {name}: it votes over paraphrases; add --paraphrases 4"
                )
            named.append(replayed)
        return tuple(named)

    def sets(self) -> list[Set]:
        """Return the runs with what is recorded of each.

        Raises:
            FedbbptError: a run file, data or prompts cannot be used.
        """
        sets = []
        for file in self.files:
            prepared = prepared_to_answer(file, None)
            own = mixes_of(prepared, self.prompts).own
            mix = own[min(own)].mix
            try:
                recording = Recording(
                    mix.ingredients[: self.most], self.samples, self.temperature, self.paraphrases
                )
            except ValueError as error:
                raise ConfigError(f"--{error}") from error
            sets.append(Set(prepared, recording))
        return sets


@click.command(name="replay")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--recipe",
    multiple=True,
    help="Only these ways to vote, and ours; repeatable; all if left out.",
)
@click.option("--prompts", default="all", show_default=True, help="As for answer; the first leads.")
@click.option("--most", type=click.IntRange(min=2), default=8, show_default=True, help="Prompts.")
@click.option(
    "--samples", type=click.IntRange(min=1), default=40, show_default=True, help="Of each cell."
)
@click.option("--temperature", type=float, default=1.0, show_default=True, help="Of the samples.")
@click.option(
    "--paraphrases",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Written of each test question, at its cost, and asked under the first prompt.",
)
@click.option("--budgets", default="1,3,5,10,20", show_default=True, help="Calls a question.")
@click.option("--replays", type=click.IntRange(min=1), default=5, show_default=True)
@click.option(
    "--least",
    type=float,
    default=0.5,
    show_default=True,
    help="Points that a majority must win over one draw on train, for a set to count.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), default="runs/replay", show_default=True
)
@click.option("--dry-run", is_flag=True, help="Say what would be recorded and what it costs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end.")
@plain_errors
def command(**options: Any) -> None:  # noqa: ANN401 - click's values, typed by Options
    """Compare ways to vote on answers that are recorded once: one set a run FILE.

    Every prompt is asked about every training and test question through the owners' endpoints;
    what is recorded is kept. Then each method draws from that table without replacement and pays
    for every call, choosing included. Where replies tell label log-probabilities, one call a cell
    tells them, and samples are drawn from these.
    """
    given = Options(**options)
    arm(int(os.environ[CRASH_AT]) if CRASH_AT in os.environ else None)
    terms, sets = given.terms(), given.sets()
    if given.dry_run:
        for one in sets:
            check_samples(one, terms)
        for line in _plan(sets):
            click.echo(safe_text(line))
        return
    table = _replay(given, sets, terms)
    if given.as_json:
        body = {"directory": str(given.directory), **table.payload()}
        click.echo(safe_json(canonical_json(body)))
    else:
        click.echo(safe_text(table.markdown()))
        click.echo(safe_text(f"Table: {given.directory / MARKDOWN}"))


def _replay(given: Options, sets: list[Set], terms: Terms) -> Table:
    def announce(text: str) -> None:
        click.echo(safe_text(text), err=given.as_json)

    try:
        return run_until_done(replay_all(sets, terms, given.directory, announce))
    except KeyboardInterrupt:
        again = shlex.join(["fedbbpt", *sys.argv[1:]])
        click.echo(f"stopped; every completion received is kept. Go on with: {again}", err=True)
        sys.exit(INTERRUPTED)


def _plan(sets: list[Set]) -> Iterator[str]:
    total = 0
    for one in sets:
        data, reasoning = one.prepared.data.values(), one.prepared.scoring.reasoning
        questions = sum(len(own.train) + len(own.test) for own in data)
        each = 1 if tells_all(reasoning) else one.recording.samples * reasoning.most_requests
        calls = questions * len(one.recording.prompts) * each
        extra = sum(len(own.test) for own in data) * one.recording.paraphrases * (1 + each)
        calls += extra
        total += calls
        yield (
            f"{one.name}: {questions:,} questions x {len(one.recording.prompts)} prompts x {each}"
            f"{f' + {extra:,} for paraphrases' if extra else ''} = {calls:,} calls at most"
        )
    yield f"{total:,} calls at most"
