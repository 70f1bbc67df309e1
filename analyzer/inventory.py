"""Many repositories on the scale: one task for each, results kept by content, and one table of every model.

    inventory([Repository("nets/minGPT", "/data/nets/minGPT")], Kept(Path("state")), pool, window=2)
    -> [("nets/minGPT", "mingpt/model.py", "GPT", "class", "symbolic", None, None, None, "...", "3f9a...", "")]

`pool` starts an executor, here or on other machines. A repository is known by the hash of its files and of the tool, so
what is the same is read once, and a run that was ended takes up what it had. Configuration in repositories is not used.
"""

from __future__ import annotations

import contextlib
import json
import os
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path

from analyzer import __version__
from analyzer.cache.tool import identity
from analyzer.config import Options
from analyzer.mishap import told as fault_of
from analyzer.report import ModelReport, Problem
from analyzer.repositories import Repository, key_of
from analyzer.weighing import ALONE, scan

COLUMNS = (
    "repository", "file", "name", "kind", "status", "parameters", "trainable", "buffers", "formula", "key", "problem",
)  # fmt: skip
UNREAD = "unread"
"""The status of a repository or file that could not be read; `problem` says why."""

Cell = str | int | None
Row = tuple[Cell, ...]
Start = Callable[[], contextlib.AbstractContextManager[Executor]]
Told = Callable[[int, int, str], None]
"""Called with repositories done, those to be done, and one of them."""


@dataclass(frozen=True, slots=True)
class Task:
    """What is sent to a worker."""

    folder: str
    tool: str
    """Which weighbridge asks."""
    key: str = ""
    """What the folder held when it was asked for; empty to have that found out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker sends back: the key, and the rows where they were asked for; or a problem."""

    key: str = ""
    rows: bytes = b""
    problem: str = ""


# ---------------------------------------------------------------- what a worker does


def answer(task: Task) -> Answer:
    """The key of a repository, or its rows if the key is known; to be called in any process."""
    if task.tool.partition(" ")[0] != __version__:
        return Answer(problem=f"the worker has weighbridge {__version__}, not {task.tool.partition(' ')[0]}")
    try:
        if not task.key:
            return Answer(key_of(task.folder, task.tool))
        rows = _weighed(task.folder)
        if key_of(task.folder, task.tool) != task.key:
            return Answer(problem="changed while it was read")
        return Answer(task.key, zlib.compress(json.dumps([task.key, rows]).encode()))
    except OSError as error:
        return Answer(problem=f"cannot be read: {error.strerror or error}")
    except Exception as error:  # noqa: BLE001  # a fault of ours in one repository must not lose the others
        return Answer(problem=fault_of(error))


def _weighed(folder: str) -> list[Row]:
    root = Path(folder).resolve()
    report = scan([str(root)], layers=False, shapes=False, options=Options(root=root), means=ALONE)
    return [*map(_row, report.models), *(_unread(problem, root) for problem in report.problems)]


def _row(model: ModelReport) -> Row:
    """The columns from `file` to `formula`, and the problem."""
    count = model.parameters
    reason = model.unknowns[0].reason if model.unknowns else ""
    return (
        *(model.span.file, model.name, model.kind.value, model.status.value),
        *(count.total, count.trainable, model.buffers, count.formula, reason),
    )


def _unread(problem: Problem, root: Path) -> Row:
    """A file that could not be read."""
    message = problem.message.replace(f"{root}{os.sep}", "")
    return (problem.span.file if problem.span else "", "", "", UNREAD, None, None, None, None, message)


# ---------------------------------------------------------------- what is kept


