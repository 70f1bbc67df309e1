"""Finds the two sides of a comparison: revisions of a repository, or two folders.

    with opened("main", None, (), merge_base=True, config=None) as sides: ...     main's merge base, and the work tree
    with opened("old/", "new/", (), merge_base=True, config=None) as sides: ...   two folders

What a comparison is told by a configuration comes from the side before: no change decides how it is judged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.change import Side
from analyzer.config import DISK as DISK_FILES
from analyzer.config import ConfigError, Files, Options, find, find_root, load, real
from analyzer.errors import TargetError
from analyzer.report import Problem, Span
from analyzer.review.git import OBJECT_NAME, Repository
from analyzer.review.snapshot import Source
from analyzer.review.tree import ROOT, Tree, changed
from analyzer.syntax.discovery import discover, site_packages
from analyzer.syntax.lowered import Lowered
from analyzer.syntax.project import Project
from analyzer.syntax.reader import DISK, Reader

NOTHING = Tree({}, lambda path, entry, maximum: b"")
SHORT = 7


@dataclass(frozen=True, slots=True)
class Sides:
    """What is to be compared."""

    before: Source
    after: Source
    changed: tuple[str, ...] | None
    """Files that are not the same on both sides, from the root; None where that is known only after reading them."""
    notes: tuple[str, ...] = ()


@contextmanager
def opened(
    base: str, head: str | None, paths: Sequence[str], *, merge_base: bool, config: Path | None, lowered: Lowered
) -> Iterator[Sides]:
    """The two sides, which can be read as long as the context lasts; no `head` is the work tree.

    lowered: where both sides have the syntax of their files from.

    Raises TargetError where there is nothing to compare, or the configuration cannot be used.
    """
    if head is not None and os.path.isdir(base) and os.path.isdir(head):
        yield _of_folders(base, head, paths, config, lowered)
        return
    with Repository.holding(Path.cwd()) as repository:
        yield _of_revisions(repository, base, head, paths, merge_base=merge_base, config=config, lowered=lowered)


def head_and_paths(base: str, rest: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """Which of the arguments behind BASE is HEAD, and which are paths: what names a revision is one, as git has it."""
    if not rest or (os.path.isdir(base) and os.path.isdir(rest[0])) or base.endswith(".json"):
        return (rest[0] if rest else None), tuple(rest[1:])
    with Repository.holding(Path.cwd()) as repository:
        if repository.find(rest[0]) is not None or not os.path.lexists(rest[0]):
            return rest[0], tuple(rest[1:])
    return None, tuple(rest)


# ---------------------------------------------------------------- folders


def _of_folders(before: str, after: str, paths: Sequence[str], config: Path | None, lowered: Lowered) -> Sides:
    roots = [real(Path(folder)) for folder in (before, after)]
    found = find(roots[0])
    own_one = found is not None and found.parent == roots[0]
    options = _loaded(roots[0], config, DISK_FILES) if config or own_one else None
    sources = []
    for name, root in zip((before, after), roots, strict=True):
        own = replace(options or Options(root), root=root)
        project = Project(root, own.search_path, lowered=lowered)
        sources.append(Source(Side(name), project, own, _files(root, paths, DISK)))
    one, other = sources
    if not one.files and not other.files:
        raise TargetError(Problem(f"neither {before} nor {after} holds a Python file"))
    return Sides(one, other, None)


def _loaded(start: Path, config: Path | None, files: Files) -> Options:
    """The configuration; raises TargetError where it cannot be used."""
    try:
        return load(start, config, files)
    except ConfigError as error:
        name = error.file.relative_to(ROOT).as_posix() if error.file.is_relative_to(ROOT) else str(error.file)
        problem = Problem(f"{error.message}: {name}", Span(name, error.line) if error.line else None, error.hint)
        raise TargetError(problem) from error


def _files(root: Path, paths: Sequence[str], reader: Reader) -> tuple[Path, ...]:
    """The Python files at and below these paths, of those that there are."""
    found: dict[Path, None] = {}
    for path in paths or ("",):
        start = reader.real(root / path)
        names = reader.names(start.parent)
        if start == root or start.name in names.files | names.folders:
            found.update(dict.fromkeys(discover(start, reader)))
    return tuple(found)


# ---------------------------------------------------------------- revisions


def _of_revisions(
    repository: Repository,
    base: str,
    head: str | None,
    paths: Sequence[str],
    *,
    merge_base: bool,
    config: Path | None,
    lowered: Lowered,
) -> Sides:
    notes: list[str] = []
    after = None if head is None else repository.commit(head)
    tree_after = repository.work_tree() if after is None else repository.tree(after)
    now = Side("the work tree" if head is None else _label(head, after), after)
    before, was = _base(repository, base, after, merge_base=merge_base, notes=notes)
    tree_before = NOTHING if before is None else repository.tree(before)
    asked = [_inside(repository, path) for path in paths or (".",)]
    start = ROOT / asked[0]
    options = _loaded(start, config, tree_before)
    if config is not None:
        options = replace(options, root=find_root(start, tree_before))
    elif options.source is None and find(start, tree_after) is not None:
        notes.append(f"{was.label} has no configuration: that of {now.label} is used once it is merged")
    if not all((ROOT / path).is_relative_to(options.root) for path in asked):
        options = replace(options, root=ROOT)
    beside = repository.top / options.root.relative_to(ROOT)
    search_path = (*options.search_path, *site_packages(beside))
    sources = []
    for side, tree in ((was, tree_before), (now, tree_after)):
        project = Project(options.root, search_path, reader=tree, lowered=lowered)
        sources.append(Source(side, project, options, _files(ROOT, asked, tree)))
    one, other = sources
    for path, name in zip(asked, paths, strict=False):
        if tree_before.kind(ROOT / path) is None and tree_after.kind(ROOT / path) is None:
            raise TargetError(Problem(f"no such file or folder on either side: {name}"))
    names = [ROOT / name for name in sorted(changed(tree_before, tree_after))]
    inside = tuple(one.project.display(name) for name in names if name.is_relative_to(options.root))
    notes += [
        f"{name} is a submodule, which is not read"
        for name in sorted({*tree_before.submodules, *tree_after.submodules})
    ]
    return Sides(one, other, inside, tuple(notes))


def _base(
    repository: Repository, base: str, after: str | None, *, merge_base: bool, notes: list[str]
) -> tuple[str | None, Side]:
    """The commit to compare with; None where there is none, so that everything is new."""
    if (
        OBJECT_NAME.fullmatch(base)
        and repository.find(base) is None
        and not (set(base) != {"0"} and repository.shallow)
    ):
        reason = "there is no commit before" if set(base) == {"0"} else f"{base[:SHORT]} is no longer in the repository"
        notes.append(f"{reason}: every model counts as new")
        return None, Side("nothing")
    commit = repository.commit(base)
    if not merge_base:
        return commit, Side(_label(base, commit), commit)
    tip = after or repository.find("HEAD")
    common = commit if tip is None else repository.merge_base(commit, tip)
    if common is None:
        if repository.shallow:
            hint = "run `git fetch --unshallow` first (fetch-depth: 0), or give --no-merge-base"
            raise TargetError(Problem(f"where {base} was left is not in this shallow clone", hint=hint))
        notes.append(f"{base} has no history in common with what it is compared to: it is compared as it is")
        common = commit
    name = base if common == commit else f"where {base} was left"
    return common, Side(_label(name, common), common)


def _label(name: str, commit: str | None) -> str:
    """`main (5f2c1a9)`, and `5f2c1a9` for a commit that was named by its hash."""
    short = (commit or "")[:SHORT]
    return short if commit is not None and commit.startswith(name) else f"{name} ({short})"


def _inside(repository: Repository, path: str) -> str:
    """A path of the command line from the top of the repository on; raises TargetError where it is outside."""
    place = Path(os.path.normpath(real(Path.cwd()) / path))
    top = real(repository.top)
    if not place.is_relative_to(top):
        raise TargetError(Problem(f"{path} is not in the repository at {repository.top}"))
    return place.relative_to(top).as_posix()
