"""Repositories by the lines of a list, and the key of what one holds.

listed("https://host/owner/nets.git  # ours", Path("/c"))    -> [Repository("host/owner/nets", "/c/owner/nets")]
key_of("/c/owner/nets", "weighbridge 1")                     -> "3f9a...", until a file in it changes
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

LEFT_OUT = frozenset({".git", "__pycache__", ".weighbridge_cache", ".weighbridge_inventory"})
"""Folders that say nothing of the models in a repository."""
READ_WHOLE = 5_000_000
"""Bytes above which the analysis reads no file: of larger ones the size alone is in the key."""


@dataclass(frozen=True, slots=True)
class Repository:
    name: str
    """As the table names it."""
    folder: str
    """Where it lies, absolute."""


def listed(text: str, clones: Path | None = None) -> list[Repository]:
    """The repositories of a list: a path or the URL of a clone on each line, `#` before comments; each once.

    The clone of `https://HOST/OWNER/NAME.git` lies below `clones` as HOST/OWNER/NAME or OWNER/NAME.
    """
    found: dict[str, Repository] = {}
    for line in text.splitlines():
        name = re.sub(r"(^|\s)#.*", "", line).strip()
        url = re.fullmatch(r"(?:[a-z+]+://(?:[^/@]*@)?|[\w.-]+@)([^/:@]+)(?::\d+(?=/))?[/:]+(.+?)(?:\.git)?/*", name)
        if url is not None:
            name = f"{url[1]}/{url[2]}"  # neither a user nor a password
            beside = [(clones or Path()) / place for place in (name, url[2])]
            folder = next((place for place in beside if place.is_dir()), beside[0])
        else:
            folder = Path(name.removeprefix("file://"))
        if name:
            found.setdefault(name, Repository(name, os.path.abspath(folder)))  # noqa: PTH100  # `..` is taken out
    return list(found.values())


def key_of(folder: str, tool: str) -> str:
    """The sha256 of the tool and of every file that the analysis may read, by path; raises OSError.

    Links are told by where they lead: none is followed out of the repository.
    """
    lines: list[bytes] = []
    os.listdir(folder)  # noqa: PTH208  # a walk says nothing of a folder that is not there
    for place, folders, files in os.walk(folder):
        linked = [name for name in folders if os.path.islink(os.path.join(place, name))]  # noqa: PTH114, PTH118
        folders[:] = sorted(set(folders) - LEFT_OUT - set(linked))
        for name in (*files, *linked):
            path = os.path.join(place, name)  # noqa: PTH118  # a tenth of the time that Path takes
            shown = os.path.relpath(path, folder).replace(os.sep, "/")
            lines.append(os.fsencode(shown) + b"\0" + _content(Path(path)))
    return hashlib.sha256(b"\n".join([tool.encode(), *sorted(lines)])).hexdigest()


def _content(path: Path) -> bytes:
    """What stands for a file in its repository's key."""
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return b"to " + os.fsencode(path.readlink())
        if not stat.S_ISREG(status.st_mode) or status.st_size > READ_WHOLE:
            return f"{stat.S_IFMT(status.st_mode)} of {status.st_size}".encode()
        return hashlib.sha256(path.read_bytes()).hexdigest().encode()
    except OSError as error:
        return f"error {error.errno}".encode()
