"""``[proposer]`` in a space of embeddings: how often texts are written, and around how many."""

from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import ProposerSection
from fedbbpt.errors import ConfigError
from fedbbpt.growing_bank import Growth
from fedbbpt.nearest_candidates import Refreshing
from fedbbpt.spaces.embedding import Embedding

REFRESHING = ("every", "parents", "children")
"""Keys of the table for such a space only."""


def refreshing_of(run: RunFile, section: ProposerSection, growth: Growth) -> Refreshing | None:
    """Return when texts are written, or None where an optimizer that breeds says so itself.

    Raises:
        ConfigError: a number below 1, or a key that this space has no use for.
    """
    if not isinstance(growth.space, Embedding):
        for key in REFRESHING:
            if key in run.proposer:
                raise ConfigError(
                    f'[proposer] {key}: it goes with [space] use = "embedding"; '
                    f"{run.optimizer['use']} has settings of its own for that"
                )
        return None
    try:
        return Refreshing(growth.space, growth, section.every, section.parents, section.children)
    except ValueError as error:
        raise ConfigError(f"[proposer] {error}") from error
