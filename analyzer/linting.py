"""The last stages of `weighbridge check`: weighed models go through the rules, and fixes into the source.

check(["models/"], options=None, texts={}, known=Baseline()).report.findings[0].code      -> "WBX301"
mend(["models/"], ..., unsafe=False)      -> what is left, {path: new bytes}, how many fixes
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from analyzer.workspace import Workspace, Workspaces


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to: `read` gives the path and bytes of a file that a finding names."""

    report: Report
    found: tuple[Finding, ...]
    """All findings, those that the baseline forgives included."""
    files: tuple[str, ...]
    read: Callable[[str], tuple[Path, bytes]]


def check(
    paths: Sequence[str],
    *,
    options: Options | None,
    texts: Mapping[Path, bytes],
    known: Baseline,
    force_exclude: bool = False,
    progress: Progress | None = None,
) -> Checked:
    """The findings of the rules in files and folders; see `analyzer.check`."""
    options = options or load(Path(paths[0]))
    return with_deep_stack(lambda: _check(paths, options, texts, known, force_exclude, progress))


def _check(
    paths: Sequence[str],
    options: Options,
    texts: Mapping[Path, bytes],
    known: Baseline,
    force_exclude: bool,
    progress: Progress | None,
) -> Checked:
    selection = select(options)
    workspaces = Workspaces(options, texts)
    files, problems = _to_check(paths, workspaces, options, texts, force_exclude)
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
    findings = tuple(finding for batch in batches.values() for finding in batch.settled(selection))
    undecided = tuple(reason for batch in batches.values() for reason in batch.undecided)
    problems.extend(problem for batch in batches.values() for problem in batch.problems)
    covered = coverage(models, read, len(files) - read)
    report = Report(tuple(models), without(findings, known), tuple(problems), covered, undecided)
    owners = {name: workspace for workspace, batch in batches.items() for name in batch.names}
    return Checked(report, findings, tuple(owners), lambda file: owners[file].read(file))


def _to_check(
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
) -> tuple[Checked, dict[Path, bytes], int]:
    """What is left when every fix is applied, the new bytes of the files that change, and how many fixes that took."""
    texts, new, count = dict(texts), dict[Path, bytes](), 0
    for _ in range(ROUNDS):
        checked = check(paths, options=options, texts=texts, known=known, force_exclude=force_exclude)
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
    return check(paths, options=options, texts=texts, known=known, force_exclude=force_exclude), new, count
