"""Files, functions, parameter lists and nesting stay small enough to be held in the head."""

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

FILE_LINES = 250
FUNCTION_LINES = 40
PARAMETERS = 6
DEPTH = 4

# path, or path:function -> why it is better longer
EXCEPTIONS: dict[str, str] = {
    "fedbbpt/config/sections.py": "one schema: fields and their documentation, hardly any code",
    "fedbbpt/runs/results.py": "one schema: fields and their documentation, hardly any code",
}

BLOCKS = (
    ast.If,
    ast.For,
    ast.AsyncFor,
    ast.While,
    ast.With,
    ast.AsyncWith,
    ast.Try,
    ast.TryStar,
    ast.Match,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Trees = Mapping[Path, ast.Module]


def line_count(function: Function) -> int:
    """Return the lines from `def` to the end, without the docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def parameter_count(function: Function) -> int:
    """Return the number of parameters, without self and cls."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    starred = [star for star in (arguments.vararg, arguments.kwarg) if star]
    return len([argument for argument in named if argument.arg not in {"self", "cls"}] + starred)


def depth(node: ast.AST) -> int:
    """Return how many blocks stand inside one another below a node; `elif` is no deeper."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        is_elif = isinstance(node, ast.If) and isinstance(child, ast.If) and node.orelse == [child]
        own = 1 if isinstance(child, BLOCKS) and not is_elif else 0
        deepest = max(deepest, own + depth(child))
    return deepest


def functions(trees: Trees) -> Iterator[tuple[str, Function]]:
    """Yield every function of the package and the examples with `path:name`."""
    for path, tree in trees.items():
        if path.parts[0] == "tests":
            continue
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path}:{node.name}", node


def over_limit(trees: Trees, measure: Callable[[Function], int], limit: int) -> list[str]:
    """Return what is larger than it may be, one line each."""
    return [
        f"{place} (line {function.lineno}): {measure(function)}, limit {limit}"
        for place, function in functions(trees)
        if measure(function) > limit and place not in EXCEPTIONS
    ]


def test_no_file_is_longer_than_250_lines(trees: Trees, root: Path) -> None:
    lengths = {str(path): (root / path).read_bytes().count(b"\n") for path in trees}

    long = [
        f"{path}: {length} lines, limit {FILE_LINES}"
        for path, length in lengths.items()
        if length > FILE_LINES and path not in EXCEPTIONS
    ]

    assert not long, "\n".join(long)


def test_no_function_is_longer_than_40_lines(trees: Trees) -> None:
    long = over_limit(trees, line_count, FUNCTION_LINES)

    assert not long, "\n".join(long)


def test_no_function_takes_more_than_6_parameters(trees: Trees) -> None:
    crowded = over_limit(trees, parameter_count, PARAMETERS)

    assert not crowded, "\n".join(crowded)


def test_no_function_nests_deeper_than_4_blocks(trees: Trees) -> None:
    deep = over_limit(trees, depth, DEPTH)

    assert not deep, "\n".join(deep)


def test_every_exception_still_names_something_and_says_why(trees: Trees) -> None:
    places = {str(path) for path in trees} | {place for place, _ in functions(trees)}

    stale = [place for place, reason in EXCEPTIONS.items() if place not in places or not reason]

    assert not stale
