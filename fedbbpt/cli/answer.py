"""``fedbbpt answer``."""

import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fedbbpt.canonical import canonical_json
from fedbbpt.cli.answer_view import outcome_lines, plan_lines
from fedbbpt.cli.shared import INTERRUPTED, arm_crash, plain_errors
from fedbbpt.cli.voting_options import prepared_to_answer, with_recipe
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.voting_recipes import load_voting_recipe
from fedbbpt.errors import ConfigError
from fedbbpt.event_loop import run_until_done
from fedbbpt.experiment.answering.answering import Asking, answer
from fedbbpt.experiment.answering.asking_plan import RULES, AskingPlan
from fedbbpt.experiment.answering.gold import USUAL as USUAL_GOLD
from fedbbpt.experiment.answering.gold import GoldQuestion, gold_of
from fedbbpt.experiment.answering.mixes import Mixes, mixes_of
from fedbbpt.experiment.answering.outcome import Outcome
from fedbbpt.experiment.answering.questions import Asked, questions_of
from fedbbpt.experiment.answering.weighing import SPREADS, WEIGHTS, Weighing
from fedbbpt.safe_text import safe_json, safe_text

USUAL = {"shared": 5, "e-process": 40}
"""Calls a question of rules that do not ask every owner once; 20 for the others."""


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    file: Path
    asked: str
    recipe: str | None
    prompts: str
    rule: str
    budget: int | None
    most: int
    threshold: float
    delta: float
    window: int
    temperature: float
    weights: str
    gold: str | None
    spread: str
    column: str
    seed: int | None
    directory: Path | None
    dry_run: bool
    as_json: bool

    def asking(self, prepared: Prepared) -> Asking:
        """Return what is to be asked.

        Raises:
            ConfigError: an option cannot be meant.
            DataError: questions or prompts cannot be used.
        """
        draws = self._draws(prepared)
        questions, mixes = questions_of(self.asked, self.column), mixes_of(prepared, self.prompts)
        seed = prepared.run.seed if self.seed is None else self.seed
        try:
            plan = AskingPlan(
                rule=self.rule,
                draws=draws,
                most=self.most,
                threshold=self.threshold,
                delta=self.delta,
                window=self.window,
                seed=seed,
            )
            weighing = Weighing(self.weights, self.spread)
            gold = self._gold(prepared, weighing, questions, mixes, seed)
            return Asking(questions, plan, mixes, self.temperature, weighing, gold)
        except ValueError as error:
            raise ConfigError(f"--{error}") from error

    def _gold(
        self,
        prepared: Prepared,
        weighing: Weighing,
        questions: Sequence[Asked],
        mixes: Mixes,
        seed: int,
    ) -> tuple[GoldQuestion, ...]:
        if weighing.by_gold and len(prepared.data) == 1:
            raise ConfigError(
                f"--weights {self.weights}: one owner alone has nobody to be weighed against; "
                "leave it out"
            )
        if weighing.by_gold:
            return gold_of(prepared, self.gold or str(USUAL_GOLD), questions, mixes, seed)
        if self.gold is not None:
            raise ConfigError(
                f"--gold {self.gold}: votes count alike, so gold questions would be paid for "
                "nothing; add --weights reliability, or leave it out"
            )
        return ()

    def _draws(self, prepared: Prepared) -> int:
        each, owners = prepared.scoring.reasoning.most_requests, len(prepared.data)
        if self.budget is None:
            usual = owners if self.rule == "fixed" else USUAL.get(self.rule, 20)
            if self.recipe is None:
                return usual
            told = load_voting_recipe(self.recipe).answer
            return told.draws or owners * told.rounds
        if self.budget < each:
            raise ConfigError(
                f"--budget {self.budget}: one draw takes {each} calls in this way of reasoning; "
                "give at least as many"
            )
        return self.budget // each


@click.command(name="answer")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("asked", metavar="QUESTION|FILE")
@click.option("--recipe", help="A published way to vote: its options, unless you write others.")
@click.option(
    "--prompts",
    default="",
    help="tuned, mixture, start, all, a run's folder, or a JSON file; see below.",
)
@click.option("--rule", type=click.Choice(RULES), default="fixed", show_default=True)
@click.option("--budget", type=click.IntRange(min=1), help="Calls a question, at most.")
@click.option(
    "--most", type=click.IntRange(min=1), default=20, show_default=True, help="Of shared: draws."
)
@click.option("--threshold", type=float, default=0.95, show_default=True, help="Of ac.")
@click.option("--delta", type=float, default=0.05, show_default=True, help="Of e-process.")
@click.option("--window", type=int, default=5, show_default=True, help="Of esc.")
@click.option("--temperature", type=float, default=0.7, show_default=True, help="Of the draws.")
@click.option(
    "--weights",
    type=click.Choice(list(WEIGHTS)),
    default="equal",
    show_default=True,
    help="Of the owners' votes: by gold questions, or by the smaller of these and of agreement.",
)
@click.option("--gold", help="Gold questions: how many training examples (20), or a file.")
@click.option(
    "--spread",
    type=click.Choice(list(SPREADS)),
    default="plain",
    show_default=True,
    help="Of one owner's votes, by how likely each label was.",
)
@click.option("--column", default="input", show_default=True, help="Of the questions in FILE.")
@click.option(
    "--seed", type=click.IntRange(min=0), help="Of who draws what; the run's if left out."
)
@click.option(
    "--dir", "directory", type=click.Path(path_type=Path), help="Where calls and answers are kept."
)
@click.option("--dry-run", is_flag=True, help="Say what would be asked and what it costs at most.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
def command(**options: Any) -> None:  # noqa: ANN401 - click's values, typed by Options
    """Answer a question, or a file of them, by the vote of all owners of run file FILE.

    Every owner asks its own endpoint with its own prompts; ballots are counted, no reply travels.
    Without --prompts these are the tuned prompt of the run's folder, or the run file's start.

    fixed asks the owners in turn; ac, esc and e-process ask owners at random until the rule is
    content; shared gives one budget to all questions, the least settled always next. Stopped and
    started again it goes on where it was, and pays nothing twice. A vote hides no question from
    the endpoints that answer it.
    """
    given = Options(**with_recipe(options))
    arm_crash()
    prepared = prepared_to_answer(given.file, given.recipe)
    asking = given.asking(prepared)
    folder = given.directory or Path(f"{prepared.run.directory}-answers")
    if given.dry_run:
        for line in plan_lines(prepared, asking, folder):
            click.echo(safe_text(line))
        return
    outcome = _answer(prepared, asking, folder)
    if given.as_json:
        body = outcome.payload() | {
            "directory": str(folder),
            "answers": [one.payload() for one in outcome.answered],
        }
        click.echo(safe_json(canonical_json(body)))
    else:
        for line in outcome_lines(outcome, folder):
            click.echo(safe_text(line))
    if outcome.unanswered == len(outcome.answered):
        sys.exit(1)


def _answer(prepared: Prepared, asking: Asking, folder: Path) -> Outcome:
    try:
        return run_until_done(answer(prepared, asking, folder))
    except KeyboardInterrupt:
        again = shlex.join(["fedbbpt", *sys.argv[1:]])
        click.echo(f"stopped; every completion received is kept. Go on with: {again}", err=True)
        sys.exit(INTERRUPTED)
