"""The space of soft tokens, for endpoints that take them; refused where one does not."""

from collections.abc import Mapping, Sequence

from fedbbpt.config.sections import Table
from fedbbpt.endpoints import Embeddings, Profile
from fedbbpt.errors import ConfigError
from fedbbpt.plugins import build
from fedbbpt.prompts import Prompt
from fedbbpt.spaces import Space

NEEDED = (
    'it needs use = "vllm" with embedding_width, at a vLLM of 0.27 or newer that was started with '
    "--enable-prompt-embeds"
)


def soft_space(
    settings: Table, start: Prompt, profiles: Sequence[Profile], recipe: str = ""
) -> Space:
    """Return the space for the model that all these endpoints serve.

    Args:
        settings: the plugin's own fields, the seed of the projection among them.
        start: the text prompt.
        profiles: of the owners' endpoints.
        recipe: the one that chose this space; empty where the run file did.

    Raises:
        ConfigError: an endpoint takes text alone, two serve models whose embeddings differ, or a
            setting cannot be meant.
    """
    first = _embeddings(profiles[0], recipe)
    for profile in profiles[1:]:
        if (other := _embeddings(profile, recipe)) != first:
            raise ConfigError(
                f'[space] use = "soft": {profiles[0].destination} has embeddings of width '
                f"{first.width} and std {_said(first)}, {profile.destination} of {other.width} and "
                f"{_said(other)}; soft tokens fit one model, so all owners need the same"
            )
    given: Mapping[str, object] = {
        "start": start,
        "embedding_width": first.width,
        # Where nobody said it, numbers of size 1 stand until a run has found a scale.
        "embedding_std": 1.0 if first.std is None else first.std,
    }
    space: Space = build("spaces", {**settings, "use": "soft"}, "space", **given)
    return space


def _said(embeddings: Embeddings) -> str:
    return "unsaid" if embeddings.std is None else f"{embeddings.std}"


def _embeddings(profile: Profile, recipe: str) -> Embeddings:
    if profile.embeddings is None:
        chosen, others = '[space] use = "soft"', ""
        if recipe:
            chosen = f"recipe = {recipe!r} needs tier T3, soft tokens"
            others = "; `fedbbpt recipes` lists those that need less"
        raise ConfigError(
            f"{chosen}: {profile.name} at {profile.destination} takes "
            f"text and no soft tokens (tier T3); {NEEDED}{others}"
        )
    return profile.embeddings
