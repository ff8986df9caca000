"""``fedbbpt compare-prompts``."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from fedbbpt.canonical import canonical_json
from fedbbpt.cli.shared import INTERRUPTED, plain_errors
from fedbbpt.config.endpoints import connector
from fedbbpt.config.sections import CapsSection
from fedbbpt.config.spending import caps_of, check_spending
from fedbbpt.config.strict import as_table, read_toml
from fedbbpt.datasets.columns import Columns
from fedbbpt.datasets.reading import read_examples
from fedbbpt.endpoints import Connector
from fedbbpt.endpoints.spending.ledger import Caps
from fedbbpt.errors import ConfigError
from fedbbpt.event_loop import run_until_done
from fedbbpt.experiment.contenders import contenders, named_prompt
from fedbbpt.experiment.contest import Contest, hold
from fedbbpt.experiment.contest_outcome import Outcome, Side
from fedbbpt.runs import phrases
from fedbbpt.safe_text import safe_text


@dataclass(frozen=True, slots=True)
class Options:
    """The command's options, each as its help says."""

    first: str
    second: str
    data: str
    endpoint: str
    model: str | None
    key_env: str | None
    labels: tuple[str, ...]
    metric: str
    directory: Path
    calls: int
    tokens: int
    dollars: float
    as_json: bool

    def connector(self) -> Connector:
        """Return the endpoint of ``--endpoint``: an address, or a client file's table."""
        if not self.endpoint.startswith(("http://", "https://")):
            if self.model or self.key_env:
                raise ConfigError("--model, --key-env: the client file of --endpoint says them")
            path = Path(self.endpoint)
            table = as_table(read_toml(path, "client file").get("endpoint", {}), "endpoint")
            return connector(table, "endpoint", os.environ)
        if self.model is None:
            raise ConfigError("--model: name the model as the server at --endpoint knows it")
        table = {"use": "openai", "url": self.endpoint, "model": self.model}
        key: Mapping[str, object] = {"key_env": self.key_env} if self.key_env else {}
        return connector({**table, **key}, "endpoint", os.environ)

    def caps(self, connected: Connector) -> Caps:
        """Return the caps of this comparison; on money only where the endpoint's price is known."""
        caps = caps_of(CapsSection(calls=self.calls, tokens=self.tokens, dollars=self.dollars))
        check_spending(caps, {"endpoint": connected.profile()}, evaluated=False)
        return caps


@click.command(name="compare-prompts")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--data", required=True, help="Examples: a file, or hf:DATA_SET.")
@click.option("--endpoint", required=True, help="Address of a server, or path of a client file.")
@click.option("--model", help="The model's name at that address.")
@click.option("--key-env", help="NAME of the variable that holds the key for it.")
@click.option(
    "--label", "labels", multiple=True, help="A label; repeat. Needed if no file has any."
)
@click.option(
    "--metric",
    default="",
    help="What is compared, for example macro_f1; accuracy, or exact without labels, if left out.",
)
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    default="runs/compare-prompts",
    show_default=True,
    help="Where calls are kept; nothing there is paid twice.",
)
@click.option("--calls", type=click.IntRange(min=0), default=0, help="Cap on calls; 0 for none.")
@click.option("--tokens", type=click.IntRange(min=0), default=0, help="Cap on tokens; 0 for none.")
@click.option(
    "--dollars", type=click.FloatRange(min=0), default=0.0, help="Cap on money; 0 for none."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
def command(**options: Any) -> None:  # noqa: ANN401 - click's values, typed by Options
    """Score prompts A and B on the same examples at the same endpoint, in pairs.

    A and B are tuned prompts, JSON lists of messages, or text:TEMPLATE with {input}. Each is asked
    and read as its own file says.
    """
    given = Options(**options)
    prompts = named_prompt(given.first), named_prompt(given.second)
    connected = given.connector()
    first, second = contenders(prompts, given.labels, connected.profile())
    examples = read_examples(given.data, Columns(), first.tuned.labels)
    contest = Contest(first, second, examples, given.metric)
    try:
        outcome = run_until_done(hold(contest, connected, given.directory, given.caps(connected)))
    except KeyboardInterrupt:
        click.echo("stopped; every completion received is kept: ask again to go on", err=True)
        sys.exit(INTERRUPTED)
    if given.as_json:
        click.echo(canonical_json(outcome.payload()))
    else:
        for line in _lines(outcome):
            click.echo(safe_text(line))


def _lines(outcome: Outcome) -> Iterator[str]:
    test = outcome.comparison
    yield f"{outcome.items:,} examples went to {outcome.destination}"
    scores = phrases.metric_name(outcome.metric) if outcome.first.accuracy else "scores"
    yield f"{test.n:,} of them have a reply for both prompts; {scores} with 95 % intervals:"
    yield from _side("A", outcome.first)
    yield from _side("B", outcome.second)
    yield f"B less A: {phrases.comparison_line(test)}"
    if outcome.exact or test.wins or test.losses:
        yield f"B alone is right on {test.wins:,} items, A alone on {test.losses:,}"
    yield f"p by {outcome.test}, one-sided: such a gain if B is not better"
    yield (
        f"cost: {outcome.requests:,} requests, {outcome.hits:,} answered from the journal, "
        f"{outcome.calls:,} calls"
    )


def _side(letter: str, side: Side) -> Iterator[str]:
    read = "calibrated" if side.calibrated else "raw"
    cell = side.cell
    yield f"{letter}  {' '.join(side.name.split())}"
    yield (
        f"   {phrases.percent(cell.score)} ({phrases.span(cell.low, cell.high)}), {read}, "
        f"{side.missing:,} missing, {side.unreadable:,} unreadable"
    )
    if side.accuracy:
        low, high = side.accuracy.low, side.accuracy.high
        yield f"   accuracy {phrases.percent(side.accuracy.score)} ({phrases.span(low, high)})"
