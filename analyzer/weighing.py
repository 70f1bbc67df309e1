"""The calls that weigh: models by name, and all models of files and folders.

scan(["models/"], layers=True, ...).models[0].parameters.total      -> 11689512
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cache.store import Store
from analyzer.config import Options, load
from analyzer.desk import Desk, Progress
from analyzer.errors import TargetError, no_place
from analyzer.projects import Projects
from analyzer.report import Problem, Report
from analyzer.syntax.discovery import discover
from analyzer.tasks import Work
from analyzer.verdict import coverage

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
    options = options or load(Path(paths[0]))
    files, problems = _found(paths)
    work = Work("scan", options, layers=layers, shapes=shapes, cache=means.cache)
    with opened(means) as store:
        desk = Desk(
            work, Projects(options, store=store), store,
            executor=means.executor, jobs=means.jobs, progress=means.progress,
        )  # fmt: skip
        verdicts = desk.verdicts(files)
    models = tuple(model for verdict in verdicts for model in verdict.models)
    unread = [verdict.unread for verdict in verdicts if verdict.unread is not None]
    return Report(models, (), (*problems, *unread), coverage(models, len(files) - len(unread), len(unread)))


def _found(paths: Sequence[str]) -> tuple[list[str], list[Problem]]:
    files: dict[str, None] = {}
    problems: list[Problem] = []
    for text in paths:
        if not os.path.isfile(text) and not os.path.isdir(text):
            problems.append(no_place(text))
        else:
            files.update(dict.fromkeys(map(str, discover(Path(text)))))
    return list(files), problems
