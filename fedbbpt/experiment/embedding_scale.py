"""The search for a size of soft tokens, before any other: asked once, journalled, and replayed."""

from collections.abc import Callable
from dataclasses import replace

from fedbbpt.config.connect import Connected
from fedbbpt.config.embedding_scale import ADVICE, is_unscaled, scale_note, scale_sizes
from fedbbpt.embedding_scale import ROWS, EmbeddingScale, all_tried, chosen, merged, scale_points
from fedbbpt.errors import EndpointError
from fedbbpt.randomness import rng
from fedbbpt.spaces.soft import Soft
from fedbbpt.work.embedding_scale import scale_response


async def scaled(lines: Connected, announce: Callable[[str], None]) -> Connected:
    """Return open endpoints of the run with a size of soft tokens, if it lacks one.

    The same journal gives the same size. Owners give sums over their examples, never a score of
    one; no target is read.

    Raises:
        EndpointError: no size can be told; the text says what to write.
        FedbbptError: as asking the owners.
    """
    prepared, space = lines.prepared, lines.prepared.space
    if not isinstance(space, Soft) or not is_unscaled(space, prepared.profiles.values()):
        return lines
    announce("embedding scale")
    unit = replace(space, embedding_std=1.0, alpha=1.0)
    points = scale_points(space.dimensions, rng(prepared.run.seed, "embedding scale"))
    sizes = scale_sizes(prepared.owners)
    responses = [
        await scale_response(lines.client(data).owner, unit, points, sizes[name], prepared.run.seed)
        for name, data in sorted(prepared.data.items())
    ]
    try:
        tried = all_tried(merged(responses))
        std = chosen(tried)
    except ValueError as error:
        raise EndpointError(f"no embedding scale found: {error}; {ADVICE}") from error
    requests = ROWS * sum(sizes.values()) * prepared.scoring.requests_per_item
    scale = EmbeddingScale(std, requests, sum(sizes.values()), tried)
    asked = scale_note(requests)
    found = replace(
        prepared,
        space=replace(space, embedding_std=std),
        scale=scale,
        notes=(*(note for note in prepared.notes if note not in asked), _note(scale)),
    )
    return replace(lines, prepared=found)


def _note(scale: EmbeddingScale) -> str:
    return (
        f"embedding_std was not given: {scale.requests} requests on {scale.examples} examples "
        f"found soft tokens of size {scale.std:.3g}; write embedding_std = {scale.std!r} to spare "
        "them in another run"
    )
