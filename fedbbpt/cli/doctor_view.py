"""What the doctor says on a terminal: one block an endpoint, the headroom test, settings."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fedbbpt.cli.doctor_words import answering
from fedbbpt.cli.plan import say
from fedbbpt.cli.view import plain
from fedbbpt.diagnosis.advice import recommended
from fedbbpt.diagnosis.examination import STEPS
from fedbbpt.diagnosis.findings import Findings, Subject
from fedbbpt.diagnosis.headroom import LEAST, OPEN, Headroom
from fedbbpt.diagnosis.toml_text import toml_text
from fedbbpt.safe_text import safe_text


def show_steps(console: Console, subjects: Sequence[Subject], *, details: bool) -> None:
    """Print which endpoints are examined and, if wanted, with which calls."""
    for subject in subjects:
        calls = sum(step.calls for step in STEPS)
        place = subject.profile.destination
        say(console, f"{subject.name}: {place}, at most {calls} calls, no example is sent")
    for step in STEPS if details else ():
        say(console, f"  {step.calls:>2}  {step.name}")


def show_findings(console: Console, findings: Findings) -> None:
    """Print what was found of one endpoint and, where it answers, the settings to use."""
    table = Table.grid(padding=(0, 2))
    for name, text in _rows(findings):
        table.add_row(Text(name, style="dim"), plain(text))
    console.print()
    console.print(plain(f"{findings.subject.name}: {findings.subject.profile.name}", "bold"))
    console.print(table)
    style = "bold red" if findings.problem else "bold green"
    console.print(plain("not usable as it is" if findings.problem else "usable", style))
    if findings.problem:
        console.print(plain(findings.problem))
    if findings.tier:
        console.print()
        console.print(plain("Recommended:"))
        # Never folded: it is there to be copied.
        text = toml_text(recommended(findings))
        console.print(Text(safe_text(text)), soft_wrap=True, end="")


def show_headroom(console: Console, headroom: Headroom) -> None:
    """Print whether tuning is worth it, and on what evidence."""
    console.print()
    verdict, spread = headroom.verdict, headroom.spread
    said = verdict.verdict
    if said == OPEN:
        said = f"cannot tell for less than {verdict.calls:,} calls (--examples asks more)"
    console.print(plain(f"headroom: {said}", "bold"))
    if spread is None:
        say(console, "Every point of the space is the same prompt; nothing was asked.")
        return
    say(
        console,
        f"{spread.prompts} prompts on {spread.items:,} items: true scores spread by "
        f"{_points(spread.estimate)} points (90 % interval {_points(spread.low)} to "
        f"{_points(spread.high)}); from {_points(LEAST)} on a search pays.",
    )
    lead = f"the best scores {_points(spread.lead)} points above the start, chance included"
    say(
        console,
        f"Of those tried, {lead if spread.lead > 0 else 'none scores above the start'}. "
        f"{headroom.calls:,} calls made now, {headroom.missing:,} items missing.",
    )


def _rows(findings: Findings) -> Iterator[tuple[str, str]]:
    subject = findings.subject
    place = "this machine" if subject.profile.local else "another machine"
    warning = "; plain http: others can read along" if subject.exposed else ""
    yield "goes to", f"{subject.profile.destination} ({place}{warning})"
    yield "key", f"from the variable {subject.key_env}" if subject.key_env else "none is sent"
    if findings.tier:
        yield from answering(findings)
    yield "calls", f"{findings.calls} made"


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
