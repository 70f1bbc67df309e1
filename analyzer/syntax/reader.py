"""Where bytes come from: the disk, or anything else that can list a folder and read a file.

DISK.names(Path("proj"))              -> Names(folders={"models"}, files={"train.py"})
DISK.read(Path("proj/train.py"), 6)   -> b"import"
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Names:
    """What lies directly in a folder, in the spelling the folder has it."""

    folders: Set[str]
    files: Set[str]
    links: Set[str] | None = None
    """Those of them that are symbolic links; None where that is not known."""


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
        folders: set[str] = set()
        files: set[str] = set()
        links: set[str] = set()
        try:
            with os.scandir(folder) as found:
                for entry in found:
                    kind = _kind(entry)
                    if kind is not None:
                        (folders if kind == "folder" else files).add(entry.name)
                        if entry.is_symlink():
                            links.add(entry.name)
        except OSError:
            return Names(frozenset(), frozenset())
        return Names(frozenset(folders), frozenset(files), frozenset(links))

    def real(self, path: Path) -> Path:
        try:
            return path.resolve()
        except ValueError as error:
            raise OSError(errno.EINVAL, "no possible name of a file", str(path)) from error
        except RuntimeError as error:
            raise OSError(errno.ELOOP, "a loop of symbolic links", str(path)) from error


def _kind(entry: os.DirEntry[str]) -> str | None:
    """`folder`, `file`, or None for anything else: what a loop of symbolic links leads to is neither."""
    try:
        return "folder" if entry.is_dir() else "file" if entry.is_file() else None
    except OSError:
        return None


DISK = Disk()
