"""What the doctor says on a terminal: one block an endpoint, the headroom test, settings."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fedbbpt.cli.plan import say
from fedbbpt.cli.view import plain
from fedbbpt.diagnosis import naming, seeding
from fedbbpt.diagnosis.advice import recommended, toml_text
from fedbbpt.diagnosis.examination import SIDE_BY_SIDE, STEPS
from fedbbpt.diagnosis.findings import Findings, Subject
from fedbbpt.diagnosis.headroom import LEAST, OPEN, Headroom
from fedbbpt.diagnosis.noise import Noise
from fedbbpt.safe_text import safe_text

_NAMES = {
    naming.SAME: "as asked",
    naming.DATED: "the name asked for, dated",
    naming.UNSAID: "the reply names no model",
    naming.ANOTHER: "another than asked",
}
_SEEDS = {
    seeding.KEPT: "decides the draw at temperature 1",
    seeding.IGNORED: "accepted, but draws differ all the same",
    seeding.REFUSED: "refused",
    seeding.UNCLEAR: "cannot tell: draws do not differ, or some failed",
}


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
        yield from _answering(findings)
    yield "calls", f"{findings.calls} made"


def _answering(findings: Findings) -> Iterator[tuple[str, str]]:
    profile, named = findings.subject.profile, findings.greeting.model
    if profile.pinned:
        yield "model", f"{profile.model} (known by what it holds, not by its name)"
    else:
        yield "model", f"{named} ({_NAMES[findings.naming]})" if named else _NAMES[findings.naming]
    yield "latency", f"{findings.latency:.2f} s alone, slowest {findings.slowest:.2f} s"
    yield "tier", _tier(findings)
    yield "asking", _manners(findings)
    if findings.noise:
        yield "repeats", _repeats(findings.noise)
        yield "noise", _noise(findings.noise)
    yield "seed", _SEEDS[findings.seed]
    paces = (
        f"{pace.concurrency} at once {pace.rate:.1f}/s"
        + (f" ({pace.failed} of {pace.calls} failed: {pace.reason})" if pace.failed else "")
        for pace in findings.paces
    )
    yield "pace", ", ".join(paces)


def _tier(findings: Findings) -> str:
    found = findings.alternatives
    if not found.accepted:
        said = "log-probabilities are ignored" if found.silent else found.reason
        return f"T0: text only ({said})"
    refused = f", {found.refused} are refused" if found.refused else ""
    fewer = f", {found.given} come" if found.given < found.accepted else ""
    return f"T1: {found.accepted} alternatives of the first token{fewer}{refused}"


def _manners(findings: Findings) -> str:
    said = []
    if findings.manners.limit != "max_tokens":
        said.append(f"{findings.manners.limit} is wanted")
    if not findings.manners.temperature:
        said.append("temperature is refused")
    return "; ".join(said) or "takes max_tokens and temperature 0, as a run sends them"


def _repeats(noise: Noise) -> str:
    if noise.texts_together == 1:
        return "temperature 0 gives the same text each time"
    alone = "the same text" if noise.texts_alone == 1 else f"{noise.texts_alone} texts"
    return f"temperature 0 gives {alone} alone, {noise.texts_together} with {SIDE_BY_SIDE} at once"


def _noise(noise: Noise) -> str:
    failed = f"; {noise.failed} requests failed" if noise.failed else ""
    if noise.alone is None or noise.together is None:
        return f"no log-probabilities to compare{failed}"
    return (
        f"log-probabilities differ by up to {noise.alone:.2g} nats alone, "
        f"{noise.together:.2g} with {SIDE_BY_SIDE} at once{failed}"
    )


def _points(share: float) -> str:
    return f"{100 * share:.1f}"
