"""The page about errors: every class with its exit code, and the other ways a command ends."""

from collections.abc import Iterator

from fedbbpt.cli.shared import INTERRUPTED
from fedbbpt.errors import FedbbptError
from generator.docstrings import read_doc
from generator.markdown import code, page, table

_INTRODUCTION = """\
An error that is raised on purpose is one line on standard error: `error:`, then what, where and
what to do. [Troubleshooting](../troubleshooting.md) has typical ones. Anything else keeps its
traceback and is a fault of the package."""


def error_page() -> str:
    """Return the page."""
    rows = [
        [code(error.__name__), str(error.exit_code), read_doc(error).summary] for error in _errors()
    ]
    codes = [
        ["0", "done; `doctor`: the endpoint can be used"],
        ["1", "an error that asking differently may not mend: data, endpoint, disk, cap, quorum"],
        ["2", "the words, the run file or the environment cannot be meant as they are"],
        [str(INTERRUPTED), "stopped by Ctrl-C; what was received is kept, go on with `resume`"],
    ]
    return page(
        "Errors and exit codes",
        _INTRODUCTION,
        "## Exit codes",
        table(["code", "meaning"], codes),
        "## Errors",
        "From Python all of them are `fedbbpt.errors.FedbbptError`.",
        table(["error", "exit code", "meaning"], rows),
    )


def _errors() -> Iterator[type[FedbbptError]]:
    yield FedbbptError
    # wrappers of attempts have errors of their own, which never leave them
    own = (kind for kind in FedbbptError.__subclasses__() if kind.__module__ == "fedbbpt.errors")
    yield from sorted(own, key=lambda kind: (-kind.exit_code, kind.__name__))
