"""One process at its work: sessions that stay as long as memory lasts, and what was found kept as it goes on.

sitting = Sitting(work, store)
list(sitting.verdicts(["models/a.py", "models/b.py"]))      -> two verdicts, what both files import evaluated once
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from analyzer.cache.store import Store
from analyzer.checking import check_file
from analyzer.config import real
from analyzer.errors import TargetError
from analyzer.evaluation.memory import resident
from analyzer.mishap import MARK
from analyzer.pipeline import parse_inputs, summarise, unreadable, weigh_file
from analyzer.recall.results import Results
from analyzer.verdict import Verdict, encode
from analyzer.work import Work
from analyzer.workspace import Workspace, Workspaces

PAUSE = 5.0
"""Seconds after which what was found is written to the cache."""
ROOM = 250_000_000
"""Bytes that a process may grow by before its sessions are forgotten."""

Judge = Callable[[Workspace, str], Verdict]


class Sitting:
    """The sessions of one process, and the results that wait to be written; TargetError for work that has no sense."""

    def __init__(self, work: Work, store: Store | None) -> None:
        self._work = work
        self._store = store
        self._judge = _judge(work)
        self._ceiling = resident() + ROOM
        self._written = time.monotonic()
        self._begin()

    def _begin(self) -> None:
        self._workspaces = Workspaces(self._work.options, self._work.texts, store=self._store)
        self._results: dict[Workspace, Results] = {}

    def verdicts(self, items: Sequence[str], begun: Callable[[str], None] = lambda item: None) -> Iterator[Verdict]:
        """The verdicts of items, in their order; `begun` is called with each before it is looked at."""
        try:
            for item in items:
                begun(item)
                workspace = self._workspaces.holding(self._work.file(item))
                verdict = self._judge(workspace, item)
                self._keep(workspace, item, verdict)
                yield verdict
                if time.monotonic() > self._written + PAUSE:
                    self.flush()
                if resident() > self._ceiling:
                    self._forget()
        finally:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        for workspace, results in self._results.items():
            results.flush(workspace.trail)
        self._written = time.monotonic()

    def _forget(self) -> None:
        """Begin anew; what a process has once taken it keeps, so that the next ceiling is no lower."""
        self.flush()
        self._begin()
        gc.collect()
        self._ceiling = max(self._ceiling, resident() + ROOM // 2)

    def _keep(self, workspace: Workspace, item: str, verdict: Verdict) -> None:
        """Keep a verdict, unless it comes of a file that cannot be read or of a fault of ours."""
        if self._store is None:
            return
        work = self._work
        paths = workspace.rests_on(work.file(item))
        told = (verdict.unread, *verdict.problems)
        if paths is None or any(problem is not None and MARK in problem.message for problem in told):
            return
        if workspace not in self._results:
            self._results[workspace] = Results(workspace.project, self._store, work.asked(), work.texts)
        with suppress(OverflowError, UnicodeEncodeError):
            about = work.asked_of(workspace.project, item)
            self._results[workspace].put(real(work.file(item)), about, paths, encode(verdict))


def _judge(work: Work) -> Judge:
    """What gives the verdict of one item."""
    if work.kind == "check":
        from analyzer.selection import select

        selection = select(work.options)
        return lambda workspace, item: check_file(workspace, Path(item), work.options, selection, work.ledger)
    if work.kind == "scan":
        return lambda workspace, item: weigh_file(
            workspace, Path(item), work.options, layers=work.layers, shapes=work.shapes
        )
    try:
        given = parse_inputs([(None, text) for text in work.inputs])
    except ValueError as error:
        raise TargetError(unreadable(error)) from error
    return lambda workspace, item: summarise(workspace, item, given, work.options)
