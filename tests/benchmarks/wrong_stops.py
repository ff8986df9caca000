"""How often a stopping rule that looks after every draw stops on the less likely of two answers.

``python tests/benchmarks/wrong_stops.py`` prints the table of docs/voting.md. Nothing is simulated:
the chances of all pairs of counts are carried along.
"""

import sys
from collections.abc import Mapping

from fedbbpt.votes.lead_tables import LeadTable, enough, evidence_table, leaning_table

DRAWS = 200
SHARES = (0.51, 0.55, 0.60, 0.70)


def wrong_stops(share: float, table: LeadTable, draws: int = DRAWS) -> float:
    """Return the chance to stop on the answer that has 1 - ``share`` of the draws.

    Args:
        share: of the more likely answer, in [0.5, 1].
        table: votes that a leader needs.
        draws: after which nobody looks any more.
    """
    waiting = {(0, 0): 1.0}
    stopped = 0.0
    for _ in range(draws):
        following: dict[tuple[int, int], float] = {}
        for (right, wrong), chance in waiting.items():
            if not enough(table, right + 1, wrong):
                _add(following, (right + 1, wrong), chance * share)
            if enough(table, wrong + 1, right):
                stopped += chance * (1 - share)
            else:
                _add(following, (right, wrong + 1), chance * (1 - share))
        waiting = following
    return stopped


def _add(chances: dict[tuple[int, int], float], place: tuple[int, int], chance: float) -> None:
    chances[place] = chances.get(place, 0.0) + chance


def tables() -> Mapping[str, LeadTable]:
    """Return the rules that are compared."""
    return {
        "AC .95": leaning_table(0.95, DRAWS),
        "AC .99": leaning_table(0.99, DRAWS),
        "e-process .05": evidence_table(0.05, DRAWS, 2, choices=2),
    }


def main() -> None:
    """Print the table."""
    rules = tables()
    lines = [f"| true shares | {' | '.join(rules)} |", "|---" * (len(rules) + 1) + "|"]
    for share in SHARES:
        figures = " | ".join(f"{100 * wrong_stops(share, table):.1f} %" for table in rules.values())
        lines.append(f"| {share:.2f}, {1 - share:.2f} | {figures} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
