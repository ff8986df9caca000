"""What a person names on the command line as a prompt: a file of several kinds, or a text."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from fedbbpt.codec.fields import listed
from fedbbpt.endpoints import Profile
from fedbbpt.errors import ConfigError, DataError
from fedbbpt.experiment.contest import Contender
from fedbbpt.prompts import INPUT, Message, Prompt, messages_from
from fedbbpt.tuned import TunedPrompt

TEXT = "text:"
REPLY_TOKENS = 12
"""Longest reply where no tuned prompt says another."""

Source = TunedPrompt | Prompt


@dataclass(frozen=True, slots=True)
class Named:
    """A prompt as it was named, and what the name gave.

    Attributes:
        name: as given.
        source: a tuned prompt, or a prompt alone.
        labels: that a messages file holds, empty for none.
    """

    name: str
    source: Source
    labels: tuple[str, ...] = ()


def named_prompt(name: str) -> Named:
    """Return the prompt behind ``text:TEMPLATE`` or behind the path of a JSON file.

    The file is a tuned prompt, an object with ``messages`` (as ``fedbbpt export --as messages``
    writes it), or a list of messages.

    Raises:
        DataError: no such file, or none of these.
    """
    try:
        if name.startswith(TEXT):
            return Named(name, Prompt((Message("user", name.removeprefix(TEXT)),)))
        return _from_file(name)
    except ValueError as error:
        raise DataError(
            f"{name}: no prompt: {error}; give a tuned prompt, a JSON list of messages, or "
            f"{TEXT}TEMPLATE with {INPUT}"
        ) from error


def contenders(
    prompts: tuple[Named, Named], labels: Sequence[str], profile: Profile
) -> tuple[Contender, Contender]:
    """Return both prompts as they are asked and read at an endpoint.

    A tuned prompt is asked and read as its file says. A prompt alone is read as the other one is;
    two alone by label scores if there are labels and the endpoint reports log-probabilities, else
    by generated text.

    Args:
        prompts: to compare.
        labels: asked for by the user; empty takes those of the files.
        profile: of the endpoint.

    Raises:
        ConfigError: the label sets differ, or one cannot be asked at this endpoint.
    """
    tuned = [named.source for named in prompts if isinstance(named.source, TunedPrompt)]
    given = [found for found in (tuple(labels), *(named.labels for named in prompts)) if found]
    known = [*(prompt.labels for prompt in tuned), *given]
    if any(set(found) != set(known[0]) for found in known):
        raise ConfigError("labels: the prompts have different label sets; nothing to compare")
    common = known[0] if known else ()
    scored = bool(common) and profile.top_logprobs > 0
    usual = TunedPrompt(
        prompt=Prompt((Message("user", INPUT),)),
        labels=common,
        model=profile.model,
        top_logprobs=profile.top_logprobs if scored else 0,
        max_tokens=1 if scored else REPLY_TOKENS,
    )
    like = replace(tuned[0], calibration=None) if tuned else usual
    first, second = (_contender(named, like, profile) for named in prompts)
    return first, second


def _contender(named: Named, like: TunedPrompt, profile: Profile) -> Contender:
    source = named.source
    tuned = source if isinstance(source, TunedPrompt) else replace(like, prompt=source)
    if tuned.top_logprobs and not profile.top_logprobs:
        raise ConfigError(
            f"{named.name}: it is read by label scores, and {profile.name} reports no "
            "log-probabilities; choose another endpoint"
        )
    top = min(tuned.top_logprobs, profile.top_logprobs)
    try:
        asked = replace(tuned, model=profile.model, top_logprobs=top)
        asked.request("")
    except ValueError as error:
        raise ConfigError(f"{named.name}: {error}") from error
    return Contender(named.name, asked)


def _from_file(name: str) -> Named:
    try:
        body = orjson.loads(Path(name).read_bytes())
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror})") from error
    if isinstance(body, list):
        return Named(name, Prompt(messages_from(body)))
    if isinstance(body, dict) and "kind" not in body and "messages" in body:
        labels = tuple(str(label) for label in listed(body.get("labels", []), "labels"))
        return Named(name, Prompt.from_payload(body), labels)
    return Named(name, TunedPrompt.load(name))
