"""What a replay would record, in lines for people."""

from collections.abc import Iterator, Sequence

from fedbbpt.experiment.replaying.recording_plan import Recording, Samples
from fedbbpt.experiment.replaying.replaying import Set
from fedbbpt.replay.answers_table import Condition
from fedbbpt.work.conversing import tells_all


def plan_lines(sets: Sequence[Set], *, training: bool) -> Iterator[str]:
    """Yield what is recorded of every set and the most calls that it takes.

    Args:
        sets: of the replay.
        training: whether only training questions are asked, under the first prompt.
    """
    total = 0
    for one in sets:
        said, calls = _planned(one, training=training)
        total += calls
        yield f"{one.name}: {said} = {calls:,} calls at most"
    yield f"{total:,} calls at most"


def _planned(one: Set, *, training: bool) -> tuple[str, int]:
    recording, reasoning = one.recording, one.prepared.scoring.reasoning
    data = one.prepared.data.values()
    most = recording.questions
    asked = sum(min(len(own.test), most or len(own.test)) for own in data)
    learned = sum(len(own.train) for own in data)
    exact, calls = tells_all(reasoning), reasoning.most_requests

    def draws(conditions: Sequence[Condition], *, learning: bool = False) -> int:
        number = sum(1 if exact else recording.times(c, training=learning) for c in conditions)
        return number if exact else number * calls

    prompts = recording.conditions
    if training:
        number = draws(prompts[:1], learning=True)
        return f"{learned:,} training questions x {number}", learned * number
    worded = asked * (draws(recording.wordings[1:]) + recording.paraphrases)
    shown = asked * draws([recording.under(one) for one in recording.shown])
    alike = learned * draws(prompts, learning=True) + asked * draws(prompts)
    text = (
        f"{learned + asked:,} questions x {len(prompts)} prompts x {_times(recording, exact=exact)}"
    )
    text += f", each {calls} calls at most" if calls > 1 and not exact else ""
    for number, named in ((worded, "paraphrases"), (shown, "exemplar sets")):
        text += f" + {number:,} for {named}" if number else ""
    return text, alike + worded + shown


def _times(recording: Recording, *, exact: bool) -> str:
    samples = recording.samples
    if exact or samples == Samples(samples.first):
        return "1" if exact else str(samples.first)
    others = recording.conditions[1:]
    told = [str(samples.first)]
    if others:
        told.append(f"{recording.times(others[0])} of other prompts")
    if samples.training:
        told.append(f"at most {samples.training} of training questions")
    return f"{told[0]} ({', '.join(told[1:])})" if told[1:] else told[0]
