"""A call's working state: the project's sources, the session that evaluates them, and the targets asked for.

workspace = Workspace(options)
workspace.targets("net.py::Net")       -> [(namespace, Target("Net", ...))]
workspace.targets("net.py::Nett")      raises TargetError: net.py has no 'Nett'; did you mean 'Net'?
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from analyzer.cache.store import Store
from analyzer.config import Options, real
from analyzer.directives import Directives, directives
from analyzer.errors import TargetError
from analyzer.evaluation.imports import Session
from analyzer.evaluation.targets import Target, expression_target, registered_names, targets_in
from analyzer.evaluation.values import Namespace
from analyzer.projects import Projects
from analyzer.recall.trail import Trail
from analyzer.report import Problem, Span
from analyzer.source import Source
from analyzer.syntax import ir
from analyzer.syntax.project import OutsideRoot, Project
from analyzer.syntax.source import SourceError

Found = tuple[Namespace, Target]


class Workspaces:
    """One workspace for each project."""

    def __init__(
        self, options: Options, texts: Mapping[Path, bytes] | None = None, *, store: Store | None = None
    ) -> None:
        """`texts` stand before what the disk has, by real path."""
        self.projects = Projects(options, texts, store)
        self._opened: dict[Project, Workspace] = {}

    def holding(self, path: Path) -> Workspace:
        """The workspace of the project that a file or folder belongs to."""
        project = self.projects.holding(path)
        if project not in self._opened:
            self._opened[project] = Workspace(self.projects.options_for(project), project)
        return self._opened[project]


class Workspace:
    """The files of one call, each read and run once."""

    def __init__(self, options: Options, project: Project) -> None:
        self.options = options
        self.project = project
        self.trail = Trail(project)
        self.session = Session(self.trail)
        self._directives: dict[Path, Directives] = {}
        self._sources: dict[Path, Source] = {}
        self._named: dict[str, tuple[Path | None, Source | None]] = {}
        self._consulted: set[Path] = set()

    def open(self, path: Path) -> tuple[Namespace, ir.Module]:
        """A file's namespace and syntax; raises TargetError where it cannot be read or is no Python."""
        try:
            if not self.project.holds(path):
                raise TargetError(Problem(f"no such file: {path}", hint=self._near_file(path)))
            if os.path.isdir(path):
                raise TargetError(Problem(f"{path} is a folder", hint="name a file in it, or scan it"))
            if path.suffix == ".ipynb":
                hint = "`jupyter nbconvert --to script` makes a Python file of it"
                raise TargetError(Problem(f"{path} is a notebook, which is not read", hint=hint))
            return self.session.load(real(path)), self.project.load(real(path))
        except SourceError as error:
            file = self.project.display(real(path))
            span = Span(file, error.line, error.column)
            problem = Problem(error.message, span, source_line=error.source_line or None)
            raise TargetError(problem) from error
        except (OSError, OutsideRoot) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise TargetError(Problem(f"cannot read {path}: {reason}")) from error

    def shown(self, problem: Problem) -> Problem:
        """The problem with the line of source that it points into."""
        if problem.span is None or problem.source_line is not None:
            return problem
        try:
            lines = self.project.text(self.project.root / problem.span.file).splitlines()
        except (OSError, OutsideRoot, SourceError):
            return problem
        line = problem.span.line
        return replace(problem, source_line=lines[line - 1]) if line <= len(lines) else problem

    def _near_file(self, path: Path) -> str | None:
        folder = path.parent
        names = sorted(p.name for p in folder.glob("*.py") if p.name != path.name) if folder.is_dir() else []
        near = difflib.get_close_matches(path.name, names, n=1)
        return f"did you mean {folder / near[0]}?" if near else None

    def all_targets(self, path: Path) -> list[Found]:
        """Every model, factory and class that a file defines."""
        namespace, module = self.open(path)
        asked = self.directives(namespace)
        found = targets_in(self.session, namespace, module, self.options.assume)
        for at, target in enumerate(found):
            assumed = asked.assumed_at(target.place.span)
            if assumed:
                again = targets_in(self.session, namespace, module, {**self.options.assume, **assumed})
                found[at] = again[at]
        return [(namespace, target) for target in found]

    def directives(self, namespace: Namespace) -> Directives:
        """What the comments of a file ask for."""
        if namespace.path is None:
            return Directives()
        if namespace.path not in self._directives:
            self._directives[namespace.path] = directives(self.project.load(namespace.path))
        return self._directives[namespace.path]

    def source(self, path: Path) -> Source:
        """A file's text and syntax; raises as `Project.load`."""
        path = path.resolve()
        if path not in self._sources:
            text, module = self.project.text(path), self.project.load(path)
            self._sources[path] = Source(self.project.display(path), text, module)
        return self._sources[path]

    def source_named(self, file: str) -> Source | None:
        """A file of the project by the name that places give it; None for what is installed or known otherwise."""
        if file not in self._named:
            path, source = self.project.own(file), None
            with suppress(SourceError, OSError, OutsideRoot):
                source = None if path is None else self.source(path)
            self._named[file] = path, source
        path, source = self._named[file]
        if path is not None:
            self._consulted.add(path)
        return source

    def targets(self, text: str) -> list[Found]:
        """The targets that `FILE`, `FILE::NAME` or `FILE::EXPRESSION` names."""
        file, separator, wanted = text.partition("::")
        found = self.all_targets(Path(file))
        if not separator:
            return found
        named = [(namespace, target) for namespace, target in found if target.name == wanted]
        if named:
            return named
        namespace, _ = self.open(Path(file))
        if wanted.isidentifier() and wanted not in namespace.names:
            raise TargetError(self._no_such_name(file, wanted, found, namespace))
        return [(namespace, self._expression(namespace, wanted))]

    def _no_such_name(self, file: str, wanted: str, found: list[Found], namespace: Namespace) -> Problem:
        names = [target.name for _, target in found]
        near = difflib.get_close_matches(wanted, list(dict.fromkeys([*names, *namespace.names])), n=3)
        if near:
            hint = "did you mean " + " or ".join(f"'{name}'" for name in near) + "?"
        else:
            hint = f"it has {', '.join(names[:8])}" if names else "it holds no model"
        return Problem(f"{file} has no '{wanted}'", hint=hint)

    def _expression(self, namespace: Namespace, text: str) -> Target:
        from analyzer.syntax.lower import lower_source

        try:
            module = lower_source(text.encode(), "<target>")
        except SourceError as error:
            problem = Problem(
                f"the expression of the target cannot be read: {error.message}",
                Span("<target>", error.line, error.column),
                source_line=text,
            )
            raise TargetError(problem) from error
        if len(module.body) != 1 or not isinstance(module.body[0], ir.Evaluate):
            raise TargetError(Problem(f"'{text}' is not one expression", hint="write FILE::Net(width=64)"))
        return expression_target(namespace, module.body[0].value, text)

    def read(self, file: str) -> tuple[Path, bytes]:
        """The path and the bytes of a file of the project by the name that places give it."""
        path = self.project.own(file)
        assert path is not None
        return path, self.project.read(path)

    def registered(self) -> dict[int, str]:
        """The names that registries of the loaded modules give to functions."""
        return registered_names(self.session)

    def rests_on(self, path: Path) -> set[Path] | None:
        """All files and folders that what was found in a file, since the last call, rests on; None where that is more.

        The bounds of a project are more: which file they keep from being read depends on those read before.
        """
        consulted, self._consulted = self._consulted, set()
        packages = self.session.by_path if self.session.from_the_top else {}
        if self.trail.bounded:
            return None
        return self.trail.behind((real(path), *consulted), self.session.imported, packages)
