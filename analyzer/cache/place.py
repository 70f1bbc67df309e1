"""Where the cache of a project lies, and how it is deleted: its folder is marked as a cache and hidden from git.

place(None, Path("proj"))              -> proj/.weighbridge_cache, unless WEIGHBRIDGE_CACHE_DIR names another
clean(Path("proj/.weighbridge_cache")) -> True, and the folder is gone
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

FOLDER = ".weighbridge_cache"
VARIABLE = "WEIGHBRIDGE_CACHE_DIR"
FILE = "weighbridge-1.db"
"""The number is that of the file's layout: other versions of it are other files."""
MARKS: Mapping[str, str] = {
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is the cache of weighbridge.\n",
    ".gitignore": "# This folder is the cache of weighbridge.\n*\n",
}


def place(asked: Path | None, root: Path) -> Path:
    """The folder that is asked for, else the one that the environment names, else the project's own."""
    named = os.environ.get(VARIABLE)
    return asked or (Path(named) if named else root / FOLDER)


def prepare(folder: Path) -> None:
    """Make the folder and mark it as ours; one that holds something already is left as it is.  Raises OSError.

    A link in the project's own place is not followed: what is checked out may lead anywhere.
    """
    if folder.name == FOLDER and folder.is_symlink():
        raise OSError(f"{folder} is a link")
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        for name, text in MARKS.items():
            (folder / name).write_text(text, encoding="utf-8")


def is_ours(folder: Path) -> bool:
    """Whether the folder was made for the cache."""
    try:
        return (folder / "CACHEDIR.TAG").read_text(encoding="utf-8") == MARKS["CACHEDIR.TAG"]
    except (OSError, ValueError):
        return False


def clean(folder: Path) -> bool:
    """Delete what the cache has made in a folder, and the folder if nothing else is in it; whether there was any.

    Raises OSError where that is not permitted.
    """
    if not folder.is_dir() or (folder.name == FOLDER and folder.is_symlink()):
        return False
    ours = [file for file in (folder / FILE, folder / f"{FILE}-journal") if file.is_file() and not file.is_symlink()]
    if is_ours(folder):
        ours += [folder / name for name, text in MARKS.items() if _holds(folder / name, text)]
    for file in ours:
        file.unlink(missing_ok=True)
    if ours:
        with contextlib.suppress(OSError):
            folder.rmdir()
    return bool(ours)


def _holds(file: Path, text: str) -> bool:
    try:
        return file.read_text(encoding="utf-8") == text
    except (OSError, ValueError):
        return False
