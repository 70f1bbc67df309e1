"""Where a call's work is given out: what the cache knows is not done again, the rest goes to processes or is done here.

desk = Desk(work, store, jobs=None)
desk.verdicts(["models/a.py", "models/b.py"])      -> their verdicts in that order, whoever found them and when
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

import msgspec

from analyzer.cache.store import Store
from analyzer.deepstack import with_deep_stack
from analyzer.projects import Projects
from analyzer.recall.results import Results
from analyzer.shares import jobs_for
from analyzer.syntax.project import Project
from analyzer.tasks import Result, Work, carried_out
from analyzer.verdict import Verdict, decode

if TYPE_CHECKING:
    from concurrent.futures import Executor

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the file being read."""


class Desk:
    """One call's work; `executor` and `jobs` say where it is done."""

    def __init__(
        self,
        work: Work,
        projects: Projects,
        store: Store | None,
        *,
        executor: Executor | None = None,
        jobs: int | None = 1,
        progress: Progress | None = None,
    ) -> None:
        self._work = work
        self._projects = projects
        self._store = store
        self._executor = executor
        self._jobs = jobs
        self._progress = progress
        self._results: dict[Project, Results] = {}
        self.recalled = 0
        """How many verdicts the cache had."""

    def verdicts(self, items: Sequence[str]) -> list[Verdict]:
        """The verdict of each item."""
        found = {item: verdict for item in items if (verdict := self._recall(item)) is not None}
        self.recalled = len(found)
        missing = [item for item in items if item not in found]
        if missing:
            found.update(zip(missing, self._done(missing, len(items)), strict=True))
        for results in self._results.values():
            results.keep_stamps()
        return [found[item] for item in items]

    def _recall(self, item: str) -> Verdict | None:
        """What an earlier run found, where it still holds."""
        if self._store is None:
            return None
        file = self._work.file(item)
        project = self._projects.holding(file)
        if project not in self._results:
            self._results[project] = Results(project, self._store, self._work.asked(), self._work.texts)
        data = self._results[project].get(self._projects.real(file), self._work.asked_of(project, item))
        try:
            return None if data is None else decode(data)
        except (msgspec.DecodeError, zlib.error, ValueError):
            return None

    def _done(self, items: Sequence[str], total: int) -> Iterable[Verdict]:
        """The verdicts of items that have to be looked at."""
        jobs = jobs_for(self._work, items) if self._jobs is None else self._jobs
        if self._executor is None and jobs == 1:
            return with_deep_stack(lambda: self._one_by_one(items, total))
        from analyzer.processes import spread

        def told(done: int, item: str) -> None:
            if self._progress is not None:
                self._progress(total - len(items) + done, total, item)

        found = spread(self._work, items, jobs=jobs, executor=self._executor, told=told)
        return [_opened(found[item]) for item in items]

    def _one_by_one(self, items: Sequence[str], total: int) -> list[Verdict]:
        found: list[Verdict] = []

        def begun(item: str) -> None:
            if self._progress is not None:
                self._progress(total - len(items) + len(found), total, item)

        for verdict in carried_out(self._work, items, self._store, begun):
            found.append(verdict)  # noqa: PERF402  # `begun` counts them
        return found


def _opened(result: Result) -> Verdict:
    return result if isinstance(result, Verdict) else decode(result)
