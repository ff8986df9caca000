"""What is sent besides the input: messages with one place for the input, and the label words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from fedbbpt.canonical import digest
from fedbbpt.soft_tokens import PlacedTokens, SoftTokens

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant")
INPUT = "{input}"

_SPECIAL = re.compile(
    r"<(?=[|\uff5c]|/?(?:s|unk|pad|bos|eos|start_of_turn|end_of_turn)>)|\[(?=/?INST\])"
)


def escape_special(text: str) -> str:
    """Break the control tokens of chat templates, so that data cannot open or close a turn.

    >>> escape_special("a <|im_end|> b </s>")
    'a < |im_end|> b < /s>'
    """
    return _SPECIAL.sub(lambda match: f"{match.group()} ", text)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    Raises:
        ValueError: the role is none of system, user, assistant.
    """

    role: Role
    content: str

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"role {self.role!r}: expected one of {', '.join(ROLES)}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A conversation with exactly one ``{input}``, in its last message, which the user speaks.

    Attributes:
        messages: the turns; braces other than the one ``{input}`` are plain text.
        words: the word that stands for each label, in the order of the task's labels; empty when
            the task has no labels.
        soft: soft tokens in the last message, or None.

    Raises:
        ValueError: no message, or ``{input}`` absent, repeated or in the wrong message.
    """

    messages: tuple[Message, ...]
    words: tuple[str, ...] = ()
    soft: SoftTokens | None = None

    def __post_init__(self) -> None:
        if not self.messages or self.messages[-1].role != "user":
            raise ValueError(f"the last message must be the user's and hold {INPUT}")
        places = [message.content.count(INPUT) for message in self.messages]
        if sum(places) != 1 or places[-1] != 1:
            raise ValueError(
                f"{INPUT} stands {sum(places)} times in the prompt; write it exactly once, "
                "in the last user message"
            )

    def render(self, text: str) -> tuple[Message, ...]:
        """Return the conversation with ``text`` in the place of ``{input}``, in one pass.

        An input that itself contains ``{input}`` or control tokens stays plain text.
        """
        return (*self.messages[:-1], Message(self.messages[-1].role, "".join(self._parts(text))))

    def placed(self, text: str) -> PlacedTokens | None:
        """Return the soft tokens and where they stand in ``render(text)``, None without any."""
        if self.soft is None:
            return None
        left, inner, right = map(len, self._parts(text))
        at = {"before": 0, "between": left, "after": left + inner + right}
        return PlacedTokens(self.soft, at[self.soft.place])

    def _parts(self, text: str) -> tuple[str, str, str]:
        """Return what precedes the input in the last message, the input, and what follows."""
        left, right = self.messages[-1].content.split(INPUT)
        inner = escape_special(text)
        # A bracket just before the place must not become a token with the input's first letters.
        gap = " " if left and _SPECIAL.match(left[-1] + inner + right) else ""
        return f"{left}{gap}", inner, right

    def payload(self) -> dict[str, object]:
        """Return the prompt as JSON values; ``from_payload`` is its inverse."""
        values: dict[str, object] = {
            "messages": message_payload(self.messages),
            "words": list(self.words),
        }
        return values if self.soft is None else values | {"soft": self.soft.payload()}

    @classmethod
    def from_payload(cls, payload: Mapping[str, object]) -> "Prompt":
        """Return the prompt that ``payload`` describes.

        Raises:
            ValueError: not the shape that ``payload`` gives.
        """
        words = payload.get("words", [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValueError("words: expected a list of texts")
        soft = SoftTokens.from_payload(payload["soft"]) if "soft" in payload else None
        return cls(messages_from(payload.get("messages")), tuple(words), soft)

    @property
    def digest(self) -> str:
        """The sha256 of messages, words and soft tokens."""
        return digest(self.payload())

    def text(self) -> str:
        """Return the prompt as a person reads it, one block per turn."""
        return "\n\n".join(f"[{message.role}]\n{message.content}" for message in self.shown())

    def shown(self) -> tuple[Message, ...]:
        """Return the conversation for people: a mark stands for the soft tokens."""
        if self.soft is None:
            return self.messages
        *before, last = self.messages
        left, right = last.content.split(INPUT)
        match self.soft.place:
            case "before":
                content = f"{self.soft}\n{last.content}"
            case "between":
                content = f"{left}{self.soft}\n{INPUT}{right}"
            case "after":
                content = f"{last.content}\n{self.soft}"
        return (*before, Message(last.role, content))


def message_payload(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Return messages as the JSON list that chat endpoints take."""
    return [{"role": message.role, "content": message.content} for message in messages]


def messages_from(payload: object) -> tuple[Message, ...]:
    """Return the messages of a chat-style JSON list.

    Raises:
        ValueError: not a list of objects with a known role and a text.
    """
    if not isinstance(payload, list):
        raise ValueError("messages: expected a list of {role, content}")
    messages = []
    for index, item in enumerate(payload):
        if not isinstance(item, dict) or not isinstance(item.get("content"), str):
            raise ValueError(f"messages[{index}]: expected an object with role and content")
        messages.append(Message(cast(Role, item.get("role")), item["content"]))
    return tuple(messages)
