"""``fedbbpt replay``."""

import shlex
import sys
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from fedbbpt.canonical import canonical_json
from fedbbpt.cli.replay_plan import plan_lines
from fedbbpt.cli.replay_terms import budgets_of, exemplars_for, rows_of
from fedbbpt.cli.shared import INTERRUPTED, arm_crash, plain_errors
from fedbbpt.cli.voting_options import prepared_to_answer
from fedbbpt.errors import ConfigError
from fedbbpt.event_loop import run_until_done
from fedbbpt.experiment.replaying.figures import Table
from fedbbpt.experiment.replaying.recording_plan import Recording, Samples
from fedbbpt.experiment.replaying.replayed_prompts import replayed_prompts
from fedbbpt.experiment.replaying.replaying import MARKDOWN, Set, Terms, check_samples, replay_all
from fedbbpt.experiment.replaying.training import learn_all
from fedbbpt.experiment.replaying.written_mix import check_place
from fedbbpt.safe_text import safe_json, safe_text

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    files: tuple[Path, ...]
    recipe: tuple[str, ...]
    prompts: str
    most: int
    samples: int
    samples_other: int | None
    samples_paraphrase: int | None
    samples_exemplars: int | None
    samples_train: int
    exemplars: tuple[str, ...]
    questions: int
    train_only: bool
    temperature: float
    paraphrases: int
    budgets: str
    replays: int
    least: float
    seed: int
    directory: Path
    write_mix: Path | None
    dry_run: bool
    as_json: bool

    def terms(self) -> Terms:
        """Return how methods are compared.

        Raises:
            ConfigError: an option cannot be meant.
        """
        rows = rows_of(self.recipe, self.paraphrases, len(self.exemplars))
        if self.write_mix is not None:
            check_place(self.write_mix)
            if len(self.files) > 1 or self.train_only:
                raise ConfigError(
                    f"--write-mix {self.write_mix}: a mix is of one run file's owners, from a "
                    "whole replay; give one file, without --train-only"
                )
        try:
            budgets = budgets_of(self.budgets)
            least = self.least / 100
            return Terms(budgets, self.replays, least, self.seed, rows, self.write_mix)
        except ValueError as error:
            raise ConfigError(f"--{error}") from error

    def sets(self) -> list[Set]:
        """Return the runs with what is recorded of each.

        Raises:
            FedbbptError: a run file, data or prompts cannot be used.
        """
        sets = []
        for file in self.files:
            prepared = prepared_to_answer(file, None)
            prompts = replayed_prompts(prepared, self.prompts, self.most)
            try:
                recording = Recording(
                    prompts.prompts,
                    self._samples(),
                    self.temperature,
                    self.paraphrases,
                    exemplars_for(self.exemplars, prepared.run.task.name),
                    self.questions,
                )
            except ValueError as error:
                raise ConfigError(f"--{error}") from error
            sets.append(Set(prepared, recording, prompts.notes))
        return sets

    def _samples(self) -> Samples:
        return Samples(
            self.samples,
            self.samples_other,
            self.samples_paraphrase,
            self.samples_exemplars,
            self.samples_train,
        )


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
@click.option("--samples-other", type=click.IntRange(min=1), help="Of prompts but the first.")
@click.option("--samples-paraphrase", type=click.IntRange(min=1), help="Of paraphrases.")
@click.option("--samples-exemplars", type=click.IntRange(min=1), help="Of exemplar sets.")
@click.option(
    "--samples-train",
    type=click.IntRange(min=0),
    default=0,
    help="Of training questions at most; 0 for no limit.",
)
@click.option(
    "--exemplars",
    multiple=True,
    metavar="[TASK=]FILE",
    help="Of fedbbpt exemplars, shown under the first prompt; repeatable.",
)
@click.option(
    "--questions",
    type=click.IntRange(min=0),
    default=0,
    help="Test questions of each owner at most; 0 for all.",
)
@click.option(
    "--train-only",
    is_flag=True,
    help="Ask training questions under the first prompt, say how they went, and stop.",
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
@click.option(
    "--write-mix",
    type=click.Path(path_type=Path),
    help="Write what ours chose at the largest budget, for answer --prompts.",
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
    arm_crash()
    terms, sets = given.terms(), given.sets()
    if given.dry_run:
        for one in sets:
            check_samples(one, terms)
            for note in one.notes:
                click.echo(safe_text(f"{one.name}: {note}"))
        for line in plan_lines(sets, training=given.train_only):
            click.echo(safe_text(line))
        return
    if given.train_only:
        _learn(given, sets)
        return
    table = _replay(given, sets, terms)
    if given.as_json:
        body = {"directory": str(given.directory), **table.payload()}
        click.echo(safe_json(canonical_json(body)))
    else:
        click.echo(safe_text(table.markdown()))
        click.echo(safe_text(f"Table: {given.directory / MARKDOWN}"))
        if given.write_mix is not None:
            click.echo(safe_text(f"Mix of ours, for answer --prompts: {given.write_mix}"))


def _learn(given: Options, sets: list[Set]) -> None:
    found = _done(learn_all(sets, given.directory, _announcing(given)))
    if given.as_json:
        body = {"directory": str(given.directory), "sets": [asdict(one) for one in found]}
        click.echo(safe_json(canonical_json(body)))
        return
    for one in found:
        for line in one.lines():
            click.echo(safe_text(line))


def _announcing(given: Options) -> Callable[[str], None]:
    return lambda text: click.echo(safe_text(text), err=given.as_json)


def _replay(given: Options, sets: list[Set], terms: Terms) -> Table:
    return _done(replay_all(sets, terms, given.directory, _announcing(given)))


def _done(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return run_until_done(work)
    except KeyboardInterrupt:
        again = shlex.join(["fedbbpt", *sys.argv[1:]])
        click.echo(f"stopped; every completion received is kept. Go on with: {again}", err=True)
        sys.exit(INTERRUPTED)
