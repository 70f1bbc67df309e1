"""The last stages of `weighbridge check`: weighed models go through the rules, and fixes into the source.

check(["models/"], options=None, texts={}, known=Baseline()).report.findings[0].code      -> "WBX301"
mend(["models/"], ..., unsafe=False)      -> what is left, {path: new bytes}, how many fixes
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path

from analyzer.baseline import Baseline, without
from analyzer.config import Options, load, real
from analyzer.desk import Desk
from analyzer.directives import Ignore, directives
from analyzer.errors import no_place
from analyzer.fixing import applicable, is_python, mended
from analyzer.globs import excluded
from analyzer.projects import Projects
from analyzer.report import Finding, Problem, Reason, Report
from analyzer.settling import idle, in_order, settle
from analyzer.syntax.discovery import discover
from analyzer.syntax.importers import importers
from analyzer.syntax.project import Project
from analyzer.verdict import Verdict, coverage
from analyzer.weighing import ALONE, Means, opened
from analyzer.work import Work


@dataclass(frozen=True)
class Checked:
    """What a check came to: `read` gives the path and bytes of a file that a finding names."""

    report: Report
    found: tuple[Finding, ...]
    """All findings, those that the baseline forgives included."""
    options: Options
    files: frozenset[str]
    """Those that were checked."""
    is_whole: Callable[[str], bool]
    """Whether all that can be found in a file was sought: it was checked, and so was every file that imports it."""
    read: Callable[[str], tuple[Path, bytes]]

    @cached_property
    def rules(self) -> frozenset[str]:
        """The codes of the rules that were checked."""
        from analyzer.selection import select

        return frozenset(rule.code for rule in select(self.options).rules)


def check(
    paths: Sequence[str],
    *,
    options: Options | None,
    texts: Mapping[Path, bytes],
    known: Baseline,
    force_exclude: bool = False,
    with_importers: bool = False,
    means: Means = ALONE,
) -> Checked:
    """The findings of the rules in files and folders; see `analyzer.check`."""
    options = options or load(Path(paths[0]))
    with opened(means) as store:
        projects = Projects(options, texts, store)
        files, problems = files_to_check(paths, projects, force_exclude=force_exclude)
        if with_importers:
            # What a file that is left out gives to those that import it counts all the same.
            files += _importing(_files_at(paths, projects)[0], projects)
        work = Work("check", options, ledger=known.models, texts=texts, cache=means.cache)
        desk = Desk(work, projects, store, executor=means.executor, jobs=means.jobs, progress=means.progress)
        verdicts = dict(zip(files, desk.verdicts(list(map(str, files))), strict=True))
        if not desk.recalled:
            _refuse_selectors(options)
        parts: dict[Project, dict[str, Verdict]] = {}
        for file, verdict in verdicts.items():
            project = projects.holding(file)
            if verdict.unread is None:
                parts.setdefault(project, {})[project.display(projects.real(file))] = verdict
            else:
                problems.append(verdict.unread)
        is_whole = _whole(parts, options)
        told = [_settled(projects, project, part, is_whole) for project, part in parts.items()]
    models = tuple(model for part in parts.values() for verdict in part.values() for model in verdict.models)
    findings = tuple(finding for one in told for finding in one.findings)
    read = sum(len(part) for part in parts.values())
    report = Report(
        models,
        without(findings, known),
        (*problems, *(problem for one in told for problem in one.problems)),
        coverage(models, read, len(files) - read),
        tuple(reason for one in told for reason in one.undecided),
    )
    owners = {name: project for project, part in parts.items() for name in part}
    owners |= {finding.span.file: project for project, one in zip(parts, told, strict=True) for finding in one.findings}
    files_checked = frozenset(name for part in parts.values() for name in part)
    return Checked(report, findings, options, files_checked, is_whole, lambda file: _read(owners[file], file))


def _read(project: Project, file: str) -> tuple[Path, bytes]:
    path = project.own(file)
    assert path is not None
    return path, project.read(path)


def _refuse_selectors(options: Options) -> None:
    """Raise TargetError for a selector that means no rule; with results of earlier runs there is none."""
    from analyzer.selection import select

    select(options)


@dataclass(frozen=True, slots=True)
class Told:
    """What stands of the findings in one project."""

    findings: tuple[Finding, ...]
    undecided: tuple[Reason, ...]
    problems: tuple[Problem, ...]


def _settled(
    projects: Projects, project: Project, verdicts: Mapping[str, Verdict], is_whole: Callable[[str], bool]
) -> Told:
    """What stands; only where all was sought that can be found in a file is a comment there unused."""

    def ignores_of(file: str) -> tuple[Ignore, ...]:
        if file in verdicts:
            return verdicts[file].ignores
        source = projects.source(project, file)
        return directives(source.module).ignores if source is not None else ()

    first = settle((finding for verdict in verdicts.values() for finding in verdict.findings), ignores_of)
    findings, problems = list(first.findings), [one for verdict in verdicts.values() for one in verdict.problems]
    for file, verdict in verdicts.items():
        if any(idle(file, ignore, first.used) for ignore in verdict.ignores) and is_whole(file):
            from analyzer.checking import check_comments
            from analyzer.selection import select

            source = projects.source(project, file)
            if source is not None:
                options = projects.options
                found = check_comments(source, options, verdict.ignores, first.used, select(options))
                findings += found.findings
                problems += found.problems
    undecided = tuple(reason for verdict in verdicts.values() for reason in verdict.undecided)
    return Told(in_order(findings), undecided, tuple(problems))


def _whole(parts: Mapping[Project, Mapping[str, Verdict]], options: Options) -> Callable[[str], bool]:
    """What tells whether a file was checked together with all that import it; one that is gone was."""
    checked = {name: project for project, part in parts.items() for name in part}

    @cache
    def is_whole(file: str) -> bool:
        if file not in checked:
            return bool(parts) and not any(project.holds(project.root / file) for project in parts)
        project = checked[file]
        others = map(project.display, importers(project, [project.root / file], discover(project.root)))
        return all(other in checked or excluded(other, options.exclude) for other in others)

    return is_whole


def files_to_check(
    paths: Sequence[str], projects: Projects, *, force_exclude: bool
) -> tuple[list[Path], list[Problem]]:
    """The files to check; those that are named are excluded only where that is forced."""
    found, problems = _files_at(paths, projects)
    exclude = projects.options.exclude
    files = [
        file
        for file, named in found.items()
        if not (exclude and (force_exclude or not named) and excluded(projects.holding(file).display(file), exclude))
    ]
    return files, problems


def _files_at(paths: Sequence[str], projects: Projects) -> tuple[dict[Path, bool], list[Problem]]:
    """The files at the paths, each with whether it was named itself, and the paths where there is nothing."""
    files: dict[Path, bool] = {}
    problems: list[Problem] = []
    for text in paths:
        path = Path(text)
        if os.path.isfile(path) or real(path) in projects.texts:
            files[path] = True
        elif os.path.isdir(path):
            files |= {file: files.get(file, False) for file in discover(path)}
        else:
            problems.append(no_place(text))
    return files, problems


def _importing(files: Iterable[Path], projects: Projects) -> list[Path]:
    """The other files of the files' projects that import them, directly or through others."""
    named: dict[Project, list[Path]] = {}
    for file in files:
        named.setdefault(projects.holding(file), []).append(file)
    return [
        file
        for project, changed in named.items()
        for file in importers(project, changed, discover(project.root))
        if not excluded(project.display(file), projects.options.exclude)
    ]


ROUNDS = 10
"""A fix may uncover what another rule finds; so often is it looked again."""


def mend(
    paths: Sequence[str],
    *,
    options: Options | None,
    texts: Mapping[Path, bytes],
    known: Baseline,
    unsafe: bool,
    force_exclude: bool = False,
    with_importers: bool = False,
    means: Means = ALONE,
) -> tuple[Checked, dict[Path, bytes], int]:
    """What is left when every fix is applied, the new bytes of the files that change, and how many fixes that took."""
    texts, new, count = dict(texts), dict[Path, bytes](), 0
    again = partial(
        check, paths, options=options, known=known, force_exclude=force_exclude, with_importers=with_importers,
        means=means,
    )  # fmt: skip
    for _ in range(ROUNDS):
        checked = again(texts=texts)
        changed = False
        for file in {finding.span.file for finding in applicable(checked.report.findings, unsafe=unsafe)}:
            path, data = checked.read(file)
            own = [finding for finding in checked.report.findings if finding.span.file == file]
            result, applied = mended(data, own, unsafe=unsafe)
            if applied and result != data and is_python(result):
                texts[path] = new[path] = result
                count, changed = count + applied, True
        if not changed:
            return checked, new, count
    return again(texts=texts), new, count
