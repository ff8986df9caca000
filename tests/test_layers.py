"""Imports point one way only: up the list of layers of ARCHITECTURE.md."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

# A layer may import itself and the layers above it.
LAYERS = (
    "errors randomness canonical secret closest event_loop",
    "labels tensor_bytes soft_tokens soft_parts prompts data splits answers completions money"
    " chat_form chat_format distributions beliefs messages comparison randomisation gate reading"
    " extraction safe_text text_features embedding_scale",
    "codec",
    "storage",
    "library datasets",
    "spaces",
    "guessing",
    "metrics losses",
    "votes replay",
    "reasoning proposers privacy exemplars",
    "endpoints",
    "optimizers",
    "aggregators",
    "calibration fitted_bias mean_score uncalibrated marking evaluator objective tuned",
    "exports wrapping",
    "work client schedule tried drivers growing_bank nearest_candidates round_scores server",
    "engines",
    "runs trackers",
    "recipes",
    "plugins config",
    "diagnosis",
    "experiment",
    "api",
    "cli __init__ __main__",
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer.split()}
HEAVY = {
    "cma",
    "nevergrad",
    "openai",
    "sentence_transformers",
    "flwr",
    "xllamacpp",
    "torch",
    "mlflow",
    "wandb",
    "uvloop",
}
HEAVY |= {"datasets", "pandas", "pyarrow"}
SLOW_FOR_HELP = {"numpy", "aiohttp", "jinja2", "rich"}

Trees = Mapping[Path, ast.Module]


def module_name(path: Path) -> str:
    """Return the dotted name of the module in a file such as fedbbpt/spaces/slots.py."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str:
    """Return the entry of LAYERS that a module belongs to: its first name below the package."""
    below = module.split(".")[1:]
    return below[0] if below else "__init__"


def imported_names(tree: ast.Module) -> Iterator[str]:
    """Yield the dotted name of everything a module imports, wherever in the file it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call):
            match node.func, node.args:
                case ast.Name("installed"), [ast.Constant(str(name)), *_]:  # datasets/extras.py
                    yield name


def import_graph(trees: Trees) -> dict[str, set[str]]:
    """Return which modules of the package each module of the package imports."""
    modules = {module_name(path): tree for path, tree in trees.items()}
    graph: dict[str, set[str]] = {}
    for module, tree in modules.items():
        named = (name for name in imported_names(tree) if name.split(".")[0] == "fedbbpt")
        # `from fedbbpt.spaces import Space` names a value, `... import slots` names a module
        found = {name if name in modules else name.rpartition(".")[0] for name in named}
        graph[module] = found & modules.keys()
    return graph


def test_every_module_has_its_place_in_the_list(package_trees: Trees) -> None:
    layers = {layer_of(module_name(path)) for path in package_trees}

    strangers = sorted(layers - RANK.keys())

    assert not strangers, f"{strangers}: add it to the list in ARCHITECTURE.md and here"


def test_imports_point_up_the_list(package_trees: Trees) -> None:
    graph = import_graph(package_trees)

    downward = [
        f"{module} imports {imported}"
        for module, imports in sorted(graph.items())
        for imported in sorted(imports)
        if {layer_of(module), layer_of(imported)} <= RANK.keys()
        and RANK[layer_of(imported)] > RANK[layer_of(module)]
    ]

    assert not downward, "these imports point down the list:\n" + "\n".join(downward)


def test_no_import_goes_in_a_circle(package_trees: Trees) -> None:
    graph = import_graph(package_trees)

    circle: list[str] = []
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]

    assert not circle, " is imported by ".join(circle)


def test_a_heavy_library_is_imported_by_one_module_only(package_trees: Trees) -> None:
    importers: dict[str, set[str]] = {library: set() for library in HEAVY}

    for path, tree in package_trees.items():
        for library in {name.split(".")[0] for name in imported_names(tree)} & HEAVY:
            importers[library].add(str(path))

    crowded = {library: sorted(paths) for library, paths in importers.items() if len(paths) > 1}
    assert not crowded


def test_help_loads_no_heavy_library(root: Path) -> None:
    show_help = (
        "import contextlib, sys\n"
        "from fedbbpt.cli import main\n"
        "sys.argv = ['fedbbpt', '--help']\n"
        "with contextlib.suppress(SystemExit):\n"
        "    main()\n"
        "print('loaded:', *sorted(sys.modules))\n"
    )

    shown = subprocess.run(
        [sys.executable, "-c", show_help], cwd=root, check=True, capture_output=True, text=True
    ).stdout

    text, loaded = shown.rsplit("loaded:", 1)
    assert "Usage" in text
    assert not (HEAVY | SLOW_FOR_HELP) & set(loaded.split())
