"""Ten clients that differ, some of them dishonest: what each way of weighing votes makes of it.

``python tests/benchmarks/differing_clients.py`` prints the table of docs/voting.md. All of it is
simulated (``fedbbpt/replay/synthetic.py``): every client is good at the domains of its own data.
Gold questions are drawn like the live ones, are none of them, and are asked of every client.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fedbbpt.distributions import Floats, Ints
from fedbbpt.randomness import rng
from fedbbpt.replay.synthetic import Probit
from fedbbpt.votes.ballots import Sample, ballot_of
from fedbbpt.votes.dawid_skene import OneCoin
from fedbbpt.votes.reliability import Prior, smaller, vote_weights
from fedbbpt.votes.robustness import certified
from fedbbpt.votes.sums import Rules
from fedbbpt.votes.tally import tally

CLIENTS, DOMAINS, LIVE, GOLD, WORLDS, SEED = 10, 4, 300, 20, 8, 0
CONCENTRATION, LEAST, MOST = 0.3, 0.45, 0.85
MODEL = Probit(answers=6, difficulty=1.0, interaction=0.5, pull=0.4)
NAMES = tuple(f"client {number}" for number in range(CLIENTS))

Attack = Literal["always wrong", "colluding", "sleeper"]
ATTACKS: tuple[Attack, ...] = ("always wrong", "colluding", "sleeper")


@dataclass(frozen=True, slots=True)
class Asked:
    """One world: what every client said, right answers beside it.

    Attributes:
        gold: answers to the gold questions, shape (GOLD, CLIENTS).
        gold_right: right answers to them.
        live: answers to the live questions, shape (LIVE, CLIENTS).
        live_right: right answers to them.
    """

    gold: Ints
    gold_right: Ints
    live: Ints
    live_right: Ints


def asked(number: int, attack: Attack, f: int) -> Asked:
    """Return one world in which the last f clients are dishonest."""
    chance = rng(SEED, "clients that differ", round=number)
    questions = GOLD + LIVE
    skill = LEAST + (MOST - LEAST) * chance.dirichlet([CONCENTRATION] * DOMAINS, CLIENTS)
    domain: Ints = chance.integers(0, DOMAINS, (questions,))
    ability: Floats = np.array([[MODEL.ability(float(one)) for one in row] for row in skill])
    world = MODEL.world(ability[:, domain].T, chance)
    said = world.draw(1, chance)[:, :, 0]
    wrong = world.right[:, None] + chance.integers(1, MODEL.answers, (questions, CLIENTS))
    liars = slice(CLIENTS - f, CLIENTS)
    together = attack != "always wrong"
    lies = world.distractor[:, None] if together else (wrong % MODEL.answers)[:, liars]
    said[:, liars] = lies
    if attack == "sleeper":
        said[:GOLD, liars] = world.right[:GOLD, None]
    return Asked(said[:GOLD], world.right[:GOLD], said[GOLD:], world.right[GOLD:])


def weightings(world: Asked) -> Mapping[str, Mapping[str, float] | None]:
    """Return the weights of each rule; None for one vote each."""
    prior, wrong = Prior(), MODEL.answers - 1
    hits = (world.gold == world.gold_right[:, None]).sum(axis=0)
    gold = {name: prior.smoothed(int(hit), GOLD) for name, hit in zip(NAMES, hits, strict=True)}
    answers = [dict(zip(NAMES, map(str, row), strict=True)) for row in world.live]
    agreement = OneCoin(wrong, prior).accuracies(answers)
    return {
        "majority": None,
        "gold": vote_weights(gold, wrong),
        "agreement": vote_weights(agreement, wrong),
        "smaller of the two": vote_weights(smaller(gold, agreement), wrong),
    }


def outcomes(
    world: Asked, weights: Mapping[str, float] | None, f: int
) -> Iterator[tuple[bool, bool]]:
    """Yield for each live question whether it is answered rightly, and whether certified for f."""
    choices = tuple(map(str, range(MODEL.answers)))
    rules = Rules(1, choices, weights)
    for row, right in zip(world.live, world.live_right, strict=True):
        ballots = [
            ballot_of(name, [Sample(str(said))]) for name, said in zip(NAMES, row, strict=False)
        ]
        counted = tally(ballots, rules)
        yield counted.winner == str(right), certified(counted, f)


def measured(attack: Attack, f: int, worlds: int = WORLDS) -> Mapping[str, tuple[float, float]]:
    """Return accuracy and certified share of each rule, in percent."""
    found: dict[str, list[tuple[bool, bool]]] = {}
    for number in range(worlds):
        world = asked(number, attack, f)
        honest = replace(world, live=world.live[:, : CLIENTS - f])
        found.setdefault("honest alone", []).extend(outcomes(honest, None, 0))
        for name, weights in weightings(world).items():
            found.setdefault(name, []).extend(outcomes(world, weights, f))
    return {
        name: (
            100 * float(np.mean([a for a, _ in all_])),
            100 * float(np.mean([c for _, c in all_])),
        )
        for name, all_ in found.items()
    }


def table_text(cases: Sequence[tuple[Attack, int]], worlds: int = WORLDS) -> str:
    """Return the accuracies of all rules as a Markdown table, one line a case."""
    figures = {case: measured(*case, worlds) for case in cases}
    rules = list(next(iter(figures.values())))
    lines = [
        f"| dishonest | f | {' | '.join(rules)} | majority, certified for f |",
        "|---" * (len(rules) + 3) + "|",
    ]
    for (attack, f), row in figures.items():
        accuracies = " | ".join(f"{row[rule][0]:.1f}" for rule in rules)
        lines.append(
            f"| {attack if f else 'none'} | {f} | {accuracies} | {row['majority'][1]:.0f} % |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    cases = [(ATTACKS[0], 0), *((attack, f) for attack in ATTACKS for f in range(1, 5))]
    about = f"simulated: {WORLDS} worlds of {LIVE} questions, {GOLD} gold questions a client\n\n"
    sys.stdout.write(about + table_text(cases) + "\n")


if __name__ == "__main__":
    main()
