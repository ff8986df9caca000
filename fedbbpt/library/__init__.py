"""The seed library: public texts that a search may choose from, each with its source.

The packaged files live in ``prompts/``; anyone's own file is named by its path.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fedbbpt.closest import expected
from fedbbpt.errors import ConfigError
from fedbbpt.library.tables import Row, read_tables
from fedbbpt.library.templates import misspelt
from fedbbpt.prompts import INPUT

_PACKAGE = Path(__file__).parent.parent
_IN_WHEEL = _PACKAGE / "_prompts"
_IN_CHECKOUT = _PACKAGE.parent / "prompts"
_SLOTS = {
    "instruction": ("text", "source"),
    "input": ("text", "source"),
    "wording": ("words", "source"),
    "hint": ("text", "source"),
    "exemplars": ("name", "items", "source", "unchecked", "calls", "tokens"),
}
_BANK = {"prompt": ("name", "system", "user", "source")}
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Entry:
    """One text and its source; an empty text means that the part is left out."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class LabelWords:
    """A word for each label of one label set, and the source of the choice.

    Attributes:
        words: pairs of label and word, as the file lists them.
    """

    words: tuple[tuple[str, str], ...]
    source: str

    def in_order(self, labels: Iterable[str]) -> tuple[str, ...] | None:
        """Return the words in the order of ``labels``, whatever their case; None for other labels.

        >>> LabelWords((("bad", "no"), ("good", "yes")), "here").in_order(["Good", "Bad"])
        ('yes', 'no')
        """
        by_label = {label.casefold(): word for label, word in self.words}
        wanted = [label.casefold() for label in labels]
        if sorted(wanted) != sorted(by_label):
            return None
        return tuple(by_label[label] for label in wanted)


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One public input with its label."""

    input: str
    label: str


@dataclass(frozen=True, slots=True)
class ExemplarSet:
    """Exemplars shown together in this order; a set without any leaves exemplars out.

    Attributes:
        unchecked: whether answers are of a vote that nobody checked.
        calls: that making them took, 0 where none did or nobody knows.
        tokens: likewise.
    """

    name: str
    items: tuple[Exemplar, ...]
    source: str
    unchecked: bool = False
    calls: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class SlotLibrary:
    """Alternatives for the parts of a prompt, kind by kind.

    Attributes:
        instructions: alternatives for the system message.
        inputs: templates of the user message, each with one ``{input}``.
        wordings: alternative label words.
        hints: sentences that may follow the instruction.
        exemplar_sets: public exemplars.
    """

    instructions: tuple[Entry, ...] = ()
    inputs: tuple[Entry, ...] = ()
    wordings: tuple[LabelWords, ...] = ()
    hints: tuple[Entry, ...] = ()
    exemplar_sets: tuple[ExemplarSet, ...] = ()


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One complete prompt; an empty ``system`` means that there is no system message."""

    name: str
    system: str
    user: str
    source: str


def folder() -> Path:
    """Return the folder of the packaged texts, that of a wheel or that of a checkout.

    Raises:
        ConfigError: neither is there.
    """
    for place in (_IN_WHEEL, _IN_CHECKOUT):
        if place.is_dir():
            return place
    raise ConfigError("the packaged prompts are missing; install fedbbpt again or name own files")


def names() -> tuple[str, ...]:
    """Return the names of the packaged slot libraries, sorted."""
    return _stems(folder())


def bank_names() -> tuple[str, ...]:
    """Return the names of the packaged banks, sorted."""
    return _stems(folder() / "bank")


