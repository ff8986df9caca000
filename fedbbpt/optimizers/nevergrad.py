"""Any optimizer of nevergrad by its name: Rapin and Teytaud 2018."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import numpy as np

from fedbbpt.closest import did_you_mean
from fedbbpt.distributions import (
    Categorical,
    Distribution,
    Floats,
    Gaussian,
    Points,
    Product,
    width,
)
from fedbbpt.errors import ConfigError
from fedbbpt.optimizers import Search
from fedbbpt.optimizers.keeping import Keeping, check_reevaluate
from fedbbpt.optimizers.legacy_chance import LegacyChance
from fedbbpt.optimizers.pieces import Piece

__all__ = ["Nevergrad"]

USUAL, USUAL_OF_CHOICES = "DiagonalCMA", "DiscreteOnePlusOne"
FORMS = ("transition", "softmax")


@dataclass(frozen=True, slots=True)
class Nevergrad:
    """Let nevergrad search vectors, tables of choices, or both side by side.

    The belief's mode is the point that nevergrad recommends. Its sigma is the root mean square
    distance, a coordinate, between that point and the points asked last: what is still being tried,
    not what is known. Its tables lean to the choices of candidates with small losses. Of a table at
    the start only the most likely choice counts.

    Attributes:
        method: name in nevergrad's registry, for example "OnePlusOne", "PSO", "TBPSA" or "NGOpt";
            empty takes "DiagonalCMA", or "DiscreteOnePlusOne" where there are choices.
        population: most points a round, >= 1.
        budget: points planned in all, by which some methods choose their ways, >= 0; 0 leaves it
            open.
        choices: ``"transition"`` moves between choices, ``"softmax"`` draws them by weights.
        reevaluate: every so many rounds the recommended and the best point so far are asked again;
            0 never.

    Raises:
        ValueError: a value out of its range.
    """

    method: str = ""
    population: int = 8
    budget: int = 0
    choices: Literal["transition", "softmax"] = "transition"
    reevaluate: int = 0

    def __post_init__(self) -> None:
        if self.population < 1:
            raise ValueError(f"population: {self.population} is too few; give at least 1")
        if self.budget < 0:
            raise ValueError(f"budget: {self.budget} is below 0; 0 leaves it open")
        if self.choices not in FORMS:
            raise ValueError(f"choices: {self.choices!r} is unknown; use one of {', '.join(FORMS)}")
        check_reevaluate(self.reevaluate)

    def start(self, distribution: Distribution, rng: np.random.Generator) -> Search:
        """Begin at the mode of ``distribution``, with its sigma.

        Raises:
            ValueError: neither a Gaussian, nor tables, nor a product of these; or no such method.
            ConfigError: nevergrad is not installed.
        """
        parts = distribution.parts if isinstance(distribution, Product) else (distribution,)
        pieces = [Piece(part) for part in parts if isinstance(part, Gaussian | Categorical)]
        if len(pieces) < len(parts):
            raise ValueError(
                f"distribution: nevergrad searches vectors and choices, not a "
                f"{type(distribution).__name__} of other parts; use a Gaussian, tables, or a "
                "product of these"
            )
        return Keeping(_Asking(self, distribution, pieces, rng), self.reevaluate)


class _Asking:
    """A running optimizer of nevergrad, made when the size of a round is known."""

    def __init__(
        self,
        settings: Nevergrad,
        start: Distribution,
        pieces: list[Piece],
        rng: np.random.Generator,
    ) -> None:
        self._settings = settings
        self._start = start
        self._pieces = pieces
        self._chance = LegacyChance(rng.integers(2**32, size=8).tolist())
        self._ends = np.cumsum([width(piece.part) for piece in pieces])[:-1]
        self._library = _loaded()
        usual = USUAL if isinstance(start, Gaussian) else USUAL_OF_CHOICES
        self._method = settings.method or usual
        known = sorted(self._library.optimizers.registry)
        if self._method not in known:
            hint = did_you_mean(self._method, known) or "; its documentation lists them"
            raise ValueError(f"method: nevergrad has no {self._method!r}{hint}")
        self._optimizer: Any = None
        self._candidates: list[Any] = []
        self._points: Points = np.empty((0, width(start)))
        self._losses: Floats = np.empty(0)
        self._last: Points = self._points
        self.distribution = start
        self.ended = ""

    def propose(self, count: int) -> Points:
        """Return one round."""
        nothing = self._points[:0]
        if self.ended:
            return nothing
        number = min(count, self._settings.population)
        if number < 1:
            raise ValueError(f"count: {count} new points are too few; raise [search] candidates")
        with self._chance.used(), self._failures():
            if self._optimizer is None:
                self._optimizer = self._made(number)
            self._candidates = [self._optimizer.ask() for _ in range(number)]
            self._last = np.stack([self._point(one.value) for one in self._candidates])
        return nothing if self.ended else self._last

    def learn(self, losses: Floats) -> None:
        """Tell the candidates' losses, and take the recommended point as what is believed."""
        self._points = np.concatenate([self._points, self._last])
        self._losses = np.concatenate([self._losses, losses])
        with self._chance.used(), self._failures():
            for candidate, loss in zip(self._candidates, losses.tolist(), strict=True):
                self._optimizer.tell(candidate, loss)
            recommended = self._point(self._optimizer.provide_recommendation().value)
            self.distribution = self._believed(recommended)

    def _made(self, workers: int) -> Any:  # noqa: ANN401 - nevergrad is loaded late
        softmax = self._settings.choices == "softmax"
        parameters = [p for piece in self._pieces for p in piece.parameters(self._library, softmax)]
        instrument = self._library.p.Tuple(*parameters)
        instrument.random_state = self._chance.stream()
        kind = self._library.optimizers.registry[self._method]
        if kind.no_parallelization or kind.recast:
            raise ValueError(
                f"method: {self._method} asks one point at a time; a round asks several. "
                'Use for example "OnePlusOne", "PSO" or "TBPSA"'
            )
        return kind(instrument, budget=self._settings.budget or None, num_workers=workers)

    def _point(self, values: tuple[Any, ...]) -> Floats:
        parts, left = [], list(values)
        for piece in self._pieces:
            parts.append(piece.point(left[: piece.length]))
            left = left[piece.length :]
        return np.concatenate(parts)

    def _believed(self, recommended: Floats) -> Distribution:
        columns = zip(
            self._pieces,
            np.split(recommended, self._ends),
            np.split(self._last, self._ends, axis=1),
            np.split(self._points, self._ends, axis=1),
            strict=True,
        )
        parts = tuple(
            piece.believed(point, last, (points, self._losses))
            for piece, point, last, points in columns
        )
        return Product(parts) if isinstance(self._start, Product) else parts[0]

    @contextmanager
    def _failures(self) -> Iterator[None]:
        # Some of nevergrad's methods fail in mid-search with a numpy that is newer than they are.
        try:
            yield
        except TypeError as error:
            self.ended = (
                f"nevergrad's {self._method} failed with numpy {np.__version__} ({error}); "
                "use another method"
            )


def _loaded() -> ModuleType:
    # Late: it takes longer to load than the rest of the program. While it does, it draws some of
    # its methods' settings from numpy's global generator: always the same ones, in every process.
    with LegacyChance([0]).used():
        try:
            return importlib.import_module("nevergrad")
        except ModuleNotFoundError as error:
            raise ConfigError(
                '[optimizer] use = "nevergrad": nevergrad is not installed; '
                'pip install "fedbbpt[nevergrad]"'
            ) from error
