"""Work spread over processes, or over any executor: groups of files, the largest first, and nobody's death loses more
than the file that caused it.

spread(work, ["a.py", "b.py"], jobs=2)      -> {"a.py": <a verdict's bytes>, "b.py": <a verdict's bytes>}
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from concurrent.futures.process import ProcessPoolExecutor

from analyzer.report import Problem
from analyzer.shares import Group, grouped
from analyzer.tasks import Result, forget, run
from analyzer.verdict import Verdict
from analyzer.work import Work

SHARES = 16
"""Groups for each process: the more, the more evenly they end, and the less is lost with one."""
GLANCE = 0.1
"""Seconds between two looks at what is running."""

Told = Callable[[int, str], None]
"""Called with how many items are done, and one that is being looked at."""


def spread(
    work: Work,
    items: Sequence[str],
    *,
    jobs: int,
    executor: Executor | None = None,
    told: Told = lambda done, item: None,
) -> dict[str, Result]:
    """The results of all items; those whose process dies each time are reported as not read."""
    found: dict[str, Result] = {}
    groups = grouped(work, items, SHARES * max(jobs, 1))
    suspects: list[Group] = []
    if executor is not None:
        try:
            groups, suspects = _through(executor, work, groups, found, told)
        finally:
            forget()
    while groups:
        with _pool(min(jobs, len(groups))) as pool:
            groups, more = _through(pool, work, groups, found, told)
            suspects += more
    for group in suspects:
        _one_by_one(work, group, found, told)
    return found


def _through(
    executor: Executor, work: Work, groups: Sequence[Group], found: dict[str, Result], told: Told
) -> tuple[list[Group], list[Group]]:
    """Do what can be done; if the executor breaks, what is left of the groups, and those that were being looked at."""
    waiting: dict[Future[list[Result]], Group] = {}
    running: list[Group] = []
    lost: list[Group] = []
    try:
        for group in groups:
            with _uninterrupted():
                waiting[executor.submit(run, work, group)] = group
    except BrokenExecutor:
        lost += groups[len(waiting) :]
    try:
        while waiting:
            running = [group for future, group in waiting.items() if future.running()] or running
            told(len(found), (running or list(waiting.values()))[0][0])
            for future in wait(waiting, GLANCE, FIRST_COMPLETED).done:
                group = waiting.pop(future)
                try:
                    found.update(zip(group, future.result(), strict=True))
                except BrokenExecutor:
                    lost.append(group)
    except KeyboardInterrupt:
        if not isinstance(executor, _Pool):
            for future in waiting:
                future.cancel()
        raise
    suspects = [group for group in lost if group in running] or lost
    return [group for group in lost if group not in suspects], suspects


def _one_by_one(work: Work, group: Group, found: dict[str, Result], told: Told) -> None:
    """Each item of a group, with a new process after each death."""
    left = list(group)
    while left:
        with _pool(1) as pool:
            for item in tuple(left):
                left.remove(item)
                try:
                    with _uninterrupted():
                        future = pool.submit(run, work, (item,))
                    while not wait([future], GLANCE).done:
                        told(len(found), item)
                    (found[item],) = future.result()
                except BrokenExecutor:
                    why = "the process that looked at it was ended from outside, as for want of memory"
                    found[item] = Result(Verdict(unread=Problem(f"{item}: {why}")))
                    break


class _Pool(ProcessPoolExecutor):
    """Processes of our own, which an interrupt ends without asking."""


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """What is started here, and what that starts, is never interrupted: only its parent is."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _pool(jobs: int) -> Iterator[_Pool]:
    """Processes of our own, gone when the block is left; at once where it is left by an exception."""
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    pool = _Pool(jobs, context, _begin, (os.getpid(),))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False)
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        raise
    pool.shutdown()


def _begin(parent: int) -> None:
    """Make a process ready: an interrupt is its parent's business, and it does not outlive that."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000, 20, 50)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
