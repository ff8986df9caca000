"""House rules that a reader should never have to check by hand."""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

PLUGIN_FOLDERS = {
    "spaces",
    "extraction",
    "metrics",
    "reasoning",
    "endpoints",
    "optimizers",
    "proposers",
    "aggregators",
    "trackers",
}
LIVE_OBJECT_MODULES = {"pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle"}
MACHINE_PATH = re.compile(r"(?<![\w.-])/(?:home|root|work|Users)/")
TEXT_FOLDERS = ("fedbbpt", "prompts", "clients", "examples", "docs", "tests", "requirements", ".ci")
TEXT_SUFFIXES = {"", ".py", ".toml", ".txt", ".md", ".sh", ".service", ".html", ".j2", ".csv"}
MAY_LOOK_UP_ATTRIBUTES = {"plugins", "config"}  # they turn names of a file into fields and classes

Trees = Mapping[Path, ast.Module]


def texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield every text file of the project but this one, which has to name what it bans."""
    files = [path for folder in TEXT_FOLDERS for path in sorted((root / folder).rglob("*"))]
    files += sorted(path for path in root.glob("*") if not path.name.startswith(".coverage"))
    for path in files:
        if path.is_file() and path.suffix in TEXT_SUFFIXES and path != Path(__file__):
            yield path.relative_to(root), path.read_text(encoding="utf-8")


def places(trees: Trees, *kinds: type[ast.AST]) -> Iterator[tuple[Path, str, ast.AST]]:
    """Yield every node of some kinds with its file and `path:line`."""
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                line: int = vars(node)["lineno"]
                yield path, f"{path}:{line}", node


def called(node: ast.AST) -> str:
    """Return the bare name that a call calls, or an empty text."""
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name
        case _:
            return ""


def test_nothing_travels_or_rests_as_a_live_object(trees: Trees) -> None:
    found = []

    for _, place, node in places(trees, ast.Import, ast.ImportFrom, ast.keyword):
        match node:
            case ast.Import(names=names):
                roots = {alias.name.split(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module)):
                roots = {module.split(".")[0]}
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
                roots = {"pickle"}
            case _:
                roots = set()
        found += [place] if roots & LIVE_OBJECT_MODULES else []

    assert not found


def test_only_the_command_line_prints(package_trees: Trees) -> None:
    found = [
        place
        for path, place, node in places(package_trees, ast.Call)
        if called(node) == "print" and "cli" not in path.parts
    ]

    assert not found


def test_no_path_of_one_machine_is_written_down(root: Path) -> None:
    found = [str(path) for path, text in texts(root) if MACHINE_PATH.search(text)]

    assert not found


def test_nothing_is_left_to_do_without_an_issue(root: Path) -> None:
    found = [str(path) for path, text in texts(root) if "TODO" in text]

    assert not found


def test_no_error_is_caught_without_being_named(trees: Trees) -> None:
    found = []

    for _, place, handler in places(trees, ast.ExceptHandler):
        caught = vars(handler)["type"]
        named = ast.walk(caught) if caught else [ast.Name("Exception")]
        names = {node.id for node in named if isinstance(node, ast.Name)}
        found += [place] if "Exception" in names else []

    assert not found


def test_no_attribute_is_guessed(package_trees: Trees) -> None:
    found = [
        place
        for path, place, node in places(package_trees, ast.Call)
        if called(node) in {"hasattr", "getattr"}
        and path.with_suffix("").parts[1] not in MAY_LOOK_UP_ATTRIBUTES
    ]

    assert not found


def test_every_module_says_what_it_is_for(trees: Trees) -> None:
    silent = [
        str(path)
        for path, tree in trees.items()
        if path.parts[0] != "tests" and not ast.get_docstring(tree)
    ]

    assert not silent


def test_a_plugin_module_offers_exactly_one_class_of_its_own(package_trees: Trees) -> None:
    crowded = []

    for path, tree in package_trees.items():
        if path.parts[1] not in PLUGIN_FOLDERS or path.name == "__init__.py":
            continue
        defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id="__all__")], value=offered):
                    names = ast.literal_eval(offered)
                    crowded += [] if len(names) == 1 and set(names) <= defined else [str(path)]

    assert not crowded


def test_no_two_test_files_share_a_name(trees: Trees) -> None:
    names = Counter(path.name for path in trees if path.name.startswith("test_"))

    # the folders of tests are no packages, so pytest and mypy know a test file by its name alone
    shared = [name for name, count in names.items() if count > 1]

    assert not shared
