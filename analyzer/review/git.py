"""Reads commits from a repository's objects: no checkout, no second work tree, nothing of the repository is executed.

    with Repository.holding(Path("proj")) as repository:
        commit = repository.commit("origin/main")            "5f2c..."
        tree = repository.tree(commit)                       a Reader; see analyzer.review.tree
        repository.merge_base(commit, "HEAD")                "77ab...", or None

Git is started without the variables that would point it elsewhere, and with hooks, file system monitors, replacement
objects and prompts switched off.  Contents come through one long-running `git cat-file --batch`, unfiltered.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from analyzer.errors import TargetError
from analyzer.report import Problem
from analyzer.review.tree import Entry, Kind, Tree

SAFE = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.pager=cat"),
    *("-c", "safe.bareRepository=explicit", "-c", "protocol.allow=never", "-c", "core.quotePath=false"),
)
ENVIRONMENT = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}
KINDS: Mapping[bytes, Kind] = {
    b"100644": "file",
    b"100755": "file",
    b"100664": "file",
    b"120000": "link",
    b"160000": "submodule",
}
ON_DISK: Mapping[Kind, Callable[[int], bool]] = {
    "file": stat.S_ISREG,
    "link": stat.S_ISLNK,
    "submodule": stat.S_ISDIR,
}
"""What git lists as one entry although it is a folder is another repository."""
OBJECT_NAME = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?", re.IGNORECASE)
CHUNK = 1 << 16
LATEST = 253_370_764_799
"""The last second of the year 9998."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of a history."""

    name: str
    """Its full hash."""
    parents: tuple[str, ...]
    """The first of them is what it was made on."""
    time: int
    """Seconds since 1970 when it was committed."""
    subject: str


