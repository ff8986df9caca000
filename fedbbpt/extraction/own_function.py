"""A kind of answer that is a plain function of the user's own: ``"package.module:function"``."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fedbbpt.errors import ConfigError
from fedbbpt.extraction import Abstain

ExtractFunction = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """Extracts with a function ``(reply) -> answer, or None to abstain``.

    Two answers are the same where their texts are, up to spacing. The function is not called for
    a reply that broke off. What it raises keeps its traceback.

    Attributes:
        name: of the function, as ``package.module:name``.
        function: gets a whole reply.
    """

    name: str
    function: ExtractFunction = field(compare=False)

    def about(self, question: str) -> "OwnFunction":  # noqa: ARG002 - the function sees replies only
        """Return itself: the function sees replies only."""
        return self

    def extract(self, text: str, *, finished: bool = True) -> str | Abstain:
        """Return the function's answer.

        Raises:
            ConfigError: it is neither a text nor None.
        """
        if not finished:
            return Abstain("truncated")
        answer = self.function(text)
        if answer is None:
            return Abstain("no answer")
        if not isinstance(answer, str):
            raise ConfigError(
                f"{self.name}: gave a {type(answer).__name__} for a reply; return the answer as a "
                "text, or None to abstain"
            )
        return self.canonical(answer)

    def canonical(self, text: str) -> str | Abstain:
        """Return the text with single spaces; nothing but space is no answer."""
        return " ".join(text.split()) or Abstain("no answer")
