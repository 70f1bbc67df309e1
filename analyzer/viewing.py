"""What a model looks like between the stages: their text forms, and the graph of its forward pass.

dump("model", "net.py::Net", inputs=["N,3,32,32"], options=None)      -> "# Net\\n..."
graph("net.py::Net", inputs=["N,3,32,32"], depth=1, options=None)      -> a networkx graph
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

from analyzer.config import Options, load
from analyzer.deepstack import with_deep_stack
from analyzer.errors import TargetError
from analyzer.evaluation.run import explore
from analyzer.evaluation.targets import Target
from analyzer.evaluation.values import Namespace
from analyzer.mishap import told
from analyzer.model.text import print_model, print_trace
from analyzer.passes.inputs import Input
from analyzer.pipeline import follow, inputs_of, no_model, parse_inputs, unreadable
from analyzer.report import Problem
from analyzer.syntax.text import print_module
from analyzer.weigh import Path as Way
from analyzer.workspace import Workspace, Workspaces

if TYPE_CHECKING:
    from analyzer.model.graph import Graph

Result = TypeVar("Result")


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
        raise TargetError(unreadable(error)) from error


def _one(target: str, work: Callable[[], Result]) -> Result:
    """Work on one target, on a deep stack; a fault of ours is told as a TargetError too."""
    try:
        return with_deep_stack(work)
    except TargetError:
        raise
    except Exception as error:  # as in weighed
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
        raise TargetError(no_model(text))
    return "\n".join(parts)


def _ways(
    workspace: Workspace, namespace: Namespace, target: Target, given: tuple[Input, ...], options: Options
) -> Iterator[Way]:
    """The paths on which a model stands, each with its forward pass."""
    inputs = given or inputs_of(workspace, namespace, target, options)
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
        raise TargetError(no_model(text))
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
    begun = [way for way in ways if way.forward is not None and way.forward.refused is None]
    followed = [way for way in begun if way.forward is not None and not way.forward.raised] or begun
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
