"""Sentence embeddings, from a folder or from the model hub: the one place for their library."""

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from fedbbpt.distributions import Floats
from fedbbpt.errors import ConfigError

Encoder = Callable[[Sequence[str]], Floats]
"""Texts to embeddings, shape (texts, width)."""

_LIBRARY = "sentence_transformers"
_INSTALL = 'pip install "fedbbpt[semantic]"'


def folder_of(model: str, base: Path) -> Path | None:
    """Return the folder that a model's name means, or None for a name of the hub.

    A name means a folder where one lies there, and always when it begins with ``.``, ``/`` or
    ``~``: what is meant as a folder is never looked for on the hub.
    """
    place = base / Path(model).expanduser()
    return place if model.startswith((".", "/", "~")) or place.is_dir() else None


def check_encoder(model: str, base: Path) -> None:
    """Pass if a model could be loaded, without loading it or contacting anybody.

    Raises:
        ConfigError: the library is absent, or the folder is.
    """
    if importlib.util.find_spec(_LIBRARY) is None:
        raise ConfigError(f"{_LIBRARY} is not installed; run: {_INSTALL}")
    place = folder_of(model, base)
    if place is not None and not place.is_dir():
        raise ConfigError(f"model: {place}: no such folder; name one, or a model of the hub")


def load_encoder(model: str, base: Path) -> Encoder:
    """Return the encoder of a model; a folder is loaded from disk alone, a hub name may download.

    Raises:
        ConfigError: it cannot be loaded.
    """
    check_encoder(model, base)
    place = folder_of(model, base)
    library = importlib.import_module(_LIBRARY)  # late: it loads torch, which takes seconds
    try:
        loaded = library.SentenceTransformer(
            str(place or model), device="cpu", local_files_only=place is not None
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(f"model: {model}: cannot be loaded: {error}") from error

    def encode(texts: Sequence[str]) -> Floats:
        embeddings: Floats = np.asarray(
            loaded.encode(list(texts), show_progress_bar=False), dtype=np.float64
        )
        return embeddings

    return encode
