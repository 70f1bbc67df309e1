"""The sequence of stages, from text to a report.

    text ─ syntax ─▶ ir.Module ─ evaluation ─▶ Trace ─ model ─▶ Model ─ passes ─▶ ModelReport

    weigh_target(session, target, "net.py", (), options, shapes=True)      -> ModelReport(...)
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.tensor import Refused, TensorType, parse_input
from analyzer.config import Options
from analyzer.evaluation.imports import Session
from analyzer.evaluation.modules import named_modules
from analyzer.evaluation.run import OutOfFuel, Run, explore
from analyzer.evaluation.targets import Target
from analyzer.evaluation.trace import Recorder, freeze
from analyzer.evaluation.values import ModuleInstance, Namespace, Raised, Unknown, Value
from analyzer.model.tree import build
from analyzer import weigh
from analyzer.passes.forward import Forward, forward
from analyzer.passes.inputs import Input, derive
from analyzer.report import ModelReport

STACK_BYTES = 512 * 1024 * 1024
RECURSION = 40_000


def with_deep_stack(work: Callable[[], Any]) -> Any:
    """Run `work` where deeply nested code cannot exhaust the host's stack before the limits are reached."""
    result: list[Any] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            result.append(work())
        except BaseException as error:
            failure.append(error)

    before_limit, before_size = sys.getrecursionlimit(), threading.stack_size(STACK_BYTES)
    sys.setrecursionlimit(max(before_limit, RECURSION))
    try:
        thread = threading.Thread(target=target, name="weighbridge")
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before_size)
        sys.setrecursionlimit(before_limit)
    if failure:
        raise failure[0]
    return result[0]


def parse_inputs(texts: Sequence[tuple[str | None, str]]) -> tuple[Input, ...]:
    """Inputs as options give them, `(name, "SHAPE:dtype")`; ValueError where one cannot be read."""
    found: list[Input] = []
    for name, text in texts:
        given, type_ = parse_input(text)
        found.append((name or given or f"input{len(found) or ''}", type_))
    return tuple(found)


def weigh_target(
    session: Session,
    target: Target,
    namespace: Namespace,
    inputs: tuple[Input, ...],
    options: Options,
    *,
    shapes: bool,
) -> ModelReport | None:
    """The report of one target; None where it turns out to give no module at all."""
    paths: list[weigh.Path] = []
    outcomes, complete = explore(session, lambda run: _follow(run, target, inputs, shapes=shapes))
    for outcome in outcomes:
        if outcome.error is not None:
            paths.append(weigh.Path(outcome.run, error=outcome.error))
        elif isinstance(outcome.value, weigh.Path):
            paths.append(outcome.value)
        elif isinstance(outcome.value, Unknown):
            paths.append(weigh.Path(outcome.run, unknown=outcome.value))
        else:
            paths.append(weigh.Path(outcome.run))
    if target.kind == "factory" and not any(path.model for path in paths) and not _may_give_module(paths):
        return None
    dtype = DType.parse(options.dtype)
    return weigh.weigh(target, namespace.file, paths, complete=complete, dtype=dtype)


def _may_give_module(paths: Sequence[weigh.Path]) -> bool:
    """Whether a function that gave no module on any path might still be a factory."""
    return False


def _follow(run: Run, target: Target, inputs: tuple[Input, ...], *, shapes: bool) -> Value:
    """Build the model along one path, run its forward pass, and freeze what stands."""
    value = target.make(run)
    if not isinstance(value, ModuleInstance):
        return value
    built = len(run.decisions)
    if not shapes:
        return weigh.Path(run, build(freeze(value)), built=built)
    given = inputs or derive(value, [module for _, module in named_modules(value)])
    if not given:
        return weigh.Path(run, build(freeze(value)), built=built)
    result: Forward = forward(run, value, given)
    trace = freeze(value, result.recorder, result.output)
    return weigh.Path(
        run, build(trace), inputs=given, inputs_derived=not inputs, forward=result, built=built
    )


__all__ = [
    "OutOfFuel", "Path", "Raised", "Recorder", "Refused", "TensorType", "parse_inputs", "weigh_target",
    "with_deep_stack",
]  # fmt: skip