def load(name_or_path: str | Path) -> SlotLibrary:
    """Read a packaged library by its name, or any file by a path that ends in ``.toml``.

    Raises:
        ConfigError: no such library, or a table, key or value that cannot be meant.

    >>> load("sentiment").wordings[0].in_order(["negative", "positive"])
    ('terrible', 'great')
    """
    tables = read_tables(_located(name_or_path, ""), _SLOTS)
    return SlotLibrary(
        instructions=tuple(_entry(row, places=0) for row in tables["instruction"]),
        inputs=tuple(_entry(row, places=1) for row in tables["input"]),
        wordings=tuple(_label_words(row) for row in tables["wording"]),
        hints=tuple(_entry(row, places=0) for row in tables["hint"]),
        exemplar_sets=tuple(_exemplar_set(row) for row in tables["exemplars"]),
    )


def load_bank(name_or_path: str | Path) -> tuple[BankEntry, ...]:
    """Read complete prompts: a packaged bank by its name, or a file by a path ending in ``.toml``.

    Raises:
        ConfigError: no such bank, or a table, key or value that cannot be meant.
    """
    rows = read_tables(_located(name_or_path, "bank"), _BANK)["prompt"]
    return tuple(
        BankEntry(
            name=row.filled("name"),
            system=_template(row, "system", places=0),
            user=_template(row, "user", places=1),
            source=row.filled("source"),
        )
        for row in rows
    )


def merge(libraries: Iterable[SlotLibrary]) -> SlotLibrary:
    """Join libraries in order; of entries that say the same, the earliest stays.

    Law: the merge of one library is that library, if it does not repeat itself.
    """
    parts = tuple(libraries)
    return SlotLibrary(
        instructions=_distinct([e for p in parts for e in p.instructions], lambda e: e.text),
        inputs=_distinct([e for p in parts for e in p.inputs], lambda e: e.text),
        wordings=_distinct([w for p in parts for w in p.wordings], lambda w: w.words),
        hints=_distinct([e for p in parts for e in p.hints], lambda e: e.text),
        exemplar_sets=_distinct([s for p in parts for s in p.exemplar_sets], lambda s: s.items),
    )


def _distinct(items: Sequence[_Item], key: Callable[[_Item], object]) -> tuple[_Item, ...]:
    kept: dict[object, _Item] = {}
    for item in items:
        kept.setdefault(key(item), item)
    return tuple(kept.values())


def _stems(place: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in place.glob("*.toml")))


def _located(name_or_path: str | Path, kind: str) -> Path:
    if Path(name_or_path).suffix == ".toml":
        return Path(name_or_path)
    name, place = str(name_or_path), folder() / kind
    known = _stems(place)
    if name not in known:
        raise ConfigError(
            f"no packaged prompt file is named {name!r}; {expected(name, known)} "
            "(a file of your own is named by its path, which ends in .toml)"
        )
    return place / f"{name}.toml"


def _template(row: Row, key: str, *, places: int) -> str:
    text = row.text(key)
    wrong = misspelt(text)
    if wrong:
        raise ConfigError(f"{row.where}: {key}: {wrong}")
    found = text.count(INPUT)
    if found != places:
        wanted = "exactly once" if places else "in the input template only"
        raise ConfigError(
            f"{row.where}: {INPUT} stands {found} times in {key} {text[:60]!r}; write it {wanted}"
        )
    return text


def _entry(row: Row, *, places: int) -> Entry:
    return Entry(_template(row, "text", places=places), row.filled("source"))


def _label_words(row: Row) -> LabelWords:
    words = row.values.get("words")
    if not isinstance(words, dict) or len(words) < 2:
        raise ConfigError(f'{row.where}: write words = {{ label = "word", other = "word" }}')
    listed = Row(f"{row.where} words", words)
    return LabelWords(tuple((label, listed.filled(label)) for label in words), row.filled("source"))


def _exemplar_set(row: Row) -> ExemplarSet:
    items = tuple(
        Exemplar(item.filled("input"), item.filled("label"))
        for item in row.rows("items", ("input", "label"))
    )
    made = (row.claim("unchecked"), row.count("calls"), row.count("tokens"))
    return ExemplarSet(row.filled("name"), items, row.filled("source"), *made)
