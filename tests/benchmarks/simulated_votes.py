"""Ways to spend the same calls on simulated answers to eight prompts: accuracy beside calls.

``python tests/benchmarks/simulated_votes.py`` prints the table of docs/voting.md. All of it is
simulated (``fedbbpt/replay/synthetic.py``): prompts that differ little in how good they are, and
that meet each question alike (no interaction) or differently.
"""

import sys
from collections.abc import Mapping, Sequence

import numpy as np

from fedbbpt.randomness import rng
from fedbbpt.replay.answers_table import AnswersTable, Condition, Recorded
from fedbbpt.replay.methods import InTurn, Method, Mixture, Sampled, Shared
from fedbbpt.replay.replaying import replay
from fedbbpt.replay.synthetic import Probit
from fedbbpt.votes.stopping import AdaptiveConsistency, FixedNumber

QUESTIONS, SAMPLES, WORLDS, SEED = 300, 40, 4, 0
PROMPTS = tuple(Condition(f"prompt {number}") for number in range(8))
EQUALLY = dict.fromkeys(PROMPTS, 1.0)
DEFAULT = PROMPTS[0]
ACCURACY, APART = 0.60, 0.02
MODELS: Mapping[str, Probit] = {
    "alike": Probit(answers=8, difficulty=1.5, interaction=0.0, pull=0.3),
    "differently": Probit(answers=8, difficulty=1.5, interaction=1.0, pull=0.3),
}
BUDGETS = (3, 5, 10, 20)


def world(model: Probit, number: int) -> AnswersTable:
    """Return one world's answers: every prompt's accuracy is normal around ACCURACY."""
    chance = rng(SEED, "simulated votes", round=number)
    accuracies = ACCURACY + APART * chance.standard_normal(len(PROMPTS))
    ability = np.array([[model.ability(float(one)) for one in accuracies]] * QUESTIONS)
    drawn = model.world(ability, chance)
    said = drawn.draw(SAMPLES, chance)
    cells = {
        (question, prompt): tuple(Recorded(str(answer)) for answer in said[question, place])
        for question in range(QUESTIONS)
        for place, prompt in enumerate(PROMPTS)
    }
    choices = tuple(map(str, range(model.answers)))
    return AnswersTable(tuple(map(str, drawn.right)), cells, choices=choices)


def methods(budget: int) -> Mapping[str, Method]:
    """Return the ways to spend so many calls a question."""
    return {
        "one prompt, SC": Sampled(DEFAULT, FixedNumber(budget)),
        "one prompt, shared": Shared({DEFAULT: 1.0}, budget),
        "eight prompts in turn": InTurn(PROMPTS, FixedNumber(budget)),
        "eight prompts mixed": Mixture(EQUALLY, FixedNumber(budget)),
        "eight prompts mixed, shared": Shared(EQUALLY, budget),
    }


def spent(tables: Sequence[AnswersTable], method: Method) -> tuple[float, float]:
    """Return accuracy in percent and calls a question over all worlds."""
    runs = [replay(one, method, rng(SEED, "replay", round=n)) for n, one in enumerate(tables)]
    accuracy = 100 * float(np.mean([run.accuracy for run in runs]))
    return accuracy, float(np.mean([run.calls_each for run in runs]))


def table_text(model: Probit, worlds: int = WORLDS, budgets: Sequence[int] = BUDGETS) -> str:
    """Return accuracies by way and calls as a Markdown table."""
    tables = [world(model, number) for number in range(worlds)]
    lines = [
        f"| calls a question | {' | '.join(map(str, budgets))} |",
        "|---" * (len(budgets) + 1) + "|",
    ]
    for name in methods(1):
        figures = [f"{spent(tables, methods(budget)[name])[0]:.1f}" for budget in budgets]
        lines.append(f"| {name} | {' | '.join(figures)} |")
    stopped: Mapping[str, Method] = {
        "one prompt": Sampled(DEFAULT, AdaptiveConsistency(0.95, 40)),
        "eight prompts mixed": Mixture(EQUALLY, AdaptiveConsistency(0.95, 40)),
    }
    for name, method in stopped.items():
        accuracy, calls = spent(tables, method)
        lines.append(f"\nAC .95, {name}: {accuracy:.1f} at {calls:.1f} calls")
    return "\n".join(lines)


def main() -> None:
    """Print one table for each way in which prompts meet questions."""
    sys.stdout.write(f"simulated: {WORLDS} worlds of {QUESTIONS} questions\n")
    for name, model in MODELS.items():
        sys.stdout.write(f"\nprompts meet questions {name}:\n\n{table_text(model)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
