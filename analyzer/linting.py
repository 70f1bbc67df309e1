"""The last stages of `weighbridge check`: weighed models go through the rules, and fixes into the source.

check(["models/"], options=None, texts={}, known=Baseline()).report.findings[0].code      -> "WBX301"
mend(["models/"], ..., unsafe=False)      -> what is left, {path: new bytes}, how many fixes
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from analyzer.baseline import Baseline, without
from analyzer.checking import Batch
from analyzer.config import Options, load, real
from analyzer.deepstack import with_deep_stack
from analyzer.errors import TargetError
from analyzer.fixing import applicable, is_python, mended
from analyzer.mishap import told
from analyzer.pipeline import Progress, coverage, no_place, weighed
from analyzer.report import Finding, ModelReport, Problem, Report
from analyzer.rule import Subject
from analyzer.selection import excluded, select
from analyzer.syntax.discovery import discover
from analyzer.syntax.importers import importers
from analyzer.workspace import Workspace, Workspaces


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to: `read` gives the path and bytes of a file that a finding names."""

    report: Report
    found: tuple[Finding, ...]
    """All findings, those that the baseline forgives included."""
    rules: frozenset[str]
    """The codes of the rules that were checked."""
    is_whole: Callable[[str], bool]
    """Whether all that can be found in a file was sought: it was checked, and so was every file that imports it."""
    read: Callable[[str], tuple[Path, bytes]]


def check(
    paths: Sequence[str],
    *,
    options: Options | None,
    texts: Mapping[Path, bytes],
    known: Baseline,
    force_exclude: bool = False,
    with_importers: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """The findings of the rules in files and folders; see `analyzer.check`."""
    options = options or load(Path(paths[0]))
    return with_deep_stack(lambda: _check(paths, options, texts, known, force_exclude, with_importers, progress))


def _check(
    paths: Sequence[str],
    options: Options,
    texts: Mapping[Path, bytes],
    known: Baseline,
    force_exclude: bool,
    with_importers: bool,
    progress: Progress | None,
) -> Checked:
    selection = select(options)
    workspaces = Workspaces(options, texts)
    files, problems = files_to_check(paths, workspaces, options, texts, force_exclude)
    if with_importers:
        files += _importing(files, workspaces, options)
    models: list[ModelReport] = []
    batches: dict[Workspace, Batch] = {}
    for number, file in enumerate(files):
        if progress is not None:
            progress(number, len(files), str(file))
        workspace = workspaces.holding(file)
        try:
            namespace, _ = workspace.open(file)
            measured = tuple(weighed(workspace, workspace.all_targets(file), options, (), shapes=True))
            source = workspace.source(file)
        except TargetError as error:
            problems.append(error.problem)
            continue
        except Exception as error:  # noqa: BLE001  # as in weighed
            problems.append(Problem(f"{file}: {told(error)}"))
            continue
        subject = Subject(source, namespace, measured, options, workspace.source_named, known.models)
        batches.setdefault(workspace, Batch(workspace.source_named)).run(subject, selection)
        models.extend(replace(one.report, layers=()) for one in measured)
    read = sum(len(batch.subjects) for batch in batches.values())
    is_whole = _whole(batches, options)
    findings = tuple(finding for batch in batches.values() for finding in batch.settled(selection, is_whole))
    undecided = tuple(reason for batch in batches.values() for reason in batch.undecided)
    problems.extend(problem for batch in batches.values() for problem in batch.problems)
    covered = coverage(models, read, len(files) - read)
    report = Report(tuple(models), without(findings, known), tuple(problems), covered, undecided)
    owners = {name: workspace for workspace, batch in batches.items() for name in batch.names}
    codes = frozenset(rule.code for rule in selection.rules)
    return Checked(report, findings, codes, is_whole, lambda file: owners[file].read(file))


def _whole(batches: Mapping[Workspace, Batch], options: Options) -> Callable[[str], bool]:
    """What tells whether a file was checked together with all that import it; one that is gone was."""
    checked = {name: workspace.project for workspace, batch in batches.items() for name in batch.subjects}

    @cache
    def is_whole(file: str) -> bool:
        if file not in checked:
            return bool(batches) and not any(one.project.holds(one.project.root / file) for one in batches)
        project = checked[file]
        others = map(project.display, importers(project, [project.root / file], discover(project.root)))
        return all(other in checked or excluded(other, options.exclude) for other in others)

    return is_whole


def files_to_check(
    paths: Sequence[str], workspaces: Workspaces, options: Options, texts: Mapping[Path, bytes], force_exclude: bool
) -> tuple[list[Path], list[Problem]]:
    """The files to check; those that are named are excluded only where that is forced."""
    files: list[Path] = []
    problems: list[Problem] = []
    for text in paths:
        path = Path(text)
        named = os.path.isfile(path) or real(path) in texts
        if not named and not os.path.isdir(path):
            problems.append(no_place(text))
            continue
        for file in [path] if named else discover(path):
            name = workspaces.holding(file).project.display(file)
            if file not in files and not ((force_exclude or not named) and excluded(name, options.exclude)):
                files.append(file)
    return files, problems


def _importing(files: Sequence[Path], workspaces: Workspaces, options: Options) -> list[Path]:
    """The other files of the files' projects that import them, directly or through others."""
    named: dict[Workspace, list[Path]] = {}
    for file in files:
        named.setdefault(workspaces.holding(file), []).append(file)
    return [
        file
        for workspace, changed in named.items()
        for file in importers(workspace.project, changed, discover(workspace.project.root))
        if not excluded(workspace.project.display(file), options.exclude)
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
) -> tuple[Checked, dict[Path, bytes], int]:
    """What is left when every fix is applied, the new bytes of the files that change, and how many fixes that took."""
    texts, new, count = dict(texts), dict[Path, bytes](), 0
    again = partial(
        check, paths, options=options, known=known, force_exclude=force_exclude, with_importers=with_importers
    )
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
