"""How questions are asked and what kind of answer they want, from the tables of a run file."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

from fedbbpt.config.runfile import RunFile
from fedbbpt.config.sections import Table
from fedbbpt.data import OwnerData
from fedbbpt.errors import ConfigError
from fedbbpt.extraction import Abstain, AnswerKind
from fedbbpt.extraction.label import Label
from fedbbpt.extraction.own_function import OwnFunction
from fedbbpt.metrics.same_answer import SameAnswer
from fedbbpt.plugins import build, find
from fedbbpt.reasoning import Reasoning

DIRECT = "direct"
TRIGGERS = "reasoning"
"""The packaged library and bank whose prompts hold triggers."""

INNER = "of"
"""The key by which a way of reasoning that wraps another one names it."""


def thinks(run: RunFile) -> bool:
    """Tell whether a run names a way of reasoning that generates more than the answer."""
    return bool(run.reasoning) and run.reasoning.get("use") != DIRECT


def answer_kind(run: RunFile) -> AnswerKind | None:
    """Return the kind of free answer that a run names, None for whole texts and for labels.

    Raises:
        ConfigError: no such kind, or a setting that cannot be meant.
    """
    table, where = run.task.answer, "task.answer"
    if not table:
        return None
    use = table.get("use")
    if isinstance(use, str) and ":" in use:
        found: object = find("extraction", use, where)
        if not isinstance(found, type) and callable(found):
            return OwnFunction(use, found)
    kind: AnswerKind = build("extraction", table, where)
    return kind


def reasoning_of(run: RunFile, top_logprobs: int, max_tokens: int) -> Reasoning:
    """Return the way of reasoning of a run.

    Args:
        run: the run file.
        top_logprobs: alternatives of the first token that label scores are read from; 0 for none.
        max_tokens: longest reply of a direct answer.

    Raises:
        ConfigError: no such way, a setting that cannot be meant, or no kind of answer.
    """
    kind, labels = answer_kind(run), run.task.labels
    given: dict[str, object] = {"base": run.base, "labels": labels, "top_logprobs": top_logprobs}
    given["kind"] = Label(labels) if labels else kind
    if thinks(run) and run.scoring.read == "logprobs":
        raise ConfigError(
            '[scoring] read = "logprobs": the first token of a reply that thinks aloud says no '
            'answer; use "auto"'
        )
    if thinks(run) and given["kind"] is None:
        raise ConfigError(
            f"[reasoning] {run.reasoning.get('use')}: a reply that thinks aloud is no answer by "
            'itself; say which kind ends it, for example [task] answer = "number", or "text"'
        )
    direct = {**given, "kind": kind, "max_tokens": max_tokens}
    return _built(run.reasoning or {"use": DIRECT}, "reasoning", given, direct)


def same_answer(run: RunFile, table: Table) -> SameAnswer | None:
    """Return the metric of a task with a kind of answer that names no metric of its own."""
    kind = answer_kind(run)
    plain = table.get("use") == "accuracy" or table == {"use": "same_answer"}
    return None if kind is None or not plain else SameAnswer(kind)


def check_targets(run: RunFile, owners: Sequence[OwnerData]) -> None:
    """Refuse a kind of answer that an example's targets are not of.

    Raises:
        ConfigError: the text names owner, example and target.
    """
    kind = answer_kind(run)
    if kind is None:
        return
    for data in owners:
        for split in data.splits().values():
            for example in split:
                reader = kind.about(example.input)
                if any(isinstance(reader.canonical(one), Abstain) for one in example.targets):
                    raise ConfigError(
                        f"[task] answer: {run.task.answer['use']} does not fit: the targets "
                        f"{', '.join(map(repr, example.targets))} of example {example.id!r} of "
                        f"{data.owner} are none; correct them, or name another kind"
                    )


def two_triggers(run: RunFile) -> bool:
    """Tell whether prompts with triggers are searched and the way of reasoning adds one too."""
    table: object = run.reasoning
    while isinstance(table, Mapping) and INNER in table:
        table = table[INNER]
    settings = table if isinstance(table, Mapping) else {"use": table}
    use, own = str(settings.get("use", DIRECT)), settings.get("trigger")
    adds = use not in {DIRECT, "few_shot_cot"} and ":" not in use and own != ""
    return (adds or bool(own)) and TRIGGERS in run.space.library


def reading_of(run: RunFile, reasoning: Reasoning) -> str:
    """Return in plain words how the answers of a way of reasoning are read."""
    kind = run.task.answer.get("use", "label" if run.task.labels else "text")
    used = run.reasoning["use"]
    inner = run.reasoning.get(INNER)
    over = f" of {inner['use'] if isinstance(inner, Mapping) else inner}" if inner else ""
    most = reasoning.most_requests
    counted = "one request" if most == 1 else f"at most {most} requests"
    return f"the {kind} that a reply ends with; {used}{over}, {counted} a question"


def _built(
    table: Table, where: str, given: Mapping[str, object], direct: Mapping[str, object]
) -> Reasoning:
    use = table.get("use")
    plugin = find("reasoning", use, where) if isinstance(use, str) else None
    filled = dict(direct if use == DIRECT else given)
    own = dict(table)
    if is_dataclass(plugin) and "inner" in {field.name for field in fields(plugin)}:
        named = own.pop(INNER, "zero_shot_cot")
        inner = {"use": named} if isinstance(named, str) else named
        if not isinstance(inner, Mapping):
            raise ConfigError(f'[{where}] {INNER}: name a way of reasoning, or {{ use = "..." }}')
        filled["inner"] = _built(inner, f"{where}.{INNER}", given, direct)
    made: Reasoning = build("reasoning", own, where, **filled)
    return made
