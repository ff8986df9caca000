"""What ``fedbbpt answer`` prints for people: its plan, and its verdicts with their cost."""

from collections.abc import Iterator
from pathlib import Path

from fedbbpt.config.prepare import Prepared
from fedbbpt.experiment.answering.answering import ANSWERS, Asking
from fedbbpt.experiment.answering.outcome import Answered, Outcome
from fedbbpt.runs import phrases
from fedbbpt.votes.sums import Total


def plan_lines(prepared: Prepared, asking: Asking, folder: Path) -> Iterator[str]:
    """Yield what would be asked, and what it costs at most."""
    each = prepared.scoring.reasoning.most_requests
    asked = len(asking.questions) + len(asking.gold)
    most = asked * asking.plan.draws * each
    places = sorted({prepared.profile_of(name).destination for name in prepared.data})
    yield f"prompts: {asking.mixes.source}"
    yield f"questions go to: {', '.join(places)}"
    yield (
        f"{asked:,} questions x at most {asking.plan.draws} draws"
        f"{' on average' if asking.plan.rule == 'shared' else ''} x {each} calls = {most:,} calls"
    )
    if asking.gold:
        yield f"of these questions {len(asking.gold):,} are gold: their answers are known"
    yield f"kept in {folder}"


def outcome_lines(outcome: Outcome, folder: Path) -> Iterator[str]:
    """Yield the verdicts, what votes weighed, and the cost."""
    if len(outcome.answered) == 1:
        yield from _one(outcome.answered[0])
    else:
        yield from _many(outcome)
    yield from _lost(outcome)
    yield from _weights(outcome)
    yield f"prompts: {outcome.source}"
    for note in outcome.notes:
        yield f"note: {note}"
    yield (
        f"cost: {outcome.paid.now:,} calls paid now, {outcome.paid.calls:,} since the folder was "
        f"made; kept in {folder / ANSWERS}"
    )


def _lost(outcome: Outcome) -> Iterator[str]:
    cut_off = sum(one.cut_off for one in outcome.answered)
    dropped = sum(one.dropped for one in outcome.answered)
    if cut_off:
        yield (
            f"{cut_off:,} of the abstentions are replies that reached their largest length: raise "
            "max_tokens in [reasoning], or in [scoring] for direct answers"
        )
    if dropped:
        yield (
            f"{dropped:,} other wordings were paid for and thrown away: other numbers or options "
            "than they should have, or nothing new"
        )


def _weights(outcome: Outcome) -> Iterator[str]:
    if not outcome.weights:
        return
    gold = outcome.gold
    yield (
        f"weights by {outcome.weighing.weights}, from {gold.questions:,} gold questions "
        f"({gold.calls:,} calls):"
    )
    for one in outcome.weights:
        agreed = "" if one.agreement is None else f", {phrases.percent(one.agreement)} by agreement"
        yield (
            f"- {one.client} {one.weight:.2f}: right on {one.right:.4g} of {one.marked} "
            f"({phrases.percent(one.gold)} with the prior{agreed})"
        )


def _one(answered: Answered) -> Iterator[str]:
    decided = answered.verdict
    yield decided.winner if decided.winner is not None else "no usable answer from anyone"
    counts = ", ".join(map(_counted, decided.standings))
    yield (
        f"votes: {counts or 'none'}; {decided.abstentions} abstained, {answered.missing} without a "
        f"reply, {_number(answered.draws, 'draw')} by {_number(len(answered.owners), 'owner')}"
    )
    for condition in answered.conditions:
        yield f"- {condition}"
    used = ", ".join(f"{one.prompt} {one.draws}" for one in answered.prompts)
    yield (
        f"{_number(decided.calls, 'call')}, {answered.prompt_tokens:,} tokens read, "
        f"{answered.completion_tokens:,} written; prompts used: {used}"
    )


def _number(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def _counted(total: Total) -> str:
    weight = "" if total.weight == total.votes else f" (weight {total.weight:.2f})"
    return f"{total.answer!r} {total.votes}{weight}"


def _many(outcome: Outcome) -> Iterator[str]:
    for one in outcome.answered:
        decided = one.verdict
        said = decided.winner if decided.winner is not None else "(no usable answer)"
        mark = "" if one.right is None else (" right" if one.right else " wrong")
        of_what = "weight" if outcome.weights else "votes"
        yield (
            f"{one.asked.id}: {' '.join(said.split())} ({phrases.percent(decided.share)} of "
            f"{of_what}, {one.draws} draws{mark})"
        )
    body = outcome.payload()
    yield (
        f"{body['questions']:,} questions, {body['unanswered']:,} without an answer; "
        f"{body['draws']:,} draws, {body['calls']:,} calls, {body['prompt_tokens']:,} tokens read, "
        f"{body['completion_tokens']:,} written"
    )
    score = body["score"]
    if isinstance(score, dict):
        yield (
            f"right: {phrases.percent(score['accuracy'])} "
            f"({phrases.span(score['low'], score['high'])}) of {score['questions']:,} with a target"
        )
