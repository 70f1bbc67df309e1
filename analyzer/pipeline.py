"""The sequence of stages, from text to a report.

text ─ syntax ─▶ ir.Module ─ evaluation ─▶ Trace ─ model ─▶ Model ─ passes ─▶ ModelReport ─▶ Report

scan(["models/"], layers=True).models[0].parameters.total      -> 11689512
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import TooComplex
from analyzer.algebra.tensor import parse_input
from analyzer.config import Options, load
from analyzer.deepstack import with_deep_stack
from analyzer.errors import TargetError
from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.run import Outcome, Run, explore
from analyzer.evaluation.targets import Target
from analyzer.evaluation.trace import freeze
from analyzer.evaluation.values import ModuleInstance, Namespace, Unknown, Value
from analyzer.mishap import told
from analyzer.model.tree import build
from analyzer.passes.forward import forward
from analyzer.passes.inputs import Input, derive
from analyzer.report import Coverage, ModelReport, Problem, Report, Status
from analyzer.syntax.discovery import discover
from analyzer.weigh import Path as Way
from analyzer.weigh import Weighed, failure, weigh
from analyzer.workspace import Found, Workspace, Workspaces

Progress = Callable[[int, int, str], None]


def summary(targets: Sequence[str], *, inputs: Sequence[str], options: Options | None) -> Report:
    """The report of the targets; see `analyzer.summary`."""
    options = options or load(Path(targets[0].partition("::")[0]))
    try:
        given = parse_inputs([(None, text) for text in inputs])
    except ValueError as error:
        return Report(problems=(unreadable(error),))
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
        except Exception as error:  # noqa: BLE001  # as in weighed
            problems.append(Problem(f"{text}: {told(error)}"))
            continue
        files.add(text.partition("::")[0])
        measured = list(weighed(workspace, found, options, given, shapes=True))
        if not measured:
            problems.append(no_model(text))
        for one in measured:
            models.append(one.report)
            refused = [way.refusals(given) for way in one.ways if way.model is not None]
            problems.extend(workspace.shown(refusals[0]) for refusals in refused[:1] if all(refused))
    return Report(tuple(models), (), tuple(problems), coverage(models, len(files), unread))


def unreadable(error: ValueError) -> Problem:
    return Problem(f"the input cannot be read: {error}", hint="write N,3,32,32 or 1x3x224x224")


def no_model(text: str) -> Problem:
    file, _, name = text.partition("::")
    if name:
        return Problem(
            f"{text} gives no module", hint="name an nn.Module class, an instance of one, or a call that gives one"
        )
    return Problem(f"{file} holds no model", hint="weighbridge looks for nn.Module classes, instances and factories")


def no_place(text: str) -> Problem:
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
            problems.append(no_place(text))
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
        except Exception as error:  # noqa: BLE001  # as in weighed
            problems.append(Problem(f"{file}: {told(error)}"))
            continue
        measured = weighed(workspace, found, options, (), shapes=shapes)
        models.extend(one.report if layers else replace(one.report, layers=()) for one in measured)
    unread = len(problems) - missing
    return Report(tuple(models), (), tuple(problems), coverage(models, len(files) - unread, unread))


def weighed(
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
    inputs = given or inputs_of(workspace, namespace, target, options)
    session = workspace.session
    outcomes: list[Outcome] = []
    complete = True
    for make in (target.make, target.otherwise):
        if make is None or any(isinstance(outcome.value, Way) for outcome in outcomes):
            continue
        outcomes, complete = explore(
            session,
            partial(follow, make=make, inputs=inputs, shapes=shapes, train=options.train),
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


def inputs_of(workspace: Workspace, namespace: Namespace, target: Target, options: Options) -> tuple[Input, ...]:
    """The inputs of a target: those that a comment beside it gives, else those of the configuration."""
    commented = workspace.directives(namespace).inputs_at(target.place.span)
    try:
        return parse_inputs(commented or options.inputs_for(f"{namespace.file}::{target.name}"))
    except ValueError as error:
        raise TargetError(unreadable(error)) from error


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
    built = run.built = len(run.decisions)
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
