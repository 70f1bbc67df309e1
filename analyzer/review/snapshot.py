"""The models of one side of a comparison, weighed with their layers and shapes, and the sources to explain them by.

    side = Source(Side("main (5f2c1a9)", "5f2c..."), Project(ROOT, reader=tree), options, (ROOT / "net.py",))
    taken(side).models[0].parameters.total      630

What neither changed itself nor imports anything that changed is weighed once for both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analyzer.change import Side
from analyzer.config import Options
from analyzer.deepstack import with_deep_stack
from analyzer.errors import TargetError
from analyzer.mishap import told
from analyzer.pipeline import weighed
from analyzer.report import ModelReport, Problem
from analyzer.syntax.importers import importers
from analyzer.syntax.modules import INIT
from analyzer.syntax.project import OutsideRoot, Project
from analyzer.syntax.source import SourceError
from analyzer.weigh import Weighed
from analyzer.workspace import Workspace

Progress = Callable[[int, int, str], None]
DYNAMIC = (b"import_module", b"__import__", b"walk_packages", b"iter_modules")
"""What may import a module that a file does not name."""


@dataclass(frozen=True, slots=True)
class Source:
    """One side before it is weighed: files of a project, by their paths in it."""

    side: Side
    project: Project
    options: Options
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One side after it was weighed."""

    side: Side
    models: tuple[ModelReport, ...] = ()
    weighed: Mapping[str, Weighed] = field(default_factory=dict)
    """By id, where a model was weighed from source."""
    problems: tuple[Problem, ...] = ()
    unread: frozenset[str] = frozenset()
    """Files that could not be read, so that it is not known which models they hold."""
    files: int = 0
    """How many were read."""
    text: Callable[[str], str | None] = lambda file: None
    """The text of a file by the name that places give it; None where there is no such text."""


def taken(
    source: Source, progress: Progress | None, like: Snapshot | None = None, again: Iterable[str] = ()
) -> Snapshot:
    """Weigh a side; with `like`, a file that is not named in `again` is taken to hold the models that it has there."""
    return with_deep_stack(lambda: _taken(source, progress, like, frozenset(again)))


def _taken(source: Source, progress: Progress | None, like: Snapshot | None, again: frozenset[str]) -> Snapshot:
    workspace = Workspace(source.options, source.project)
    found: list[Weighed] = []
    models: list[ModelReport] = []
    problems: list[Problem] = []
    unread: set[str] = set()
    known: dict[str, list[ModelReport]] = {}
    for model in () if like is None else like.models:
        known.setdefault(model.id.partition("::")[0], []).append(model)
    for number, file in enumerate(source.files):
        name = source.project.display(file)
        if progress is not None:
            progress(number, len(source.files), name)
        if like is not None and name not in again:
            models.extend(known.get(name, ()))
            found.extend(like.weighed[model.id] for model in known.get(name, ()) if model.id in like.weighed)
            continue
        try:
            measured = tuple(weighed(workspace, workspace.all_targets(file), source.options, (), shapes=True))
        except TargetError as error:
            problems.append(error.problem)
            unread.add(name)
            continue
        except Exception as error:  # noqa: BLE001  # a fault of ours in one file must not lose the others
            problems.append(Problem(f"{name}: {told(error)}"))
            unread.add(name)
            continue
        found.extend(measured)
        models.extend(one.report for one in measured)
    return Snapshot(
        source.side, tuple(models), {one.report.id: one for one in found}, tuple(problems), frozenset(unread),
        len(source.files) - len(problems), lambda file: text_of(source.project, file),
    )  # fmt: skip


def text_of(project: Project, file: str) -> str | None:
    """A file of a project as text; None where there is none."""
    try:
        return project.text(project.root / file)
    except (OSError, OutsideRoot, SourceError, ValueError):
        return None


# ---------------------------------------------------------------- what differs


def changed_files(before: Source, after: Source) -> tuple[str, ...]:
    """The files whose bytes are not the same, of those that were read on either side, data included."""
    names = {
        path.relative_to(source.project.root).as_posix()
        for source in (before, after)
        for path in (*source.project.digests, *source.files)
        if path.is_relative_to(source.project.root)
    }
    return tuple(name for name in sorted(names) if _bytes(before.project, name) != _bytes(after.project, name))


def _bytes(project: Project, name: str) -> bytes | None:
    try:
        return project.read(project.root / name)
    except (OSError, OutsideRoot, SourceError, ValueError):
        return None


def affected(before: Source, after: Source, changed: Sequence[str]) -> set[str]:
    """The files of the side before whose models may differ: changed ones, and those that import them."""
    names: set[str] = set(changed)
    for source in (before, after):
        display = source.project.display
        if any(_is_data(name) for name in changed):
            return {display(file) for file in before.files}
        moved = [source.project.root / name for name in changed]
        packages = {path.parent for path in moved if path.name == INIT}
        moved += [file for file in source.files if any(file.is_relative_to(folder) for folder in packages)]
        moved += [file for file in source.files if _imports_anything(source.project, file)]
        names |= {display(file) for file in (*moved, *importers(source.project, moved, source.files))}
    return names


def _is_data(name: str) -> bool:
    """Whether a file that changed may be read by a program, as a configuration is."""
    return name.endswith((".json", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".csv", ".txt"))


def _imports_anything(project: Project, file: Path) -> bool:
    data = _bytes(project, project.display(file)) or b""
    return any(word in data for word in DYNAMIC)
