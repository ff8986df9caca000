"""The command line: one module a command, loaded when it is named."""

import importlib

import click

from fedbbpt import __version__

COMMANDS = {
    "answer": "Answer questions by the vote of all owners.",
    "init": "Write a run file from a file or data set of examples.",
    "doctor": "Say what an endpoint is, and whether tuning is worth it.",
    "compact": "Make a run's journal smaller, without losing an answer.",
    "compare": "Compare methods on one task: recipes by seeds, from one journal.",
    "compare-prompts": "Score two prompts on the same examples at the same endpoint.",
    "exemplars": "Make solved examples to show before a question.",
    "export": "Give a tuned prompt the form that an app takes.",
    "recipes": "List the published methods that ship with the package.",
    "report": "Make the report page of a finished run again.",
    "replay": "Compare ways to vote on answers recorded once.",
    "resume": "Go on with a run that was stopped, from its folder.",
    "run": "Tune a prompt as a run file says.",
    "vocabulary": "Choose words for the space of words by the owners' counts.",
}


class Late(click.Group):
    """Loads a command's module when it is called, so that ``--help`` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return a command, or None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"fedbbpt.cli.{cmd_name.replace('-', '_')}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"fedbbpt.cli.{cmd_name}.command is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(cls=Late, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fedbbpt")
def main() -> None:
    """Tune the prompts of a language model nobody can open, together.

    Every owner's examples go to the endpoint that the owner names and nowhere else.
    """
