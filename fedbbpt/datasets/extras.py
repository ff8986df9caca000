"""Libraries that an installation may lack, loaded when a file needs them."""

import importlib
from types import ModuleType

from fedbbpt.errors import DataError


def installed(module: str, extra: str, wanted_for: str) -> ModuleType:
    """Return a module of an optional library.

    Late, because such a library takes longer to load than the rest of the program.

    Args:
        module: its dotted name.
        extra: of this package, which installs it.
        wanted_for: what needs it, for the error.

    Raises:
        DataError: the library is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise DataError(
            f"{wanted_for}: reading it needs {module.partition('.')[0]}, which is not installed; "
            f'pip install "fedbbpt[{extra}]"'
        ) from error
