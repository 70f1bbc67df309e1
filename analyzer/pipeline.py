"""The sequence of stages, from text to a report.

text ─ syntax ─▶ ir.Module ─ evaluation ─▶ Trace ─ model ─▶ Model ─ passes ─▶ ModelReport ─▶ Report

scan(["models/"], layers=True).models[0].parameters.total      -> 11689512
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import TooComplex
from analyzer.algebra.tensor import parse_input
from analyzer.baseline import Baseline, without
from analyzer.checking import Batch
from analyzer.config import Options, load, real
from analyzer.deepstack import with_deep_stack
from analyzer.errors import TargetError
from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.run import Run, explore
from analyzer.evaluation.targets import Target
from analyzer.evaluation.trace import freeze
from analyzer.evaluation.values import ModuleInstance, Namespace, Unknown, Value
from analyzer.fixing import applicable, is_python, mended
from analyzer.mishap import told
from analyzer.model.text import print_model, print_trace
from analyzer.model.tree import build
from analyzer.passes.forward import forward
from analyzer.passes.inputs import Input, derive
from analyzer.report import Coverage, Finding, ModelReport, Problem, Report, Status
from analyzer.rule import Subject
from analyzer.selection import excluded, select
from analyzer.syntax.discovery import discover
from analyzer.syntax.text import print_module
from analyzer.weigh import Path as Way
from analyzer.weigh import Weighed, failure, weigh
from analyzer.workspace import Found, Workspace, Workspaces

if TYPE_CHECKING:
    from analyzer.model.graph import Graph

Progress = Callable[[int, int, str], None]
Result = TypeVar("Result")


def summary(targets: Sequence[str], *, inputs: Sequence[str], options: Options | None) -> Report:
    """The report of the targets; see `analyzer.summary`."""
    options = options or load(Path(targets[0].partition("::")[0]))
    try:
        given = parse_inputs([(None, text) for text in inputs])
    except ValueError as error:
        return Report(problems=(_unreadable(error),))
    return with_deep_stack(lambda: _summary(targets, given, options))


def _summary(targets: Sequence[str], given: tuple[Input, ...], options: Options) -> Report:
    workspaces = Workspaces(options)
    models: list[ModelReport] = []
    problems: list[Problem] = []
    files: set[str] = set()
    unread = 0
    for text in targets:
        workspace = workspaces.holding(Path(text.partition("::")[0]))
        try:
            found = workspace.targets(text)
        except TargetError as error:
            problems.append(error.problem)
            unread += error.problem.span is not None or not os.path.isfile(text.partition("::")[0])
            continue
        except Exception as error:  # noqa: BLE001  # as in _weighed
            problems.append(Problem(f"{text}: {told(error)}"))
            continue
        files.add(text.partition("::")[0])
        weighed = list(_weighed(workspace, found, options, given, shapes=True))
        if not weighed:
            problems.append(_no_model(text))
        for one in weighed:
            models.append(one.report)
            refused = [way.refusals(given) for way in one.ways if way.model is not None]
            problems.extend(workspace.shown(refusals[0]) for refusals in refused[:1] if all(refused))
    return Report(tuple(models), (), tuple(problems), coverage(models, len(files), unread))


def _unreadable(error: ValueError) -> Problem:
    return Problem(f"the input cannot be read: {error}", hint="write N,3,32,32 or 1x3x224x224")


def _no_model(text: str) -> Problem:
    file, _, name = text.partition("::")
    if name:
        return Problem(
            f"{text} gives no module", hint="name an nn.Module class, an instance of one, or a call that gives one"
        )
    return Problem(f"{file} holds no model", hint="weighbridge looks for nn.Module classes, instances and factories")


def _no_place(text: str) -> Problem:
    if os.path.exists(text):
        return Problem(f"cannot read {text}: not a regular file")
    return Problem(f"no such file or folder: {text}")


def scan(
    paths: Sequence[str], *, layers: bool, shapes: bool, options: Options | None, progress: Progress | None
) -> Report:
    """The report of every model below the paths; see `analyzer.scan`."""
    options = options or load(Path(paths[0]))
    return with_deep_stack(lambda: _scan(paths, layers, shapes, options, progress))


def _scan(paths: Sequence[str], layers: bool, shapes: bool, options: Options, progress: Progress | None) -> Report:
    workspaces = Workspaces(options)
    models: list[ModelReport] = []
    problems: list[Problem] = []
    files: list[Path] = []
    for text in paths:
        if not os.path.isfile(text) and not os.path.isdir(text):
            problems.append(_no_place(text))
            continue
        files.extend(file for file in discover(Path(text)) if file not in files)
    missing = len(problems)
    for number, file in enumerate(files):
        if progress is not None:
            progress(number, len(files), str(file))
        workspace = workspaces.holding(file)
        try:
            found = workspace.all_targets(file)
        except TargetError as error:
            problems.append(error.problem)
            continue
        except Exception as error:  # noqa: BLE001  # as in _weighed
            problems.append(Problem(f"{file}: {told(error)}"))
            continue
        weighed = _weighed(workspace, found, options, (), shapes=shapes)
        models.extend(one.report if layers else replace(one.report, layers=()) for one in weighed)
    unread = len(problems) - missing
    return Report(tuple(models), (), tuple(problems), coverage(models, len(files) - unread, unread))


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
            weighed = tuple(_weighed(workspace, workspace.all_targets(file), options, (), shapes=True))
            source = workspace.source(file)
        except TargetError as error:
            problems.append(error.problem)
            continue
        except Exception as error:  # noqa: BLE001  # as in _weighed
            problems.append(Problem(f"{file}: {told(error)}"))
            continue
        subject = Subject(source, namespace, weighed, options, workspace.source_named, known.models)
        batches.setdefault(workspace, Batch(workspace.source_named)).run(subject, selection)
        models.extend(replace(one.report, layers=()) for one in weighed)
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
            problems.append(_no_place(text))
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


def _weighed(
    workspace: Workspace, found: Sequence[Found], options: Options, given: tuple[Input, ...], *, shapes: bool
) -> Iterator[Weighed]:
    """Targets on the scale."""
    registered = workspace.registered()
    for namespace, target in found:
        name = registered.get(id(namespace.names.get(target.name)))
        target = replace(target, registered_name=name if target.kind == "factory" else None)
        try:
            result = _weighed_alone(workspace, namespace, target, options, given, shapes=shapes)
        except TargetError as error:
            result = Weighed(target, failure(target, namespace, error.problem.message))
        except Exception as error:  # noqa: BLE001  # a fault of ours in one target must not lose the others
            result = Weighed(target, failure(target, namespace, told(error)))
        if result is not None:
            yield result


def _weighed_alone(
    workspace: Workspace,
    namespace: Namespace,
    target: Target,
    options: Options,
    given: tuple[Input, ...],
    *,
    shapes: bool,
) -> Weighed | None:
    inputs = given or _inputs_of(workspace, namespace, target, options)
    session = workspace.session
    outcomes, complete = explore(
        session,
        lambda run: follow(run, target.make, inputs, shapes=shapes, train=options.train),
        share=session.share_of(namespace.path),
    )
    if any(outcome.run.ran_out for outcome in outcomes):
        session.tire(namespace.path)
    ways: list[Way] = []
    for outcome in outcomes:
        if isinstance(outcome.value, Way):
            ways.append(outcome.value)
        else:
            unknown = outcome.value if isinstance(outcome.value, Unknown) else None
            ways.append(Way(outcome.run, error=outcome.error, unknown=unknown))
    if target.kind in ("factory", "expression") and not any(way.model for way in ways) and not _might_build(ways):
        return None
    doubts = session.doubts_about(namespace.path)
    dtype = DType.parse(options.dtype)
    report = weigh(target, namespace, ways, complete=complete, dtype=dtype, doubts=doubts)
    return Weighed(target, report, tuple(ways), given=bool(inputs))


def _inputs_of(workspace: Workspace, namespace: Namespace, target: Target, options: Options) -> tuple[Input, ...]:
    """The inputs of a target: those that a comment beside it gives, else those of the configuration."""
    commented = workspace.directives(namespace).inputs_at(target.place.span)
    try:
        return parse_inputs(commented or options.inputs_for(f"{namespace.file}::{target.name}"))
    except ValueError as error:
        raise TargetError(_unreadable(error)) from error


def _might_build(ways: Sequence[Way]) -> bool:
    """Whether something that gave no module on any path might still give one: all it gave is unknown or an error."""
    return all((way.unknown is not None and not way.unknown.plain) or way.error is not None for way in ways)


def follow(
    run: Run, make: Callable[[Run], Value], inputs: tuple[Input, ...], *, shapes: bool, train: bool = False
) -> Value:
    """Build a model along one path, run its forward pass where shapes are asked for, and freeze what stands."""
    value = make(run)
    if not isinstance(value, ModuleInstance):
        return value
    built = len(run.decisions)
    given = (inputs or derive([module for _, module in named_modules(value)])) if shapes else ()
    if not given:
        return Way(run, build(freeze(value)), built=built, root=value)
    doubts = [(module, module.incomplete) for _, module in named_modules(value)]
    result = forward(run, value, given, train=train)
    for module, doubt in doubts:  # what a forward pass could not follow says nothing of what was built
        module.incomplete = doubt
    model = build(freeze(value, result.recorder, result.output))
    return Way(run, model, inputs=given, inputs_derived=not inputs, forward=result, built=built, root=value)


def parse_inputs(texts: Sequence[tuple[str | None, str]]) -> tuple[Input, ...]:
    """Inputs as options give them, `(name, "SHAPE:dtype")`; ValueError where one cannot be read."""
    found: list[Input] = []
    for name, text in texts:
        try:
            given, type_ = parse_input(text)
        except TooComplex as error:
            raise ValueError(str(error)) from error
        found.append((name or given or f"input{len(found) or ''}", type_))
    return tuple(found)


def coverage(models: Sequence[ModelReport], files: int, unread: int) -> Coverage:
    """What was read and what was not understood."""
    by_status = Counter(model.status for model in models)
    reasons = Counter(unknown.reason for model in models for unknown in model.unknowns)
    operators: Counter[str] = Counter()
    for model in models:
        operators.update(model.unknown_operators)
    return Coverage(
        files, len(models), by_status[Status.EXACT], by_status[Status.SYMBOLIC], by_status[Status.PARTIAL],
        by_status[Status.FAILED], unread, _by_count(reasons), _by_count(operators),
    )  # fmt: skip


def _by_count(counts: Counter[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def dump(stage: Literal["ir", "trace", "model"], target: str, *, inputs: Sequence[str], options: Options | None) -> str:
    """The text form of a stage; see `analyzer.dump`."""
    options = options or load(Path(target.partition("::")[0]))
    given = _given(inputs)
    return _one(target, lambda: _dump(stage, target, given, options))


def _given(texts: Sequence[str]) -> tuple[Input, ...]:
    """The inputs of a call; raises TargetError where one cannot be read."""
    try:
        return parse_inputs([(None, text) for text in texts])
    except ValueError as error:
        raise TargetError(_unreadable(error)) from error


def _one(target: str, work: Callable[[], Result]) -> Result:
    """Work on one target, on a deep stack; a fault of ours is told as a TargetError too."""
    try:
        return with_deep_stack(work)
    except TargetError:
        raise
    except Exception as error:  # as in _weighed
        raise TargetError(Problem(f"{target}: {told(error)}")) from error


def _dump(stage: str, text: str, given: tuple[Input, ...], options: Options) -> str:
    workspace = Workspaces(options).holding(Path(text.partition("::")[0]))
    if stage == "ir":
        return print_module(workspace.open(Path(text.partition("::")[0]))[1])
    parts = []
    for namespace, target in workspace.targets(text):
        for way in _ways(workspace, namespace, target, given, options):
            assert way.model is not None
            text_form = print_trace(way.model.trace) if stage == "trace" else print_model(way.model)
            parts.append(f"# {target.name}\n{text_form}")
    if not parts:
        raise TargetError(_no_model(text))
    return "\n".join(parts)


def _ways(
    workspace: Workspace, namespace: Namespace, target: Target, given: tuple[Input, ...], options: Options
) -> Iterator[Way]:
    """The paths on which a model stands, each with its forward pass."""
    inputs = given or _inputs_of(workspace, namespace, target, options)
    outcomes, _ = explore(
        workspace.session, lambda run: follow(run, target.make, inputs, shapes=True, train=options.train)
    )
    for outcome in outcomes:
        if isinstance(outcome.value, Way) and outcome.value.model is not None:
            yield outcome.value


def graph(target: str, *, inputs: Sequence[str], depth: int | None, options: Options | None) -> Graph:
    """The graph of one model; see `analyzer.graph`."""
    options = options or load(Path(target.partition("::")[0]))
    given = _given(inputs)
    return _one(target, lambda: _graph(target, given, depth, options))


def _graph(text: str, given: tuple[Input, ...], depth: int | None, options: Options) -> Graph:
    from analyzer.model.graph import collapse
    from analyzer.model.graph import graph as graph_of

    workspace = Workspaces(options).holding(Path(text.partition("::")[0]))
    ways: dict[str, list[Way]] = {}
    for namespace, target in workspace.targets(text):
        found = list(_ways(workspace, namespace, target, given, options))
        if found:
            ways[target.name] = found
    if not ways:
        raise TargetError(_no_model(text))
    if len(ways) > 1:
        names = ", ".join(f"{text}::{name}" for name in list(ways)[:8])
        raise TargetError(Problem(f"{text} holds {len(ways)} models, and a graph shows one", hint=f"name it: {names}"))
    ((name, standing),) = ways.items()
    way, notes = _drawable(name, standing)
    assert way.model is not None
    full = graph_of(way.model)
    made = full if depth is None else collapse(full, way.model, depth)
    made.graph.update(name=name, notes=notes)
    return made


def _drawable(name: str, ways: Sequence[Way]) -> tuple[Way, tuple[str, ...]]:
    """The way through a model that its graph shows, and what must be said beside it."""
    followed = [way for way in ways if way.forward is not None and way.forward.refused is None]
    if not followed:
        refusals = [refusal for way in ways for refusal in way.refusals(way.inputs)]
        unknown = Problem(f"the inputs of {name} are not known", hint="--input SHAPE gives them")
        raise TargetError(refusals[0] if refusals else unknown)
    way = followed[0]
    notes = []
    if way.forward is not None and way.forward.unknown is not None:
        notes.append(f"not all of the forward pass could be followed: {way.forward.unknown.reason}")
    if len(followed) > 1:
        taken = [str(d.condition) if d.taken else f"not ({d.condition})" for d in way.run.decisions]
        notes.append(f"one of {len(followed)} ways through the model is shown: {', '.join(taken)}")
    return way, tuple(notes)
