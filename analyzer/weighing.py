"""The calls that weigh: models by name, and all models of files and folders.

scan(["models/"], layers=True, ...).models[0].parameters.total      -> 11689512
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cache.store import Store
from analyzer.config import Options, load
from analyzer.desk import Desk, Found, Progress
from analyzer.errors import TargetError, no_place
from analyzer.projects import Projects
from analyzer.report import Problem, Report
from analyzer.syntax.discovery import discover
from analyzer.verdict import coverage
from analyzer.work import Work

if TYPE_CHECKING:
    from concurrent.futures import Executor


@dataclass(frozen=True, slots=True)
class Means:
    """What a call may use: a folder for its cache, and where its work is done."""

    cache: Path | None = None
    executor: Executor | None = None
    jobs: int | None = 1
    """Processes; None for as many as the work is worth."""
    progress: Progress | None = None
    warn: Callable[[str], None] | None = None
    """Told, once, why the cache could not be used."""


ALONE = Means()
"""No cache, and one process."""


@contextmanager
def opened(means: Means) -> Iterator[Store | None]:
    """The store of the cache's folder, if there is one."""
    if means.cache is None:
        yield None
        return
    with Store(means.cache) as store:
        yield store
    if store.fault is not None and means.warn is not None:
        means.warn(store.fault)


def summary(targets: Sequence[str], *, inputs: Sequence[str], options: Options | None, means: Means) -> Report:
    """The report of the targets; see `analyzer.summary`."""
    options = options or load(Path(targets[0].partition("::")[0]))
    work = Work("summary", options, inputs=tuple(inputs), cache=means.cache)
    with opened(means) as store:
        try:
            verdicts = Desk(work, Projects(options, store=store), store).verdicts(list(targets))
        except TargetError as error:
            return Report(problems=(error.problem,))
    models = tuple(model for verdict in verdicts for model in verdict.models)
    problems: list[Problem] = []
    unread = 0
    for text, verdict in zip(targets, verdicts, strict=True):
        problems += verdict.problems if verdict.unread is None else (verdict.unread,)
        if verdict.unread is not None:
            unread += verdict.unread.span is not None or not os.path.isfile(text.partition("::")[0])
    read = {text.partition("::")[0] for text, verdict in zip(targets, verdicts, strict=True) if verdict.unread is None}
    return Report(models, (), tuple(problems), coverage(models, len(read), unread))


def scan(paths: Sequence[str], *, layers: bool, shapes: bool, options: Options | None, means: Means) -> Report:
    """The report of every model below the paths; see `analyzer.scan`."""
    work = Work("scan", options or load(Path(paths[0])), layers=layers, shapes=shapes, cache=means.cache)
    return _scan(paths, work, means)[0]


def scan_lines(
    paths: Sequence[str], *, layers: bool, shapes: bool, options: Options, means: Means
) -> tuple[Report, list[Line]]:
    """The same without layers, and each of its models as the line that it is in JSON, layers included."""
    work = Work("scan", options, layers=layers, shapes=shapes, cache=means.cache, lines=True)
    report, found = _scan(paths, work, means)
    lines = [Line(one.lines, number) for one in found for number in range(len(one.verdict.models))]
    return report, lines


@dataclass(frozen=True, slots=True)
class Line:
    """One of the lines of a file, which stay compressed until they are written."""

    file: bytes
    number: int

    def text(self) -> bytes:
        return _lines(self.file)[self.number]


@lru_cache(maxsize=4)
def _lines(file: bytes) -> list[bytes]:
    return zlib.decompress(file).split(b"\n")


def _scan(paths: Sequence[str], work: Work, means: Means) -> tuple[Report, list[Found]]:
    files, problems = _found(paths)
    with opened(means) as store:
        desk = Desk(
            work, Projects(work.options, store=store), store,
            executor=means.executor, jobs=means.jobs, progress=means.progress,
        )  # fmt: skip
        found = desk.found(files)
    models = tuple(model for one in found for model in one.verdict.models)
    unread = [one.verdict.unread for one in found if one.verdict.unread is not None]
    covered = coverage(models, len(files) - len(unread), len(unread))
    return Report(models, (), (*problems, *unread), covered), found


def _found(paths: Sequence[str]) -> tuple[list[str], list[Problem]]:
    files: dict[str, None] = {}
    problems: list[Problem] = []
    for text in paths:
        if not os.path.isfile(text) and not os.path.isdir(text):
            problems.append(no_place(text))
        else:
            files.update(dict.fromkeys(map(str, discover(Path(text)))))
    return list(files), problems
