"""Glob patterns on files and folders.

excluded("legacy/old/net.py", ("legacy",))                 -> True
excluded("src/legacy/net.py", ("/legacy",))                -> False: a slash in front means the root's own
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from pathlib import PurePosixPath


def excluded(file: str, patterns: Iterable[str]) -> bool:
    """Whether a file, or a folder that it lies in, is left out."""
    return any(matches(file, pattern) for pattern in patterns)


def matches(file: str, pattern: str) -> bool:
    """Whether a glob pattern means a file or a folder around it, by its name or its path from the root."""
    path = PurePosixPath(file)
    pattern = pattern.removeprefix("./").rstrip("/")
    anchored = pattern.startswith("/")
    pattern = pattern.removeprefix("/")
    return any(
        fnmatch.fnmatchcase(part.as_posix(), pattern) or (not anchored and fnmatch.fnmatchcase(part.name, pattern))
        for part in (path, *path.parents)
        if part.name
    )
