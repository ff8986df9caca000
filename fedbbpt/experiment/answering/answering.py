"""Questions answered by a federation, in a folder that keeps every call that was paid for."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from fedbbpt.config.connect import Connected, connected
from fedbbpt.config.other_runs import other_journals
from fedbbpt.config.prepare import Prepared
from fedbbpt.config.reasoning import answer_kind
from fedbbpt.endpoints.records.journal import Journal
from fedbbpt.endpoints.records.other_runs import opened
from fedbbpt.engines.local import Local
from fedbbpt.errors import ConfigError, QuorumError
from fedbbpt.experiment.answering.asking import ask_all
from fedbbpt.experiment.answering.asking_plan import AskingPlan
from fedbbpt.experiment.answering.conditions import conditions_of
from fedbbpt.experiment.answering.gold import GoldQuestion
from fedbbpt.experiment.answering.leak import check_no_leak
from fedbbpt.experiment.answering.mixes import Mixes
from fedbbpt.experiment.answering.notes import notes_of
from fedbbpt.experiment.answering.outcome import Answered, GoldCost, Outcome, Paid
from fedbbpt.experiment.answering.questions import Asked, canonical
from fedbbpt.experiment.answering.standing import Counting, Standing
from fedbbpt.experiment.answering.weighing import Marked, Weighing, notes_on, weighed
from fedbbpt.randomness import rng
from fedbbpt.reasoning import ShowsExemplars
from fedbbpt.runs.directory import RunDirectory
from fedbbpt.safe_text import safe_json
from fedbbpt.storage.framed_log import FramedLog
from fedbbpt.storage.lock import RunLock
from fedbbpt.votes.sums import InTheClear
from fedbbpt.work.voter import Voter, check_temperature

ANSWERS, SUMMARY = "answers.jsonl", "answers.json"
SHOWN = 3
"""Reasons for missing replies that an error names."""


@dataclass(frozen=True, slots=True)
class Asking:
    """What is to be answered, and how.

    Attributes:
        questions: at least one.
        plan: the rules of asking.
        mixes: every owner's prompts.
        temperature: of the draws, in [0, 2]; at 0 all draws of one prompt at one endpoint are one.
        weighing: what votes weigh.
        gold: questions whose answers are known, asked among the others.

    Raises:
        ValueError: a temperature out of range, or gold questions that are needed and not there, or
            there and not needed.
    """

    questions: Sequence[Asked]
    plan: AskingPlan
    mixes: Mixes
    temperature: float = 0.7
    weighing: Weighing = field(default_factory=Weighing)
    gold: Sequence[GoldQuestion] = ()

    def __post_init__(self) -> None:
        check_temperature(self.temperature)
        if self.weighing.by_gold != bool(self.gold):
            raise ValueError(
                f"gold: {len(self.gold)} gold questions and weights {self.weighing.weights!r}; "
                'gold questions are asked for "gold" and "reliability", and only for these'
            )


async def answer(prepared: Prepared, asking: Asking, folder: Path) -> Outcome:
    """Ask the owners and count their ballots.

    The same folder, run file, prompts and questions always end in the same verdicts, given the
    same replies; what is journalled there is not paid again.

    Args:
        prepared: the run, whose endpoints, caps and grants are used.
        asking: what is asked.
        folder: where calls and answers are kept.

    Raises:
        FedbbptError: it cannot go on now; nothing that was paid for is lost.
    """
    if prepared.scoring.evaluated:
        raise ConfigError(
            "[evaluator] a function scores prompts and answers no question; give an [endpoint]"
        )
    directory = RunDirectory(folder)
    journals = other_journals(prepared.run, directory)
    directory.make()
    with ExitStack() as stack:
        stack.enter_context(RunLock(folder))
        calls = stack.enter_context(FramedLog.open(directory.calls))
        journal = Journal(calls, stack.enter_context(opened(journals)))
        before = journal.tally().calls
        async with connected(prepared, journal) as lines:
            outcome = await _outcome(lines, asking, before)
        calls.sync()
        directory.write(ANSWERS, safe_json(outcome.lines()))
        directory.write_json(SUMMARY, outcome.payload())
    return outcome


class _Questions(NamedTuple):
    """All questions as they are asked: nobody who is asked can tell gold from live."""

    live: Sequence[Standing]
    gold: Sequence[Marked]

    @property
    def together(self) -> list[Standing]:
        return sorted([*self.live, *(one.standing for one in self.gold)], key=lambda one: one.place)


async def _outcome(lines: Connected, asking: Asking, before: int) -> Outcome:
    voters = {name: _voter(lines, asking, name) for name in sorted(lines.prepared.data)}
    shown = [
        question
        for voter in voters.values()
        if isinstance(voter.reasoning, ShowsExemplars)
        for question in voter.reasoning.shown
    ]
    everything = [*asking.questions, *(one.asked for one in asking.gold)]
    check_no_leak(asking.mixes, shown, everything)
    questions = _questions(lines, asking, everything, tuple(voters))
    await ask_all(questions.together, asking.plan, Local({}, voters))
    if all(one.missing == one.draws for one in questions.together):
        raise QuorumError(f"no owner got any reply ({_failures(lines)}); ask again later")
    weights = weighed(asking.weighing, questions.live, questions.gold)
    ledger = lines.journal.tally()
    return Outcome(
        answered=tuple(_answered(one, weights.counting) for one in questions.live),
        rule=asking.plan.rule,
        source=asking.mixes.source,
        destinations=tuple(sorted({e.profile.destination for e in lines.opened})),
        paid=Paid(
            ledger.calls,
            ledger.possibly_billed,
            ledger.prompt_tokens,
            ledger.completion_tokens,
            ledger.nanodollars,
            ledger.calls - before,
        ),
        notes=(
            *notes_on(weights, asking.weighing, [v.reasoning for v in voters.values()]),
            *notes_of(lines.prepared, asking.mixes, voters, questions.live),
        ),
        weighing=asking.weighing,
        weights=weights.owners,
        gold=_gold_cost(questions.gold),
    )


def _questions(
    lines: Connected, asking: Asking, everything: Sequence[Asked], owners: tuple[str, ...]
) -> _Questions:
    """Return how all questions stand before they are asked, gold ones at random places."""
    run = lines.prepared.run
    labels, kind = run.task.labels, answer_kind(run)
    places: Sequence[int] = range(len(everything))
    if asking.gold:
        chance = rng(asking.plan.seed, "gold places")
        places = [int(place) for place in chance.permutation(len(everything))]
    standings = [
        Standing(place, canonical(one, kind, labels), asking.plan, owners, labels, InTheClear())
        for place, one in zip(places, everything, strict=True)
    ]
    live = len(asking.questions)
    pairs = zip(standings[live:], asking.gold, strict=True)
    return _Questions(standings[:live], [Marked(standing, one.owner) for standing, one in pairs])


def _gold_cost(gold: Sequence[Marked]) -> GoldCost:
    casts = [cast for one in gold for cast in one.standing.casts]
    return GoldCost(
        len(gold),
        sum(one.standing.draws for one in gold),
        sum(cast.ballot.calls for cast in casts),
        sum(cast.prompt_tokens for cast in casts),
        sum(cast.completion_tokens for cast in casts),
    )


def _voter(lines: Connected, asking: Asking, name: str) -> Voter:
    objective = lines.client(lines.prepared.data[name]).owner.objective
    own = asking.mixes.own[name]
    return Voter(
        name,
        objective.reasoning,
        objective.endpoint,
        own.mix,
        asking.plan.seed,
        asking.temperature,
        own.calibration,
        asking.weighing.confident,
    )


def _answered(standing: Standing, counting: Counting) -> Answered:
    decided = standing.verdict(counting)
    return Answered(
        asked=standing.asked,
        verdict=decided,
        draws=standing.draws,
        missing=standing.missing,
        cut_off=sum(cast.cut_off for cast in standing.casts),
        dropped=sum(cast.dropped for cast in standing.casts),
        prompt_tokens=sum(cast.prompt_tokens for cast in standing.casts),
        completion_tokens=sum(cast.completion_tokens for cast in standing.casts),
        prompts=standing.prompts(),
        owners=dict(sorted(standing.made.items())),
        conditions=conditions_of(
            decided,
            standing.owners,
            at_random=standing.plan.at_random,
            movable=counting.movable,
        ),
    )


def _failures(lines: Connected) -> str:
    said = [
        f"{endpoint.profile.destination}: {count} x {why}"
        for endpoint in lines.opened
        for why, count in endpoint.reasons.most_common(1)
    ]
    return ", ".join(sorted(set(said))[:SHOWN]) or "no reply is missing"
