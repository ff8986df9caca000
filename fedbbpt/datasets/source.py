"""Where examples lie: a file, a data set saved to disk, or one of a hub."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from fedbbpt.errors import DataError

MARK = "hf:"
_HUB_NAME = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)?)(?::(?P<subset>[\w.-]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Source:
    """One place of examples.

    Attributes:
        place: path of the file or of the saved folder, or the name on the hub.
        kind: of the place.
        split: which part of a data set; empty for its only one.
        subset: which configuration of a data set on the hub; empty for its only one.
    """

    place: str
    kind: Literal["file", "saved", "hub"] = "file"
    split: str = ""
    subset: str = ""

    def __str__(self) -> str:
        """Return what a run file says."""
        if self.kind == "file":
            return self.place
        place = self.place
        if self.kind == "saved" and not (Path(place).is_absolute() or place.startswith(".")):
            place = f"./{place}"  # a bare name that is not there would be looked for on the hub
        subset = f":{self.subset}" if self.subset else ""
        return f"{MARK}{place}{subset}{f'#{self.split}' if self.split else ''}"

    @property
    def suffix(self) -> str:
        """The end of a file's name that says its kind, in small letters: ".csv", ".csv.gz"."""
        ends = Path(self.place).suffixes
        packed = bool(ends) and ends[-1].lower() == ".gz"
        return "".join(ends[-2:] if packed else ends[-1:]).lower()

    @property
    def stem(self) -> str:
        """The name without folders, and without what says the kind of a file."""
        name = Path(self.place).name
        return name[: len(name) - len(self.suffix)] if self.kind == "file" else name

    @property
    def label(self) -> str:
        """The name without folders, for people."""
        return str(replace(self, place=Path(self.place).name)) if self.kind != "hub" else str(self)

    def seen_from(self, folder: Path) -> str:
        """Return what a run file in a folder says, so that both can be moved together."""
        if self.kind == "hub":
            return str(self)
        # Both ends without links, which ".." misleads.
        place = os.path.relpath(Path(self.place).resolve(), folder.resolve())
        return str(replace(self, place=Path(place).as_posix()))


def source_of(text: str, base: Path = Path()) -> Source:
    """Return the source that a text such as ``"hf:./saved#train"`` names.

    After ``hf:``, what begins with "." or "/" is a folder, and so is what is there; all else is the
    name of a data set on the hub, with ``:SUBSET`` where it has several.

    Args:
        text: a path, or ``hf:`` with a path or a name and maybe ``#SPLIT``.
        base: the folder that relative paths are taken from.

    Raises:
        DataError: neither a path nor a name can be meant.
    """
    if not text.startswith(MARK):
        return Source(str(base / text))
    named, _, split = text.removeprefix(MARK).partition("#")
    if named.startswith((".", "/")) or (named and (base / named).is_dir()):
        return Source(str(base / named), "saved", split)
    hub = _HUB_NAME.fullmatch(named)
    if not hub:
        raise DataError(
            f"{text}: neither a folder nor the name of a data set; write hf:./FOLDER or "
            "hf:OWNER/NAME, with #SPLIT where it has several splits"
        )
    return Source(hub["name"], "hub", split, hub["subset"] or "")
