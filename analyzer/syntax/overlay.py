"""Texts that stand before the disk: an editor's buffer, what came on stdin, a file as it would be after its fixes.

reader = Overlay({Path("/proj/net.py"): b"import torch\\n"})
reader.read(Path("/proj/net.py"), 100)        -> b"import torch\\n", whatever the disk has
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analyzer.syntax.reader import DISK, Names, Reader


@dataclass(frozen=True, slots=True)
class Overlay:
    """A reader that gives some files, by their real paths, other bytes than the disk has."""

    texts: Mapping[Path, bytes]
    beneath: Reader = DISK

    def read(self, path: Path, maximum: int) -> bytes:
        found = self.texts.get(path)
        return self.beneath.read(path, maximum) if found is None else found[:maximum]

    def names(self, folder: Path) -> Names:
        names = self.beneath.names(folder)
        more = {path.name for path in self.texts if path.parent == folder}
        return Names(names.folders, names.files | more, names.links) if more else names

    def real(self, path: Path) -> Path:
        return self.beneath.real(path)
