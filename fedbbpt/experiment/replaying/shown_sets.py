"""Exemplar sets of a file, shown before the questions of a replay and refused where they leak."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from fedbbpt.data import OwnerData
from fedbbpt.errors import ConfigError
from fedbbpt.library import load
from fedbbpt.library.request_templates import load_template
from fedbbpt.library.templates import as_text
from fedbbpt.prompts import Prompt
from fedbbpt.reasoning.question_words import question_words
from fedbbpt.reasoning.thinking import with_shots
from fedbbpt.replay.answers_table import Cost


class ShownSet(NamedTuple):
    """Solved questions that are shown together.

    Attributes:
        name: of the set.
        shots: pairs of question and whole answer, at least one.
        unchecked: whether answers are of a vote, which is said before them (Fed-DP-CoT).
        cost: of making them, paid once by whoever shows them.
    """

    name: str
    shots: tuple[tuple[str, str], ...]
    unchecked: bool = False
    cost: Cost = Cost()

    def before(self, prompt: Prompt) -> Prompt:
        """Return a prompt with the set before the question."""
        said = load_template("asking", "disclaimer").user if self.unchecked else ""
        return with_shots(prompt, self.shots, said)


def shown_sets(paths: Sequence[Path]) -> tuple[ShownSet, ...]:
    """Return the exemplar sets of files, as ``fedbbpt exemplars`` writes them.

    Raises:
        ConfigError: a file cannot be read, or holds no set.
    """
    found: list[ShownSet] = []
    for path in paths:
        sets = [one for one in load(path).exemplar_sets if one.items]
        if path.suffix != ".toml" or not sets:
            raise ConfigError(
                f"--exemplars {path}: it holds no [[exemplars]]; give a file that fedbbpt "
                "exemplars wrote"
            )
        found += [
            ShownSet(
                one.name,
                tuple((item.input, item.label) for item in one.items),
                one.unchecked,
                Cost(one.calls, one.tokens),
            )
            for one in sets
        ]
    return tuple(found)


def check_shown(sets: Iterable[ShownSet], owners: Iterable[OwnerData]) -> None:
    """Refuse exemplars that hold an owner's example, which would give its answer away.

    Raises:
        ConfigError: the text names set, owner and example.
    """
    known = {_words(question): one.name for one in sets for question, _ in one.shots}
    if not known:
        return
    for data in owners:
        for split, examples in data.splits().items():
            for example in examples:
                if name := known.get(_words(example.input)):
                    raise ConfigError(
                        f"--exemplars: the set {name!r} shows the {split} example {example.id!r} "
                        f"of {data.owner} with its answer; make exemplars of a pool of other "
                        "questions"
                    )


def _words(question: str) -> tuple[str, ...]:
    return question_words(as_text(question))
