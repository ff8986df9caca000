"""Whether embeddings are wide enough for a space that is a projection of them."""

from fedbbpt.errors import ConfigError


def check_width(encoder: str, width: int, dimensions: int) -> None:
    """Refuse a space that is wider than the embeddings it is a projection of.

    Raises:
        ConfigError: it is.
    """
    if dimensions > width:
        raise ConfigError(
            f"[space] dimensions: {dimensions} are more than the {width} numbers of an embedding "
            f"by {encoder!r}; lower them"
        )
