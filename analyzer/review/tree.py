"""The files of one commit, or of the work tree, as a Reader: nothing is checked out, and no link leads out of it.

    tree = Tree({"pkg/net.py": Entry("file", "5f2c..."), "net.py": Entry("link", "77ab...")}, fetch)
    tree.names(ROOT)                         Names(folders={"pkg"}, files={"net.py"})
    tree.real(ROOT / "net.py")               ROOT / "pkg/net.py", where the link says `pkg/net.py`
    tree.read(ROOT / "pkg/net.py", 6)        b"import"

Every tree stands below the same ROOT, which no disk has, so that what is alike in two commits has one path.
Paths elsewhere, such as an installed library's, are the disk's.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from analyzer.syntax.reader import DISK, Names, Reader
from analyzer.syntax.source import MAXIMUM_BYTES

ROOT = Path(os.path.abspath("/@tree"))  # noqa: PTH100  # has a drive where there are drives
LFS = b"version https://git-lfs.github.com/spec/"
MOST_LINKS = 40


Kind = Literal["file", "link", "submodule"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a tree holds under a path; a submodule's files are in another repository and are not read."""

    kind: Kind
    identity: str = ""
    """The object's name: equal ones have equal bytes. Empty for what lies on the disk."""


Fetch = Callable[[str, Entry, int], bytes]
"""The first bytes of an entry; for a link where it leads, for a file its content.  Raises OSError."""


class Tree:
    """Entries by path from the top, with forward slashes; undecodable bytes of names as Python's surrogates."""

    def __init__(self, entries: Mapping[str, Entry], fetch: Fetch, *, beneath: Reader = DISK) -> None:
        self.entries = entries
        self._fetch = fetch
        self._beneath = beneath
        self._children: dict[str, dict[str, str]] = {"": {}}
        for path in entries:
            self._place(path)

    def _place(self, path: str) -> None:
        """Enter a path into the folders above it."""
        above, _, name = path.rpartition("/")
        known = self._children.get(above)
        while known is None:
            self._children[above] = {name: path}
            path, (above, _, name) = above, above.rpartition("/")
            known = self._children.get(above)
        known[name] = path

    @property
    def submodules(self) -> tuple[str, ...]:
        """The folders whose content is another repository's."""
        return tuple(path for path, entry in self.entries.items() if entry.kind == "submodule")

    def content(self, path: str) -> bytes:
        """A file as it is stored, or where a link leads: as much of it as is ever read; raises OSError."""
        return self._fetch(path, self.entries[path], MAXIMUM_BYTES + 1)

    # ------------------------------------------------------------ as a Reader

    def read(self, path: Path, maximum: int) -> bytes:
        inner = _inner(path)
        if inner is None:
            return self._beneath.read(path, maximum)
        inner = self._followed(inner)
        if inner in self._children:
            raise IsADirectoryError(errno.EISDIR, "is a folder", inner)
        entry = self.entries.get(inner)
        if entry is None or entry.kind != "file":
            raise FileNotFoundError(errno.ENOENT, "no such file in this tree", inner)
        data = self._fetch(inner, entry, maximum)
        if data.startswith(LFS):
            raise OSError(errno.ENODATA, "stored in Git LFS: only its pointer is in the repository", inner)
        return data

    def names(self, folder: Path) -> Names:
        inner = _inner(folder)
        if inner is None:
            return self._beneath.names(folder)
        try:
            inner = self._followed(inner)
        except OSError:
            return Names(frozenset(), frozenset())
        folders: set[str] = set()
        files: set[str] = set()
        for name, path in self._children.get(inner, {}).items():
            kind = self._kind(path)
            if kind is not None:
                (folders if kind == "folder" else files).add(name)
        return Names(frozenset(folders), frozenset(files))

    def real(self, path: Path) -> Path:
        inner = _inner(path)
        if inner is None:
            return self._beneath.real(path)
        followed = self._followed(inner)
        return ROOT / followed if followed else ROOT

    # ------------------------------------------------------------ as config.Files

    def kind(self, path: Path) -> Literal["file", "folder"] | None:
        """What lies in the tree under a path; its top holds the repository, though not as files."""
        inner = _inner(path)
        if inner is None or inner == ".git":
            return None if inner is None else "folder"
        return self._kind(inner)

    def bytes_of(self, file: Path) -> bytes:
        return self.read(file, MAXIMUM_BYTES)

    # ------------------------------------------------------------ links

    def _kind(self, path: str) -> Literal["folder", "file"] | None:
        try:
            followed = self._followed(path)
        except OSError:
            return None
        if followed in self._children:
            return "folder"
        entry = self.entries.get(followed)
        return "file" if entry is not None and entry.kind == "file" else None

    def _followed(self, path: str) -> str:
        """Where a path leads inside the tree; a link that leads out of it stays where it is.

        Raises OSError for a loop of links.
        """
        waiting = path.split("/")[::-1]
        found: list[str] = []
        links = 0
        while waiting:
            part = waiting.pop()
            if part == "..":
                if not found:
                    return path
                found.pop()
                continue
            if part in ("", "."):
                continue
            found.append(part)
            here = "/".join(found)
            entry = self.entries.get(here)
            if entry is None or entry.kind != "link":
                continue
            links += 1
            if links > MOST_LINKS:
                raise OSError(errno.ELOOP, "a loop of symbolic links", path)
            target = os.fsdecode(self._fetch(here, entry, 4096))
            if target.startswith("/") or "\0" in target:
                return path
            found.pop()
            waiting.extend(target.split("/")[::-1])
        return "/".join(found)


def changed(before: Tree, after: Tree) -> frozenset[str]:
    """The files and links that are not the same in both trees; files too large to be read as source count as the same.

    With the work tree a file may be named whose newlines alone git would have translated.
    """
    names = before.entries.keys() | after.entries.keys()
    return frozenset(name for name in names if not _same(before, after, name))


def _same(before: Tree, after: Tree, name: str) -> bool:
    one, other = before.entries.get(name), after.entries.get(name)
    if one is None or other is None or one.kind != other.kind:
        return False
    if one.kind == "submodule":
        return one.identity == other.identity or not (one.identity and other.identity)
    if one.identity and other.identity:
        return one.identity == other.identity
    return _named(before, name, other.identity) == _named(after, name, one.identity)


def _named(tree: Tree, name: str, like: str) -> str:
    """The name that git gives to an entry's bytes, by the hash that `like` is made with; `like` for too many bytes."""
    entry = tree.entries[name]
    if entry.identity:
        return entry.identity
    try:
        data = tree.content(name)
    except OSError:
        return ""
    if len(data) > MAXIMUM_BYTES and like:
        return like
    return hashlib.new("sha256" if len(like) == 64 else "sha1", b"blob %d\0" % len(data) + data).hexdigest()


def _inner(path: Path) -> str | None:
    """The path from ROOT on; None for what lies elsewhere."""
    path = Path(os.path.normpath(path)) if ".." in path.parts else path
    return "/".join(path.relative_to(ROOT).parts) if path.is_relative_to(ROOT) else None
