"""What a careful reader of a run should know before it starts."""

from fedbbpt.config.owners import LoadedOwner, fetched
from fedbbpt.config.proposing import Proposing, grants_texts
from fedbbpt.config.reasoning import two_triggers
from fedbbpt.config.runfile import RunFile
from fedbbpt.library.templates import misspelt
from fedbbpt.mean_score import skew_warning
from fedbbpt.spaces import Space
from fedbbpt.spaces.slots import Slots


def run_notes(run: RunFile, owners: tuple[LoadedOwner, ...], space: Space) -> tuple[str, ...]:
    """Return what was odd about data, prompt and label words, one sentence each."""
    notes = [f"{source} is fetched from its hub or taken from a cache" for source in fetched(run)]
    notes += [f"{owner.data.owner}: {text}" for owner in owners for text in owner.warnings]
    prompt = run.prompt
    contents = [str(message.get("content", "")) for message in prompt.messages]
    faults = (misspelt(text) for text in (prompt.system, prompt.user, prompt.hint, *contents))
    notes.extend(f"prompt, sent as it stands: {fault}" for fault in faults if fault)
    if isinstance(space, Slots):
        notes.append(f"label words: {space.wordings.reason}")
    if two_triggers(run):
        notes.append(
            "the prompts of the library reasoning hold triggers, and the way of reasoning adds one "
            'to each; set its trigger = "" to compare them as they are'
        )
    if run.scoring.calibrate == "mean":
        skews = ((owner.data.owner, skew_warning(owner.data.train)) for owner in owners)
        notes.extend(f"{name}: {warning}" for name, warning in skews if warning)
    return tuple(notes)


def grant_notes(
    run: RunFile, owners: tuple[LoadedOwner, ...], proposing: Proposing
) -> tuple[str, ...]:
    """Return a sentence where instructions are written at owners and none may leave any of them."""
    if not proposing.growth.by_owners or any(grants_texts(run, one.section) for one in owners):
        return ()
    return (
        f"no instruction is written: {run.proposer['use']} writes at owners, and none of the "
        f"{len(owners)} grants its texts; an owner does by grants = {{ texts = true }}, a "
        "simulation for all by [simulation] texts = true",
    )
