"""The sequence of stages, from the text of one file to what its models weigh.

text ─ syntax ─▶ ir.Module ─ evaluation ─▶ Trace ─ model ─▶ Model ─ passes ─▶ ModelReport ─▶ Verdict

weigh_file(workspace, Path("resnet.py"), options, layers=True, shapes=False).models[0].parameters.total    -> 11689512
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import TooComplex
from analyzer.algebra.tensor import parse_input
from analyzer.config import Options
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
from analyzer.report import Problem
from analyzer.verdict import Verdict
from analyzer.weigh import Path as Way
from analyzer.weigh import Weighed, failure, weigh
from analyzer.workspace import Found, Workspace


def summarise(workspace: Workspace, text: str, given: tuple[Input, ...], options: Options) -> Verdict:
    """The models that `FILE`, `FILE::NAME` or `FILE::EXPRESSION` names, each with its layers and shapes."""
    try:
        found = workspace.targets(text)
    except TargetError as error:
        return Verdict(unread=error.problem)
    except Exception as error:  # noqa: BLE001  # as in weighed
        return Verdict(unread=Problem(f"{text}: {told(error)}"))
    measured = list(weighed(workspace, found, options, given, shapes=True))
    problems = [] if measured else [no_model(text)]
    for one in measured:
        refused = [way.refusals(given) for way in one.ways if way.model is not None]
        problems.extend(workspace.shown(refusals[0]) for refusals in refused[:1] if all(refused))
    return Verdict(tuple(one.report for one in measured), problems=tuple(problems))


def weigh_file(workspace: Workspace, file: Path, options: Options, *, layers: bool, shapes: bool) -> Verdict:
    """Every model that a file defines."""
    try:
        found = workspace.all_targets(file)
    except TargetError as error:
        return Verdict(unread=error.problem)
    except Exception as error:  # noqa: BLE001  # as in weighed
        return Verdict(unread=Problem(f"{file}: {told(error)}"))
    measured = weighed(workspace, found, options, (), shapes=shapes)
    return Verdict(tuple(one.report if layers else replace(one.report, layers=()) for one in measured))


def unreadable(error: ValueError) -> Problem:
    return Problem(f"the input cannot be read: {error}", hint="write N,3,32,32 or 1x3x224x224")


def no_model(text: str) -> Problem:
    file, _, name = text.partition("::")
    if name:
        return Problem(
            f"{text} gives no module", hint="name an nn.Module class, an instance of one, or a call that gives one"
        )
    return Problem(f"{file} holds no model", hint="weighbridge looks for nn.Module classes, instances and factories")


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
