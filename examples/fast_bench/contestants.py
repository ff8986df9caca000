"""The methods, each with one step size that is tuned; all else is as in its recipe."""

from collections.abc import Callable
from dataclasses import dataclass

from fedbbpt.aggregators import Aggregator
from fedbbpt.aggregators.fedavg_gaussian import FedavgGaussian
from fedbbpt.aggregators.fedbpt import FedBPT
from fedbbpt.aggregators.mean import Mean
from fedbbpt.optimizers import Optimizer
from fedbbpt.optimizers.cma import CMA
from fedbbpt.optimizers.finite_seeds import FiniteSeeds
from fedbbpt.optimizers.zo import ZerothOrder

Making = Callable[[float], Optimizer]


@dataclass(frozen=True, slots=True)
class Contestant:
    """One method.

    Attributes:
        title: as in the table.
        optimizer: makes the optimizer of a step size.
        aggregator: merges reports.
        steps: the step sizes that are tried.
        candidates: of a round (score work) or a generation (local work).
        generations: of a local search; 0 is score work.
        sigma: standard deviation of the start; 0 takes the step size.
        compare: local searches end with a comparison, which the merge needs.
    """

    title: str
    optimizer: Making
    aggregator: Aggregator
    steps: tuple[float, ...]
    candidates: int
    generations: int = 0
    sigma: float = 0.0
    compare: bool = False

    @property
    def evaluations(self) -> int:
        """Prompts that an owner scores in a round."""
        return self.candidates * max(1, self.generations) + (2 if self.compare else 0)


def _evolution(population: int) -> Making:
    return lambda _: CMA(population=population, diagonal=True)


def _descent(step: float) -> Optimizer:
    return ZerothOrder(directions=5, learning_rate=step, smoothing=0.1, proximal=0.01)


def _seeded(step: float) -> Optimizer:
    return FiniteSeeds(directions=5, learning_rate=step, smoothing=0.1)


SIGMAS = (0.001, 0.01, 0.03, 0.1, 0.3)
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)

CONTESTANTS: dict[str, Contestant] = {
    "fedes-cma": Contestant("FedES-CMA, 10 a round", _evolution(10), Mean(), SIGMAS, 10),
    "fedes-cma-40": Contestant("FedES-CMA, 40 a round", _evolution(40), Mean(), SIGMAS, 40),
    "fedbpt-paper": Contestant(
        "FedBPT, paper rule", _evolution(5), FedBPT("paper"), SIGMAS, 5, 8, compare=True
    ),
    "fedbpt-code": Contestant(
        "FedBPT, code rule", _evolution(5), FedBPT("code"), SIGMAS, 5, 8, compare=True
    ),
    "fedavg-bbt": Contestant("FedAvg-BBT", _evolution(5), FedavgGaussian(), SIGMAS, 5, 8),
    "fedavg-zo": Contestant("FedAvg-ZO", _descent, FedavgGaussian(), RATES, 10, 4, sigma=0.1),
    "fedkseed": Contestant("finite seeds", _seeded, Mean(), RATES, 10, sigma=0.1),
}
