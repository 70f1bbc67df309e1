"""Where bytes come from: the disk, or anything else that can list a folder and read a file.

DISK.names(Path("proj"))              -> Names(folders={"models"}, files={"train.py"})
DISK.read(Path("proj/train.py"), 6)   -> b"import"
"""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Names:
    """What lies directly in a folder, in the spelling the folder has it."""

    folders: frozenset[str]
    files: frozenset[str]


class Reader(Protocol):
    """A tree of files."""

    def read(self, path: Path, maximum: int) -> bytes:
        """The first `maximum` bytes of a file; OSError when it cannot be read."""

    def names(self, folder: Path) -> Names:
        """What a folder holds; nothing when there is no such folder or it cannot be listed."""

    def real(self, path: Path) -> Path:
        """The absolute path that `path` leads to, with every symbolic link followed; OSError for a loop of links."""


@dataclass(frozen=True, slots=True)
class Disk:
    """The files of this machine."""

    def read(self, path: Path, maximum: int) -> bytes:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        with path.open("rb") as file:
            return file.read(maximum)

    def names(self, folder: Path) -> Names:
        folders, files = set(), set()
        try:
            with os.scandir(folder) as found:
                for entry in found:
                    if entry.is_dir():
                        folders.add(entry.name)
                    elif entry.is_file():
                        files.add(entry.name)
        except OSError:
            return Names(frozenset(), frozenset())
        return Names(frozenset(folders), frozenset(files))

    def real(self, path: Path) -> Path:
        try:
            return path.resolve()
        except RuntimeError as error:
            raise OSError(f"{path} is a loop of symbolic links") from error


DISK = Disk()
