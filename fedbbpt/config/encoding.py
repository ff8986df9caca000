"""``[encoder.endpoint]``: who embeds instructions where a space of embeddings asks an endpoint."""

from collections.abc import Mapping
from dataclasses import dataclass

from fedbbpt.config.endpoints import connector, encoder_of
from fedbbpt.config.learned_texts import LearnedTexts
from fedbbpt.config.pricing import own_prices
from fedbbpt.config.proposing import Proposing
from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import Table
from fedbbpt.endpoints import Connector, Embeds, Profile
from fedbbpt.errors import ConfigError
from fedbbpt.schedule import Schedule
from fedbbpt.spaces import Space
from fedbbpt.spaces.embedding import Embedding

WHERE = "encoder.endpoint"
KINDS = 'use = "openai" or use = "vllm"'
_OF_COMPLETIONS = (
    "top_logprobs",
    "label_ids",
    "embedding_width",
    "embedding_std",
    "embedding_type",
    "together",
    "token_limit",
    "temperature",
    "reasoning_tokens",
    "transport",
    "poll_seconds",
    "file_requests",
    "file_bytes",
    "completion_window",
)
"""Settings of an endpoint's table that say nothing of embeddings; read by nobody they mislead."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How an endpoint embeds a run's instructions.

    Attributes:
        known: the embeddings that came so far; the space decodes by them.
        first: the instructions before any joined.
        connector: of the endpoint.
        profile: of the same.
    """

    known: LearnedTexts
    first: tuple[str, ...]
    connector: Connector
    profile: Profile


def encoding_of(run: RunFile, space: Space, environment: Mapping[str, str]) -> Encoding | None:
    """Return how an endpoint embeds a run's instructions, or None where none is asked.

    Raises:
        ConfigError: no endpoint is named, one is named that nobody asks, or it cannot be meant.
    """
    table = encoder_of(run.encoder)
    if not isinstance(space, Embedding) or not isinstance(space.embed, LearnedTexts):
        if table:
            raise ConfigError(
                f'[{WHERE}] nobody asks it; write [space] use = "embedding" and encoder = '
                '"endpoint", or leave the table out'
            )
        return None
    if not table:
        raise ConfigError(
            f'[space] encoder = "endpoint": no endpoint is named; write a table [{WHERE}] with '
            f'{KINDS}, url and model, or write encoder = "words"'
        )
    _check_keys(table)
    try:
        made = connector(table, WHERE, environment, own_prices(run.prices), _embedder)
        return Encoding(space.embed, space.texts, made, made.profile())
    except ConfigError as error:
        said = str(error)
        raise ConfigError(said if said.startswith("[") else f"[{WHERE}] {said}") from error


def servers_own(proposing: Proposing | None, encoding: Encoding | None) -> dict[str, Profile]:
    """Return the endpoints that are asked on behalf of no owner, by the name of their table."""
    asked = {}
    if proposing is not None and proposing.profile is not None:
        asked["proposer.endpoint"] = proposing.profile
    if encoding is not None:
        asked[WHERE] = encoding.profile
    return asked


def most_joining(proposing: Proposing | None, schedule: Schedule, owners: int) -> int:
    """Return how many texts join at most in one search of a space of embeddings.

    Args:
        proposing: how its bank grows, or None.
        schedule: how many rounds it has.
        owners: who may propose.
    """
    if proposing is None or proposing.refreshing is None:
        return 0
    growth, around = proposing.growth, proposing.refreshing
    each = growth.share(around.children, owners) * (owners if growth.by_owners else 1)
    return min(growth.most, around.times(schedule.rounds) * each)


def _embedder(made: Connector) -> Connector:
    if not isinstance(made, Embeds):
        raise ConfigError(
            f"[{WHERE}] use: this kind of endpoint gives no embeddings; write {KINDS}"
        )
    return made.embedder()


def _check_keys(table: Table) -> None:
    for key in _OF_COMPLETIONS:
        if key in table:
            raise ConfigError(f"[{WHERE}] {key}: it says nothing of embeddings; leave it out")
