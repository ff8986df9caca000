"""A model that, asked to reflect, copies an example out of the question in some manner."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from fedbbpt.completions import Completion, Request
from fedbbpt.endpoints import Profile, Wire
from fedbbpt.endpoints.scripted import Scripted

ASKED = "made these mistakes"
"""What stands in every request to reflect."""

_LOOKALIKES = str.maketrans("aeopcxy", "\u0430\u0435\u043e\u0440\u0441\u0445\u0443")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def _every(text: str, size: int, between: str) -> str:
    return between.join(text[i : i + size] for i in range(0, len(text), size))


def _half_words(text: str) -> str:
    words = text.split()
    return " ".join(words[: max(5, len(words) // 2)])


def _some_changed(text: str) -> str:
    return " ".join("thing" if i % 6 == 5 else word for i, word in enumerate(text.split()))


MANNERS: Mapping[str, Callable[[str], str]] = {
    "verbatim": lambda text: text,
    "in an instruction": lambda text: f"Judge the note, for example this one: {text}",
    "first half": _half_words,
    "last words": lambda text: " ".join(text.split()[-3:]),
    "upper case": str.upper,
    "spaced out": lambda text: " ".join(text.replace(" ", "")),
    "spaced anew": lambda text: _every(text.replace(" ", ""), 3, " "),
    "glued": lambda text: text.replace(" ", ""),
    "hyphens": lambda text: text.replace(" ", "-"),
    "dotted": ".".join,
    "hidden letters": "\u200b".join,
    "look-alikes": lambda text: text.translate(_LOOKALIKES),
    "wide letters": lambda text: text.translate(_WIDE),
    "accents": lambda text: text.replace("e", "\u00e9").replace("o", "\u00f6"),
    "backwards": lambda text: text[::-1],
    "some words changed": _some_changed,
}
"""Ways to copy a text."""


@dataclass(frozen=True, slots=True)
class Copying:
    """The scripted model, which copies when it is asked to reflect.

    Attributes:
        manner: one of ``MANNERS``; empty takes them by turns, by the number of the draw.
        lexicon: of the scripted model.
    """

    manner: str = ""
    lexicon: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def profile(self) -> Profile:
        """Describe it."""
        plain = Scripted(lexicon=self.lexicon).profile()
        return replace(plain, identity=f"copying {self.manner}")

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[Wire]:
        """Give a wire."""
        yield _Wire(self, Scripted(lexicon=self.lexicon))


@dataclass(frozen=True, slots=True)
class _Wire:
    settings: Copying
    plain: Scripted

    async def send(self, request: Request) -> Completion:
        """Copy the first text that was shown, or answer as the scripted model does."""
        asked = request.messages[-1].content
        if ASKED not in asked:
            return self.plain.reply(request)
        names = sorted(MANNERS)
        manner = self.settings.manner or names[request.sample % len(names)]
        _, _, rest = asked.partition("Text: ")
        shown = rest.partition("\nAnswer: ")[0] or "Say it more clearly."
        if request.sample % 2:  # with the planted mark, or as a model that knows to leave it out
            shown = shown.partition(" [mark ")[0]
        return Completion(f"<prompt>{MANNERS[manner](shown)}</prompt>")
