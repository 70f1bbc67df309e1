"""Where a call's work is given out: what the cache knows is not done again, the rest goes to processes or is done here.

desk = Desk(work, store, jobs=None)
desk.verdicts(["models/a.py", "models/b.py"])      -> their verdicts in that order, whoever found them and when
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from analyzer.cache.store import Store
from analyzer.deepstack import with_deep_stack
from analyzer.projects import Projects
from analyzer.recall.results import Results
from analyzer.shares import jobs_for
from analyzer.syntax.project import Project
from analyzer.tasks import LINES, lines_key, lines_of, result
from analyzer.verdict import Verdict, decode
from analyzer.work import Work

if TYPE_CHECKING:
    from concurrent.futures import Executor

Progress = Callable[[int, int, str], None]
"""Called with files done, files in all, and the file being read."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one item."""

    verdict: Verdict
    lines: bytes = b""
    """Its models as lines of JSON, compressed, where they were asked for."""


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
        """The verdict of each item; without layers where lines are asked for."""
        return [found.verdict for found in self.found(items)]

    def found(self, items: Sequence[str]) -> list[Found]:
        """The verdict of each item, and its models as lines where they are asked for."""
        found = {item: known for item in items if (known := self._recall(item)) is not None}
        self.recalled = len(found)
        missing = [item for item in items if item not in found]
        if missing:
            found.update(zip(missing, self._done(missing, len(items)), strict=True))
        for results in self._results.values():
            results.keep_stamps()
        return [found[item] for item in items]

    def _recall(self, item: str) -> Found | None:
        """What an earlier run found, where it still holds."""
        if self._store is None:
            return None
        file = self._work.file(item)
        project = self._projects.holding(file)
        if project not in self._results:
            self._results[project] = Results(project, self._store, self._work.asked(), self._work.texts)
        data = self._results[project].get(self._projects.real(file), self._work.asked_of(project, item))
        try:
            return None if data is None else self._opened(data, self._store)
        except (msgspec.DecodeError, zlib.error, ValueError):
            return None

    def _opened(self, data: bytes, store: Store) -> Found:
        if not self._work.lines:
            return Found(decode(data))
        lines = store.get(LINES, lines_key(data))
        if lines is None:
            lines = lines_of(decode(data))
            store.put(LINES, lines_key(data), lines)
        return Found(decode(data, layers=False), lines)

    def _done(self, items: Sequence[str], total: int) -> Iterable[Found]:
        """What comes of items that have to be looked at."""
        jobs = jobs_for(self._work, items) if self._jobs is None else self._jobs
        if self._executor is None and jobs == 1:
            return with_deep_stack(lambda: self._one_by_one(items, total))
        from analyzer.processes import spread

        def told(done: int, item: str) -> None:
            if self._progress is not None:
                self._progress(total - len(items) + done, total, item)

        found = spread(self._work, items, jobs=jobs, executor=self._executor, told=told)
        return [Found(found[item].opened(), found[item].lines) for item in items]

    def _one_by_one(self, items: Sequence[str], total: int) -> list[Found]:
        found: list[Found] = []

        def begun(item: str) -> None:
            if self._progress is not None:
                self._progress(total - len(items) + len(found), total, item)

        from analyzer.sitting import Sitting

        for verdict in Sitting(self._work, self._store).verdicts(items, begun):
            if self._work.lines:
                sent = result(self._work, verdict, self._store)
                found.append(Found(sent.opened(), sent.lines))
            else:
                found.append(Found(verdict))
        return found
