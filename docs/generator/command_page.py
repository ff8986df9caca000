"""The page about commands: what each of them says with --help."""

from collections.abc import Iterator
from typing import Any

import click

from fedbbpt.cli import main
from generator.markdown import block, page

_WIDTH = 80
_INTRODUCTION = """\
Every command says this itself with `--help`. Exit codes are in [errors](errors.md)."""


def command_page() -> str:
    """Return the page."""
    parts = []
    for context in _contexts(click.Context(main, None, "fedbbpt", **_settings(main))):
        parts += [f"## {context.command_path}", block("text", context.get_help())]
    return page("Commands", _INTRODUCTION, *parts)


def _contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                yield from _contexts(click.Context(command, context, name, **_settings(command)))


def _settings(command: click.Command) -> dict[str, Any]:
    # without a width click takes the terminal's, and the page would differ from desk to desk
    return {**command.context_settings, "terminal_width": _WIDTH}