class Kept:
    """Rows by key in a folder of files, each of them there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder; raises OSError."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        mark = folder / ".gitignore"
        if not mark.exists():
            mark.write_text("*\n", encoding="utf-8")

    def get(self, key: str) -> list[Row] | None:
        """The rows of a key; None where there are none, or the file is damaged."""
        try:
            named, rows = json.loads(zlib.decompress(self._file(key).read_bytes()))
        except (OSError, ValueError, TypeError, zlib.error):
            return None
        return [tuple(row) for row in rows] if named == key else None

    def put(self, key: str, data: bytes) -> None:
        """Keep the rows that a worker sent; raises OSError."""
        file = self._file(key)
        file.parent.mkdir(exist_ok=True)
        beside = file.with_suffix(f".{os.getpid()}")
        beside.write_bytes(data)
        beside.replace(file)

    def _file(self, key: str) -> Path:
        return self._folder / key[:2] / key


# ---------------------------------------------------------------- who does it


class _Crew(contextlib.ExitStack):
    """An executor that is started when it is needed, and again when it has broken."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        self._start = start
        self._executor: Executor | None = None

    def submit(self, task: Task) -> Future[Answer]:
        if self._executor is None:
            self._executor = self.enter_context(self._start())
        return self._executor.submit(answer, task)

    def dismiss(self) -> None:
        self._executor = None
        self.close()


def _twice(crew: _Crew, tasks: Sequence[Task], window: int) -> Iterator[tuple[Task, Answer]]:
    """The answers in the order in which they come; what is lost with a worker is asked for again, then alone."""
    lost: list[Task] = []
    for task, found in _once(crew, tasks, window):
        if isinstance(found, Answer):
            yield task, found
        else:
            lost.append(task)
    for task, found in _once(crew, lost, 1):
        yield task, found if isinstance(found, Answer) else Answer(problem=f"its worker was lost twice: {found!r}")


def _once(crew: _Crew, tasks: Iterable[Task], window: int) -> Iterator[tuple[Task, Answer | BaseException]]:
    """Each task with its answer, or with what became of its worker; at most `window` are given out at a time."""
    left, waiting = deque(tasks), dict[Future[Answer], Task]()
    broken = False
    try:
        while left or waiting:
            if broken and not waiting:
                crew.dismiss()
                broken = False
            while left and not broken and len(waiting) < window:
                task = left.popleft()
                try:
                    waiting[crew.submit(task)] = task
                except BrokenExecutor as error:
                    broken = True
                    yield task, error
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                task = waiting.pop(future)
                fault = _fault(future)
                broken = broken or isinstance(fault, BrokenExecutor)
                yield task, fault or future.result()
    finally:
        for future in waiting:
            future.cancel()
        if broken:
            crew.dismiss()


def _fault(future: Future[Answer]) -> BaseException | None:
    """What has become of the worker: a task itself raises nothing."""
    try:
        return future.exception()
    except CancelledError as error:
        return error


def inventory(
    repositories: Sequence[Repository],
    kept: Kept,
    start: Start,
    *,
    window: int,
    told: Told = lambda done, total, name: None,
) -> Iterator[Row]:
    """The rows of the table, repository after repository, all of which have been looked at before the first is given.

    start: gives the executor that `answer` is called by, as a context.  window: tasks given out at a time.
    A repository or file that could not be read is a row whose status is UNREAD; that of a repository has no key.
    Raises OSError of the state's folder.
    """
    tool = f"{__version__} {identity().hex()}"
    keys: dict[str, Answer] = {}
    problems: dict[str, str] = {}
    with _Crew(start) as crew:
        folders = dict.fromkeys(repository.folder for repository in repositories)
        for task, found in _twice(crew, [Task(folder, tool) for folder in folders], window):
            keys[task.folder] = found
            told(len(keys), len(folders), task.folder)
        first: dict[str, str] = {}
        for folder in folders:
            if not keys[folder].problem:
                first.setdefault(keys[folder].key, folder)
        missing = [Task(folder, tool, key) for key, folder in first.items() if kept.get(key) is None]
        done = len(first) - len(missing)
        for task, found in _twice(crew, missing, window):
            done += 1
            told(done, len(first), task.folder)
            if found.problem:
                problems[task.key] = found.problem
            else:
                kept.put(task.key, found.rows)
    for repository in repositories:
        found = keys[repository.folder]
        rows = None if found.problem else kept.get(found.key)
        if rows is None:
            why = found.problem or problems.get(found.key, "its result was lost")
            yield (repository.name, "", "", "", UNREAD, None, None, None, None, "", why)
        for *cells, problem in rows or ():
            yield (repository.name, *cells, found.key, problem)
