"""The front of a search, as results show it: loss against length, of all kinds of candidates."""

from fedbbpt.canonical import canonical_json
from fedbbpt.distributions import Floats
from fedbbpt.experiment.lengths import Lengths
from fedbbpt.experiment.texts import changes_of, prompt_text
from fedbbpt.runs.front import Weighed, pareto_front
from fedbbpt.runs.results import Front, FrontPrompt
from fedbbpt.spaces import Space


def front_of(space: Space, lengths: Lengths | None, returned: Floats) -> Front | None:
    """Return the front of the candidates whose lengths are known; None where there are none.

    Args:
        space: the bank as it grew.
        lengths: of what the search scored.
        returned: the point that the run returns.
    """
    if lengths is None:
        return None
    weighed = [
        Weighed(number, one.loss, length)
        for number, (one, length) in enumerate(zip(lengths.candidates, lengths.values, strict=True))
    ]
    final = canonical_json(prompt_text(space.decode(returned)).messages)
    prompts = []
    for one in pareto_front(weighed):
        point = lengths.candidates[one.number].point
        shown = prompt_text(space.decode(point))
        same = canonical_json(shown.messages) == final
        prompts.append(FrontPrompt(shown, changes_of(space, point), one.loss, one.length, same))
    return Front(lengths.unit, len(weighed), lengths.scored, tuple(prompts))
