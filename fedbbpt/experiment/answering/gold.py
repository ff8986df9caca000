"""Gold questions: whose answers are known, asked like all others and never among them."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest
from typing import NamedTuple

from fedbbpt.config.prepare import Prepared
from fedbbpt.data import Example
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.experiment.answering.leak import Exposed
from fedbbpt.experiment.answering.mixes import Mixes
from fedbbpt.experiment.answering.questions import Asked, questions_of
from fedbbpt.randomness import rng
from fedbbpt.reasoning import ShowsExemplars
from fedbbpt.reasoning.question_words import question_words

USUAL = 20


class GoldQuestion(NamedTuple):
    """A gold question.

    Attributes:
        asked: the question with its right answers, at least one.
        owner: whose own example it is, empty for nobody's.
    """

    asked: Asked
    owner: str = ""


def gold_of(
    prepared: Prepared, named: str, questions: Sequence[Asked], mixes: Mixes, seed: int
) -> tuple[GoldQuestion, ...]:
    """Return the gold questions that a command names.

    Args:
        prepared: the run.
        named: how many of the run's training examples, the owners' in turn, or a file.
        questions: that are to be answered; none of them is gold.
        mixes: the prompts; an example that one of them shows is not gold.
        seed: decides which examples.

    Raises:
        ConfigError: examples of real owners would go to the endpoints of others, or none is left.
        DataError: a question of the file has no right answer, or is also asked.
    """
    asked = {question_words(question.text) for question in questions}
    if not named.isdecimal():
        return tuple(map(GoldQuestion, _in_file(named, asked)))
    if not int(named):
        raise ConfigError("--gold 0: weights need gold questions; give 20 or so, or a file")
    if prepared.run.simulation is None:
        raise ConfigError(
            f"--gold {named}: training examples would leave their owners, since all owners are "
            "asked; name a file of questions with right answers: --gold FILE"
        )
    reasoning = prepared.scoring.reasoning
    exposed = Exposed.of(mixes, reasoning.shown if isinstance(reasoning, ShowsExemplars) else ())
    kept = (
        one
        for one in _in_turn(prepared, seed)
        if question_words(one.asked.text) not in asked and exposed.leak_of(one.asked.text) is None
    )
    found = tuple(islice(kept, int(named)))
    if not found:
        raise ConfigError(
            f"--gold {named}: every training example is asked or shown by a prompt; name a file "
            "of other questions with right answers: --gold FILE"
        )
    return found


def _in_turn(prepared: Prepared, seed: int) -> Iterator[GoldQuestion]:
    hands = []
    for name in sorted(prepared.data):
        examples = prepared.data[name].train
        order = rng(seed, "gold questions", client=name).permutation(len(examples))
        hands.append([GoldQuestion(_asked(name, examples[int(n)]), name) for n in order])
    return (one for one in chain.from_iterable(zip_longest(*hands)) if one is not None)


def _asked(owner: str, example: Example) -> Asked:
    return Asked(f"gold {owner} {example.id}", example.input, example.targets)


def _in_file(path: str, asked: set[tuple[str, ...]]) -> Iterator[Asked]:
    for question in questions_of(path):
        if not question.targets:
            raise DataError(
                f"--gold {path}: {question.id} has no right answer; give each question a target"
            )
        if question_words(question.text) in asked:
            raise DataError(
                f"--gold {path}: {question.id} is also asked; a gold question is none of those "
                "that are to be answered"
            )
        yield question
