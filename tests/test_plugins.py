"""The file name is the registry, and a new plugin is one new file."""

import ast
import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tiny_run import put, tiny_run, tiny_tables

import fedbbpt
import fedbbpt.optimizers
from fedbbpt.aggregators.mean import Mean
from fedbbpt.endpoints.scripted import Scripted
from fedbbpt.errors import ConfigError
from fedbbpt.plugins import KINDS, build, find, names

if TYPE_CHECKING:
    from decimal import Decimal

Trees = Mapping[Path, ast.Module]

DRAW_ONCE = '''"""Draw points once, score them, and believe in the best."""

from dataclasses import dataclass

import numpy as np

from fedbbpt.distributions import Categorical, Distribution, Floats, Points, sample

__all__ = ["DrawOnce"]


@dataclass(frozen=True, slots=True)
class DrawOnce:
    """Hyper-parameters: how sure the search is of the best point."""

    lead: float = 3.0

    def start(self, distribution: Distribution, rng: np.random.Generator) -> "Drawing":
        """Begin at the tables of a distribution."""
        return Drawing(self.lead, distribution, rng)


class Drawing:
    """A search of one round."""

    def __init__(
        self, lead: float, distribution: Distribution, rng: np.random.Generator
    ) -> None:
        self.lead, self.distribution, self.rng, self.told = lead, distribution, rng, False

    def ask(self, count: int) -> Points:
        """Draw from the start, once."""
        return sample(self.distribution, 0 if self.told else count, self.rng)

    def tell(self, points: Points, losses: Floats) -> None:
        """Lift the choices of the best point."""
        best = points[int(np.argmin(losses))]
        tables = zip(self.distribution.logits, best, strict=True)
        lifted = [slot + self.lead * (np.arange(slot.size) == pick) for slot, pick in tables]
        self.distribution, self.told = Categorical(tuple(lifted)), True
'''


@dataclass(frozen=True)
class Fieldwork:
    """A user's own plugin with all kinds of fields."""

    rate: float
    steps: int = 1
    names: tuple[str, ...] = ()
    pair: tuple[str, int] = ("a", 1)
    maybe: int | None = None
    folder: Path = Path()


@dataclass(frozen=True)
class ForCheckers:
    """A user's own plugin with a type that is only there for type checkers."""

    block: "Decimal | int | None" = None


@pytest.fixture
def own_folder(tmp_path: Path) -> Iterator[Path]:
    """Return an empty folder; what is imported from it is forgotten after the test."""
    folder = tmp_path / "own"
    folder.mkdir()
    importlib.invalidate_caches()
    yield folder
    for name in ("draw_once", "fedbbpt.optimizers.draw_once"):
        sys.modules.pop(name, None)
    vars(fedbbpt.optimizers).pop("draw_once", None)
    importlib.invalidate_caches()


def offered(tree: ast.Module) -> list[str]:
    """Return the names in a module's ``__all__``, read without importing it."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                found: list[str] = ast.literal_eval(value)
                return found
    return []


@pytest.mark.parametrize("kind", KINDS)
def test_exactly_the_modules_that_offer_a_class_are_plugins(
    package_trees: Trees, kind: str
) -> None:
    modules = {
        path.stem: offered(tree)
        for path, tree in package_trees.items()
        if path.parent == Path("fedbbpt", kind) and path.name != "__init__.py"
    }

    found = {name: [find(kind, name).__name__] for name in names(kind)}

    assert found == {name: classes for name, classes in modules.items() if classes}
    assert len(found) >= 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "spaces"])
def test_a_plugin_can_be_built_from_its_name_alone_but_for_what_it_must_be_told(kind: str) -> None:
    needed = {
        "openai": {"url": "http://127.0.0.1/v1", "model": "m"},
        "openai_sdk": {"client": "my_app:make_client", "model": "m"},
        "semantic": {"model": "a-folder"},
        "vllm": {"url": "http://127.0.0.1/v1", "model": "m"},
    }

    for name in names(kind):
        plugin = build(kind, {"use": name, **needed.get(name, {})}, kind)

        assert is_dataclass(plugin)


def test_ones_own_class_is_found_by_module_and_name() -> None:
    assert find("endpoints", "fedbbpt.endpoints.scripted:Scripted") is Scripted
    assert build("aggregators", {"use": "fedbbpt.aggregators.mean:Mean"}, "aggregator") == Mean()


def test_values_reach_ones_own_class_as_its_fields_say() -> None:
    table = {
        "use": f"{__name__}:Fieldwork",
        "rate": 1,
        "names": ["a", "b"],
        "pair": ["c", 3],
        "maybe": 4,
        "folder": "left/to/the/class",
    }

    made = build("metrics", table, "scoring.metric")

    assert isinstance(made.rate, float)
    assert made == Fieldwork(1.0, 1, ("a", "b"), ("c", 3), 4, "left/to/the/class")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "[m] rate: {use} needs it"),
        ({"rate": "x"}, "[m] rate: expected a number, got 'x'"),
        ({"rate": 1.0, "names": [1]}, "[m] names: expected a text, got 1"),
        ({"rate": 1.0, "names": "ab"}, "[m] names: expected a list, got 'ab'"),
        ({"rate": 1.0, "maybe": "x"}, "[m] maybe: expected a whole number, got 'x'"),
        ({"rate": 1.0, "rat": 1}, "[m] rat: unknown; did you mean 'rate'?"),
    ],
)
def test_a_bad_field_of_ones_own_class_is_refused(table: dict[str, object], said: str) -> None:
    use = f"{__name__}:Fieldwork"

    with pytest.raises(ConfigError) as caught:
        build("metrics", {"use": use, **table}, "m")

    assert said.format(use=use) in str(caught.value)


def test_types_that_only_checkers_know_are_left_to_the_class() -> None:
    made = build("metrics", {"use": f"{__name__}:ForCheckers", "block": 5}, "m")

    assert made == ForCheckers(5)


def test_the_file_may_not_set_what_the_composition_gives() -> None:
    with pytest.raises(ConfigError, match=r"\[e\] key: unknown"):
        build("endpoints", {"use": "openai", "url": "http://x", "key": "k"}, "e", key=None)


@pytest.mark.parametrize("placed", ["on the path", "in the package"])
def test_a_new_optimizer_is_one_file(
    tmp_path: Path, own_folder: Path, monkeypatch: pytest.MonkeyPatch, placed: str
) -> None:
    (own_folder / "draw_once.py").write_text(DRAW_ONCE, encoding="utf-8")
    if placed == "on the path":
        monkeypatch.syspath_prepend(own_folder)
        use = "draw_once:DrawOnce"
    else:
        package = fedbbpt.optimizers
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(own_folder)])
        use = "draw_once"
    monkeypatch.chdir(tmp_path)
    tiny_run(tmp_path)
    tables = put(tiny_tables(), "optimizer", {"use": use, "lead": 4})

    result = fedbbpt.optimize(tables, directory=tmp_path / "kept")

    assert [(r.candidates, r.requests) for r in result.results.rounds] == [(4, 128)]
    assert result.results.ended == "finished"
    assert placed == "on the path" or "draw_once" in names("optimizers")


def test_a_new_file_is_forgotten_with_its_folder() -> None:
    assert "draw_once" not in names("optimizers")
