"""``fedbbpt vocabulary``."""

import json
from pathlib import Path

import click

from fedbbpt.cli.shared import plain_errors
from fedbbpt.config.owners import load_owners
from fedbbpt.config.runfile import RunFile, load_run
from fedbbpt.errors import ConfigError
from fedbbpt.library.vocabulary import load_words
from fedbbpt.safe_text import safe_text
from fedbbpt.spaces.word_counts import WordCounts, chosen_words, count_words, pooled
from fedbbpt.storage.atomic import write_atomic


@click.command(name="vocabulary")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--words", "lists", multiple=True, default=("common",), show_default=True)
@click.option("--size", type=click.IntRange(min=1), default=200, show_default=True)
@click.option("--floor", type=click.IntRange(min=2), default=5, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("words.toml"))
@plain_errors
def command(file: Path, lists: tuple[str, ...], size: int, floor: int, out: Path) -> None:
    """Choose words for the space `tokens` by the owners' counts, for the run in FILE.

    Every owner counts, on its training examples, only words of public lists (--words, a packaged
    list or a file) and adjacent pairs of these; what stands in fewer of its examples than --floor
    is not reported. Pairs and words are ranked by mutual information. Nothing is asked of any
    endpoint. Name the file in [space] library.
    """
    listed = [word.casefold() for name in lists for word in load_words(name)]
    reports = _reports(load_run(file), listed, floor)
    for owner, counts in reports.items():
        said = f"{len(counts.words)} words and {len(counts.pairs)} pairs"
        click.echo(f"{safe_text(owner)}: {said} in at least {floor} of {counts.examples} examples")
    words = chosen_words(pooled(list(reports.values())), size, floor)
    if not words:
        raise ConfigError(
            f"no word of {', '.join(lists)} stands in {floor} examples of any owner; lower --floor "
            "or give other --words"
        )
    write_atomic(out, _toml(words, lists).encode())
    click.echo(
        f'{safe_text(str(out))}: {len(words)} words. In the run file: [space] use = "tokens"'
    )


def _reports(run: RunFile, listed: list[str], floor: int) -> dict[str, WordCounts]:
    return {
        owner.data.owner: count_words((row.input for row in owner.data.train), listed, floor)
        for owner in load_owners(run)
    }


def _toml(words: tuple[str, ...], lists: tuple[str, ...]) -> str:
    source = f"chosen by owners' counts, of the public lists {', '.join(lists)}"
    items = "".join(f"    {_quoted(word)},\n" for word in words)
    return f"[[words]]\nsource = {_quoted(source)}\nitems = [\n{items}]\n"


def _quoted(text: str) -> str:
    # JSON's quoting of printable text is TOML's.
    return json.dumps(text, ensure_ascii=False)
