"""What people read about prompts of the owners' own."""

from fedbbpt.runs.phrases import comparison_line
from fedbbpt.runs.results import OwnPrompt


def own_prompt_line(own: OwnPrompt) -> str:
    """Return one line: whose prompt it is, whether the owner gets it, and how it did on test."""
    fate = "kept" if own.kept else "not kept: on its dev split it did not beat the returned prompt"
    return (
        f"{own.owner}'s own prompt: {own.name}, {fate}. On its test items against the returned "
        f"prompt: {comparison_line(own.test)}"
    )