class Repository:
    """A repository on this machine; close it, or use it as a context manager."""

    def __init__(self, top: Path) -> None:
        """`top`: the folder of its work tree."""
        self.top = top
        self._batch: subprocess.Popen[bytes] | None = None

    @classmethod
    def holding(cls, folder: Path) -> Self:
        """The repository whose work tree a folder lies in; raises TargetError where there is none."""
        done = _run(["rev-parse", "--show-toplevel"], folder)
        if done.returncode != 0:
            said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["git failed"]
            if "dubious ownership" in said[0]:
                hint = f"it belongs to another user; `git config --global --add safe.directory {folder}` trusts it"
                raise TargetError(Problem(f"git does not read the repository at {folder}", hint=hint))
            hint = "give two folders or two reports in JSON, or run it inside of a repository"
            raise TargetError(Problem(f"{folder} is not in the work tree of a git repository", hint=hint))
        return cls(Path(os.fsdecode(done.stdout.removesuffix(b"\n"))))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process that contents come from."""
        batch, self._batch = self._batch, None
        if batch is not None:
            batch.kill()
            batch.communicate()

    # ------------------------------------------------------------ commits

    def find(self, revision: str) -> str | None:
        """The commit that a branch, tag, hash or other revision names; None where it names none here."""
        if not revision or revision.startswith("-") or not revision.isprintable():
            return None
        done = self._git(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"])
        return done.stdout.decode("ascii").strip() if done.returncode == 0 else None

    def commit(self, revision: str) -> str:
        """As `find`; raises TargetError with what to run where there is no such commit."""
        found = self.find(revision)
        if found is None:
            raise TargetError(self._absent(revision))
        return found

    def _absent(self, revision: str) -> Problem:
        if revision.startswith("-"):
            return Problem(f"{revision!r} cannot name a revision: it begins with a hyphen")
        if self.shallow:
            what = revision if OBJECT_NAME.fullmatch(revision) else revision.removeprefix("origin/")
            hint = f"run `git fetch --depth=1 origin {what}` first, or check out with the whole history"
            return Problem(f"{revision} is not in this shallow clone", hint=hint)
        import difflib

        near = difflib.get_close_matches(revision, self._names(), n=1)
        return Problem(f"no commit is named {revision}", hint=f"did you mean {near[0]}?" if near else None)

    def _names(self) -> list[str]:
        done = self._git(["for-each-ref", "--format=%(refname:short)", "--count=1000"])
        return done.stdout.decode("utf-8", "replace").split()

    @property
    def shallow(self) -> bool:
        """Whether the history ends early because not all of it was fetched."""
        return self._git(["rev-parse", "--is-shallow-repository"]).stdout.strip() == b"true"

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor of two commits; None where they have none here."""
        done = self._git(["merge-base", one, other])
        return done.stdout.decode("ascii").split()[0] if done.returncode == 0 else None

    def log(self, tip: str, *, without: str | None = None, first_parent: bool = False) -> list[Commit]:
        """The commits that lead to `tip`, each before its parents; left out are those that lead to `without`.

        tip, without: full hashes.  first_parent: of a merge only what it was made on.  Raises TargetError where the
        history cannot be read.
        """
        options = ["--topo-order", "--no-show-signature", "--no-patch", "--encoding=UTF-8", "-z"]
        only = ["--first-parent"] if first_parent else []
        range_ = [tip, *([f"^{without}"] if without else []), "--"]
        done = self._git(["log", *options, *only, "--format=%H%x00%P%x00%ct%x00%s", *range_])
        if done.returncode != 0:
            raise TargetError(Problem(f"cannot read the history of {tip[:12]}", hint="run `git fetch --refetch` first"))
        fields = done.stdout.decode("utf-8", "replace").split("\0")
        rows = zip(*(fields[at : len(fields) // 4 * 4 : 4] for at in range(4)), strict=True)
        return [Commit(name, tuple(parents.split()), _seconds(time), subject) for name, parents, time, subject in rows]

    def renamed(self, before: str, after: str, path: str) -> str | None:
        """What a file was called in the commit before; None where it is not one that was renamed between the two."""
        done = self._git(["diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status", before, after])
        fields = [os.fsdecode(field) for field in done.stdout.split(b"\0")]
        pairs = zip(fields[1::3], fields[2::3], strict=False)
        return next((old for old, new in pairs if new == path), None)

    # ------------------------------------------------------------ trees

    def tree(self, commit: str) -> Tree:
        """The files of a commit, by its full hash; raises TargetError where its objects are not here."""
        assert OBJECT_NAME.fullmatch(commit)
        done = self._git(["ls-tree", "-r", "-z", "--full-tree", commit])
        if done.returncode != 0:
            raise TargetError(Problem(f"cannot read the tree of {commit[:12]}", hint="run `git fetch --refetch` first"))
        entries: dict[str, Entry] = {}
        for line in done.stdout.split(b"\0"):
            head, tab, name = line.partition(b"\t")
            if tab:
                mode, _, identity = head.split()
                entries[os.fsdecode(name)] = Entry(KINDS.get(mode, "file"), identity.decode("ascii"))
        return Tree(entries, lambda _, entry, maximum: self.blob(entry.identity, maximum))

    def work_tree(self) -> Tree:
        """The files as they lie on the disk, without those that git ignores."""
        done = self._git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        entries: dict[str, Entry] = {}
        for name in map(os.fsdecode, filter(None, done.stdout.split(b"\0"))):
            try:
                mode = os.lstat(self.top / name).st_mode
            except OSError:
                continue  # deleted, and not yet committed
            kind = next((kind for kind, holds in ON_DISK.items() if holds(mode)), None)
            if kind is not None:
                entries[name.removesuffix("/")] = Entry(kind)
        return Tree(entries, self._on_disk)

    def _on_disk(self, name: str, entry: Entry, maximum: int) -> bytes:
        path = self.top / name
        if entry.kind == "link":
            return os.fsencode(os.readlink(path))  # noqa: PTH115  # keeps what the link says
        if not os.path.realpath(path).startswith(os.path.realpath(self.top) + os.sep):
            raise OSError(errno.EACCES, "leads out of the work tree", name)
        with path.open("rb") as file:
            return file.read(min(maximum, os.fstat(file.fileno()).st_size))

    # ------------------------------------------------------------ contents

    def blob(self, identity: str, maximum: int) -> bytes:
        """The first bytes of an object by its full hash, as they are stored; raises OSError where it is not here."""
        assert OBJECT_NAME.fullmatch(identity)
        if self._batch is None:
            self._batch = subprocess.Popen(
                ["git", *SAFE, "cat-file", "--batch"], cwd=self.top, env=_environment(),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        source, sink = self._batch.stdout, self._batch.stdin
        assert source is not None
        assert sink is not None
        sink.write(identity.encode("ascii") + b"\n")
        sink.flush()
        head = source.readline().split()
        if len(head) != 3:
            raise OSError(errno.ENOENT, "its content is not in this clone: run `git fetch --refetch`", identity)
        left = int(head[2])
        data = source.read(min(left, maximum))
        left -= len(data)
        while left > 0:
            left -= len(source.read(min(left, CHUNK)))
        source.read(1)
        return data

    def _git(self, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
        return _run(arguments, self.top)


def _seconds(text: str) -> int:
    """What a commit says of its time, which may be anything, as a date that there is."""
    return min(int(text), LATEST) if text.isdecimal() else 0


def _run(arguments: Sequence[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Run git to its end; raises TargetError where there is no git or no such folder."""
    try:
        return subprocess.run(
            ["git", *SAFE, *arguments], cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, capture_output=True
        )
    except OSError as error:
        reason = "git is not installed" if folder.is_dir() else f"no such folder: {folder}"
        raise TargetError(Problem(reason, hint="two folders can be compared without git")) from error


def _environment() -> dict[str, str]:
    """The environment without what would point git at another repository, index, editor or program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | ENVIRONMENT
