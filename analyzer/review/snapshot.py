"""The models of one side of a comparison, weighed with their layers and shapes, and the sources to explain them by.

    source = Source(Side("main (5f2c1a9)", "5f2c..."), Project(ROOT, reader=tree), options, (ROOT / "net.py",))
    snapshot = Weighing(source, store).snapshot(None)
    snapshot.models[0].parameters.total      630

What was weighed on one side holds on the other one, and in later runs, for a file that rests on nothing that differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from analyzer.cache.store import Store
from analyzer.change import Side
from analyzer.config import Options
from analyzer.errors import TargetError
from analyzer.evaluation.memory import resident
from analyzer.mishap import MARK, told
from analyzer.pipeline import weighed
from analyzer.recall.results import Results
from analyzer.report import ModelReport, Problem
from analyzer.syntax.project import OutsideRoot, Project, content_hash
from analyzer.syntax.source import SourceError
from analyzer.verdict import Verdict, decode, encode
from analyzer.weigh import Weighed
from analyzer.workspace import Workspace

Progress = Callable[[int, int, str], None]
ROOM = 250_000_000
"""Bytes that the process may grow by before the sessions are forgotten."""


@dataclass(frozen=True, slots=True)
class Source:
    """One side before it is weighed: files of a project, by their paths in it."""

    side: Side
    project: Project
    options: Options
    files: tuple[Path, ...]

    def text(self, file: str) -> str | None:
        """A file as text, by the name that places give it; None where there is no such text."""
        try:
            return self.project.text(self.project.root / file)
        except (OSError, OutsideRoot, SourceError, ValueError):
            return None

    def content(self, file: str) -> bytes | None:
        """The bytes of a file by its name from the root; None where it cannot be read."""
        try:
            return self.project.read(self.project.root / file)
        except (OSError, OutsideRoot, SourceError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One side after it was weighed."""

    side: Side
    models: tuple[ModelReport, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: frozenset[str] = frozenset()
    """Files that could not be read, so that it is not known which models they hold."""
    files: int = 0
    """How many were read."""
    text: Callable[[str], str | None] = lambda file: None
    """The text of a file by the name that places give it; None where there is no such text."""
    weighed: Callable[[str], Weighed | None] = lambda model: None
    """A model by its id with every path through it, where it can be weighed from source."""


class Weighing:
    """Weighs the files of a side; what `store` has of them is taken while it holds."""

    def __init__(self, source: Source, store: Store) -> None:
        self._source = source
        self._store = store
        self._begin()

    def _begin(self) -> None:
        source, options = self._source, self._source.options
        asked = sorted(options.assume.items(), key=repr), list(options.inputs.items()), options.dtype, options.train
        self._workspace = Workspace(options, source.project)
        what = repr(("review", *asked)).encode(errors="surrogatepass")
        self._results = Results(source.project, self._store, what, digests=_Contents(source.project))
        self._ceiling = resident() + ROOM

    def snapshot(self, progress: Progress | None) -> Snapshot:
        """Everything that the files hold."""
        source = self._source
        models: list[ModelReport] = []
        unread: dict[str, Problem] = {}
        for number, file in enumerate(source.files):
            name = source.project.display(file)
            if progress is not None:
                progress(number, len(source.files), name)
            verdict = self._known(file) or self._verdict(file)
            models.extend(verdict.models)
            if verdict.unread is not None:
                unread[name] = verdict.unread
        self._results.flush(self._workspace.trail)
        return Snapshot(
            source.side, tuple(models), tuple(unread.values()), frozenset(unread), len(source.files) - len(unread),
            source.text, self._again,
        )  # fmt: skip

    def _known(self, file: Path) -> Verdict | None:
        """What was found before, where it holds."""
        data = self._results.get(file)
        return None if data is None else decode(data)

    def _verdict(self, file: Path) -> Verdict:
        try:
            verdict = Verdict(tuple(one.report for one in self._weighed(file)))
        except TargetError as error:
            verdict = Verdict(unread=error.problem)
        except Exception as error:  # noqa: BLE001  # a fault of ours in one file must not lose the others
            return Verdict(unread=Problem(f"{self._source.project.display(file)}: {told(error)}"))
        self._keep(file, verdict)
        if resident() > self._ceiling:
            self._results.flush(self._workspace.trail)
            self._begin()
        return verdict

    def _weighed(self, file: Path) -> Sequence[Weighed]:
        workspace = self._workspace
        return tuple(weighed(workspace, workspace.all_targets(file), self._source.options, (), shapes=True))

    def _keep(self, file: Path, verdict: Verdict) -> None:
        paths = self._workspace.rests_on(file)
        reasons = [unknown.reason for model in verdict.models for unknown in model.unknowns]
        if paths is not None and not any(MARK in reason for reason in reasons):
            with suppress(OverflowError, UnicodeEncodeError):
                self._results.put(file, b"", paths, encode(verdict))

    def _again(self, model: str) -> Weighed | None:
        """A model by its id, weighed once more: the paths through it are not kept."""
        name = model.partition("::")[0]
        file = next((file for file in self._source.files if self._source.project.display(file) == name), None)
        if file is None:
            return None
        try:
            return next((one for one in self._weighed(file) if one.report.id == model), None)
        except TargetError:
            return None


class _Contents:
    """The hashes of files as a project reads them."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def digest(self, path: str, maximum: int) -> str | None:
        try:
            return content_hash(self._project.read(Path(path)))
        except (OSError, OutsideRoot, SourceError, ValueError):
            return None


def changed_files(before: Source, after: Source) -> tuple[str, ...]:
    """The files whose bytes are not the same, of those that were read on either side, data included."""
    names = {
        path.relative_to(source.project.root).as_posix()
        for source in (before, after)
        for path in (*source.project.digests, *source.files)
        if path.is_relative_to(source.project.root)
    }
    return tuple(name for name in sorted(names) if before.content(name) != after.content(name))
