"""What was asked of the tree by one file, and whether the tree would still answer the same.

record = Record("/proj/net.py", "9f86...", "/proj/net.py", finds=(("blocks", "/proj/blocks.py"),), absent=())
Validity(project, stamps).holds(record)     -> False once the file, or what `import blocks` finds, has changed
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import msgspec

from analyzer.syntax.project import Project

NOTHING = "-"
"""In place of a digest: there is nothing that can be read."""


class Record(msgspec.Struct, frozen=True, array_like=True):
    """The questions of one file, and the questions about it, each with its answer; no answer is an empty text."""

    path: str
    digest: str
    """The sha256 of its bytes; empty where it was not asked for, NOTHING where it cannot be read."""
    place: str
    """What an import of that name in its folder finds: the file itself, unless another one shadows it."""
    finds: tuple[tuple[str, str], ...]
    """What its absolute imports find."""
    absent: tuple[str, ...]
    """Names that were looked for in this folder, and not found."""


def place_of(project: Project, path: Path) -> str:
    """What the import of a file's own name finds."""
    own = path.parent if path.name == "__init__.py" else path
    found = project.resolve_below(own.parent, own.stem if own.suffix == ".py" else own.name)
    return "" if found is None else str(found)


class Digests(Protocol):
    """What tells the hashes of files: the stamps of the disk, or another tree."""

    def digest(self, path: str, maximum: int) -> str | None:
        """The sha256 of a file's bytes; None for one that cannot be read or is larger."""


class Validity:
    """Whether records hold for a project as it is now; each is looked at once."""

    def __init__(self, project: Project, stamps: Digests) -> None:
        self._project = project
        self._stamps = stamps
        self._finds: dict[tuple[Path, str], str] = {}

    def holds(self, record: Record) -> bool:
        """Whether everything in a record is still so."""
        project = self._project
        if record.digest and self._digest(record.path) != record.digest:
            return False
        path = Path(record.path)
        if place_of(project, path) != record.place:
            return False
        if any(self._found(path, name) != answer for name, answer in record.finds):
            return False
        return not any(project.resolve_below(path, name) for name in record.absent)

    def _digest(self, path: str) -> str:
        return self._stamps.digest(path, self._project.bounds.file_bytes) or NOTHING

    def _found(self, importer: Path, name: str) -> str:
        """As `Project.resolve`; the files of a folder have the same answers."""
        known = (importer.parent, name)
        if known not in self._finds:
            found = self._project.resolve(name, importer if importer.name else None)
            self._finds[known] = "" if found is None else str(found)
        return self._finds[known]
