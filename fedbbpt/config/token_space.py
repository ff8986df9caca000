"""The words of a ``tokens`` space, from the tables of a run file."""

from pathlib import Path

from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import SpaceSection
from fedbbpt.data import Task
from fedbbpt.errors import ConfigError
from fedbbpt.library.vocabulary import load_words
from fedbbpt.plugins import build
from fedbbpt.spaces import Space
from fedbbpt.spaces.start import Start


def token_space(run: RunFile, task: Task, start: Start, *, generate: bool) -> Space:
    """Return the space of word prefixes.

    ``[space] words`` lists the vocabulary, or ``library`` names word lists: packaged ones, or files
    beside the run file; ``limit`` keeps the first ones.

    Raises:
        ConfigError: no such list, or a word that cannot stand in a prompt.
    """
    settings = dict(run.space.settings)
    given = settings.pop("words", None)
    if given is None:
        words = _listed(run)
    elif isinstance(given, list | tuple) and all(isinstance(word, str) for word in given):
        words = tuple(given)
    else:
        raise ConfigError('[space] words: list the words, for example words = ["good", "bad"]')
    kept = words[: run.space.limit or None]
    table = {**settings, "use": "tokens"}
    space: Space = build(
        "spaces", table, "space", task=task, start=start, words=kept, generate=generate
    )
    return space


def _listed(run: RunFile) -> tuple[str, ...]:
    # The default of the key names slot libraries; a space of words has its own.
    names = run.space.library if run.space.library != SpaceSection().library else ("common",)
    try:
        lists = [
            load_words(Path(run.base) / name if name.endswith(".toml") else name) for name in names
        ]
    except ConfigError as error:
        raise ConfigError(f"[space] library: {error}") from error
    return tuple(dict.fromkeys(word for words in lists for word in words))
