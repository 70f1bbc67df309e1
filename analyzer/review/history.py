"""Follows one model over the log of a repository: which commits there are, what its file was called, what it weighed.

history("net.py::Net").moments[-1].reading        Reading(State.EXACT, Figure(850), ...)

Trees are read from git's objects, one at a time, the newest first; nothing is checked out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analyzer.cache.store import Store
from analyzer.change import Figure, Measure
from analyzer.config import Options, load, real
from analyzer.deepstack import with_deep_stack
from analyzer.errors import TargetError
from analyzer.pipeline import parse_inputs, unreadable
from analyzer.report import Problem
from analyzer.review.git import Commit, Repository
from analyzer.review.measures import measure
from analyzer.review.scale import Scale, in_tree
from analyzer.review.tree import ROOT, Tree
from analyzer.syntax.discovery import site_packages
from analyzer.timeline import Moment, Reading, State, Timeline

Progress = Callable[[int, int, str], None]
"""Called with commits done, commits in all, and the commit being read."""
DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?(Z|[+-]\d\d:?\d\d)?")
AGO = re.compile(r"(\d{1,4})[ .](day|week|month|year)s?[ .]ago")
NOTHING = Reading(State.MISSING, None, None, None)
DAYS = {"day": 1, "week": 7, "month": 30.44, "year": 365.24}


@dataclass(frozen=True, slots=True)
class Span:
    """Which commits are asked for."""

    since: int | None = None
    until: int | None = None
    """Seconds since 1970, both included."""

    def holds(self, commit: Commit) -> bool:
        return (self.since is None or commit.time >= self.since) and not self.is_before(commit)

    def is_before(self, commit: Commit) -> bool:
        """Whether the span ends before a commit."""
        return self.until is not None and commit.time > self.until


def history(
    target: str,
    *,
    since: str | None = None,
    until: str | None = None,
    first_parent: bool = False,
    inputs: Sequence[str] = (),
    options: Options | None = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> Timeline:
    """A model over the log; see `analyzer.history`."""
    file, _, wanted = target.partition("::")
    if not wanted.strip():
        raise TargetError(Problem(f"{target} names no model", hint="write FILE::NAME, or 'FILE::Net(width=64)'"))
    try:
        given = parse_inputs([(None, text) for text in inputs])
    except ValueError as error:
        raise TargetError(unreadable(error)) from error
    place = Path(os.path.normpath(real(Path.cwd()) / file))
    options = options or load(place)
    with Repository.holding(next(folder for folder in place.parents if folder.is_dir())) as repository:
        top = real(repository.top)
        path = _below(place, top)
        inside = in_tree(options, top)
        inside = replace(inside, search_path=(*inside.search_path, *site_packages(options.root)))
        scale = Scale(inside, wanted, given, store)
        tip, without, span = _bounds(repository, since, until)
        commits = repository.log(tip, without=without, first_parent=first_parent)
        walk = _Walk(repository, scale, commits, span, progress)
        moments = with_deep_stack(lambda: walk.moments(path))
        notes = ("the clone is shallow: its history begins where it was cut off",) if repository.shallow else ()
    if not moments:
        raise TargetError(Problem("there is no commit in that time", hint="--since and --until are given in UTC"))
    return Timeline(f"{path}::{wanted}", tuple(moments), scale.evaluated, tuple(notes))


def _below(place: Path, top: Path) -> str:
    """A path from the top of the repository, with links followed that lead to it but not in it."""
    for above in (place, *place.parents):
        if real(above) == top:
            return place.relative_to(above).as_posix()
    raise TargetError(Problem(f"{place} is not in the repository at {top}"))


# ---------------------------------------------------------------- since when, until when


def _bounds(repository: Repository, since: str | None, until: str | None) -> tuple[str, str | None, Span]:
    """The commit to begin with, one that is left out with all before it, and the time; raises TargetError."""
    first = None if since is None else _time(since, repository)
    last = None if until is None else _time(until, repository, end=True)
    tip = last if isinstance(last, str) else repository.find("HEAD")
    if tip is None:
        raise TargetError(Problem("the repository has no commit yet"))
    span = Span(None if isinstance(first, str) else first, None if isinstance(last, str) else last)
    return tip, first if isinstance(first, str) else None, span


def _time(text: str, repository: Repository, *, end: bool = False) -> int | str:
    """Seconds since 1970, or the commit that a revision names; a date without a time is its beginning, or its end."""
    ago = AGO.fullmatch(text.strip())
    if ago is not None:
        return int((datetime.now(UTC) - timedelta(days=int(ago[1]) * DAYS[ago[2]])).timestamp())
    if DATE.fullmatch(text.strip()) is None:
        return repository.commit(text)
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise TargetError(Problem(f"no such date: {text}", hint="write 2026-01-31, '3 months ago' or a tag")) from error
    time = time if time.tzinfo is not None else time.replace(tzinfo=UTC)
    whole_day = len(text.strip()) == len("2026-01-31")
    return int(time.timestamp()) + (86_399 if end and whole_day else 0)


# ---------------------------------------------------------------- commit by commit


@dataclass(frozen=True, slots=True)
class _Follower:
    """A commit that was made on another one, and what its file is called."""

    commit: str
    path: str
    there: bool
    """Whether there is such a file."""
    main: bool


class _Walk:
    """From the newest commit back: what the file was called in a commit is known from those made on it."""

    def __init__(
        self, repository: Repository, scale: Scale, commits: Sequence[Commit], span: Span, progress: Progress | None
    ) -> None:
        self._repository = repository
        self._scale = scale
        self._commits = commits
        self._span = span
        self._progress = progress
        self._main = _first_parents(commits)
        self._followers: dict[str, list[_Follower]] = {}
        self._readings: dict[str, Reading] = {}
        self._paths: dict[str, str] = {}

    def moments(self, path: str) -> list[Moment]:
        """One for each commit that is asked for, the oldest first."""
        asked = [commit for commit in self._commits if self._span.holds(commit)]
        before = {parent for commit in asked for parent in commit.parents}
        listed = {commit.name for commit in self._commits}
        wanted = {commit.name for commit in asked} | before
        later = [one for one in self._commits if one.name in wanted or self._span.is_before(one)]
        names = [(one.name, one.parents, one.subject) for one in later]
        names += [(name, (), "") for name in sorted(before - listed)]
        for done, (name, parents, subject) in enumerate(names):
            if self._progress is not None:
                self._progress(done, len(names), f"{name[:7]}  {subject[:40]}")
            self._visit(name, parents, path, weigh=name in wanted)
        return [self._moment(commit) for commit in reversed(asked)]

    def _visit(self, name: str, parents: Sequence[str], path: str, *, weigh: bool) -> None:
        try:
            tree = self._repository.tree(name)
        except TargetError as error:
            self._paths[name] = path
            self._readings[name] = Reading(State.UNREADABLE, why=error.problem.message)
            return
        path = self._path(name, tree, path)
        there = tree.kind(ROOT / path) == "file"
        for parent in parents:
            follower = _Follower(name, path, there, name in self._main)
            known = self._followers.setdefault(parent, [])
            known.insert(0 if follower.main else len(known), follower)
        self._paths[name] = path
        if weigh:
            self._readings[name] = self._scale.reading(tree, path)

    def _path(self, name: str, tree: Tree, path: str) -> str:
        """What the file is called in a commit; where it is not there, what it is called later."""
        followers = self._followers.pop(name, [])
        for one in followers:
            if tree.kind(ROOT / one.path) == "file":
                return one.path
        for one in followers:
            old = self._repository.renamed(name, one.commit, one.path) if one.there else None
            if old is not None:
                return old
        return followers[0].path if followers else path

    def _moment(self, commit: Commit) -> Moment:
        now = self._readings[commit.name]
        parents = [self._readings[parent] for parent in commit.parents if parent in self._readings]
        changes = not any(now.says_as(parent) for parent in parents) if parents else now.state is not State.MISSING
        before = parents[0] if parents else NOTHING
        return Moment(
            commit.name, commit.parents, commit.time, commit.subject, self._paths[commit.name], now,
            _measure(before.parameters, now.parameters),
            _measure(before.trainable, now.trainable),
            _measure(before.macs, now.macs),
            changes, commit.name in self._main,
        )  # fmt: skip


def _measure(before: Figure | None, after: Figure | None) -> Measure:
    return Measure(None, None) if before is None and after is None else measure(before, after)


def _first_parents(commits: Sequence[Commit]) -> frozenset[str]:
    """The commits from the newest one on, each followed by what it was made on."""
    by_name: Mapping[str, Commit] = {commit.name: commit for commit in commits}
    found: set[str] = set()
    name = commits[0].name if commits else ""
    while name in by_name:
        found.add(name)
        name = next(iter(by_name[name].parents), "")
    return frozenset(found)
