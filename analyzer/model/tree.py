"""A model as a tree of layers with state_dict paths, as `named_modules()` walks it.

    model = build(trace)
    [layer.path for layer in model.layers]      -> ["", "features", "features.0", ...]
    model.layers[2].parameters                  -> {"weight": [64, 3, 7, 7]}, those met here first

A parameter that several modules share belongs to the layer where it is met first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from analyzer.algebra.expression import Dim
from analyzer.evaluation.modules import Rounds
from analyzer.evaluation.trace import Call, ModuleRecord, ParameterRecord, Trace
from analyzer.evaluation.values import Unknown


@dataclass(frozen=True, slots=True)
class Layer:
    """One module: its path, its own parameters and buffers, and its calls in the forward pass."""

    path: str
    record: ModuleRecord
    depth: int
    parameters: Mapping[str, ParameterRecord]
    """Counted here: a shared one stands where it is met first."""
    buffers: Mapping[str, ParameterRecord]
    names: Mapping[str, ParameterRecord]
    """All own parameters by name, shared ones included."""
    calls: tuple[Call, ...]
    aliases: tuple[str, ...] = ()
    """Other paths that the same module has."""

    @property
    def type(self) -> str:
        return self.record.type


@dataclass(frozen=True, slots=True)
class Model:
    """One path through a model: its layers in order, and why parts of it are not known."""

    layers: tuple[Layer, ...]
    trace: Trace

    @property
    def unknowns(self) -> tuple[tuple[str, Unknown], ...]:
        """Path and reason of whatever may hold more than is seen."""
        return tuple((layer.path, unknown) for layer in self.layers for unknown in layer.record.unknowns)


def paths_of(trace: Trace) -> list[tuple[str, tuple[Dim, ...]]]:
    """The path of each module, where `named_modules()` meets it first, and the rounds of each loop on the way."""
    found: dict[int, tuple[str, tuple[Dim, ...]]] = {}
    stack: list[tuple[int, str, tuple[Dim, ...]]] = [(0, "", ())]
    while stack:
        number, path, times = stack.pop()
        if number in found:
            continue
        found[number] = path, times
        base = f"{path}." if path else ""
        for name, child in reversed(trace.modules[number].children):
            if child is not None:
                stack.append((child, base + name, (*times, name.times) if isinstance(name, Rounds) else times))
    return [found[number] for number in range(len(trace.modules))]


def _stacked(record: ParameterRecord, times: tuple[Dim, ...]) -> ParameterRecord:
    """Equal parameters of all rounds as one: their shape goes behind the numbers of rounds."""
    if not times or record.type is None:
        return record
    return replace(record, type=replace(record.type, shape=(*times, *record.type.shape)))


MOST_ALIASES = 50_000


def aliases_of(trace: Trace) -> dict[int, tuple[str, ...]]:
    """The paths besides its first of each module that is registered more than once, or lies in one that is.

    Modules that hold each other in a circle, or share so much that there are too many paths, have none.
    """
    parents = Counter(number for record in trace.modules for _, number in record.children)
    if all(times == 1 for number, times in parents.items() if number is not None):
        return {}
    found: dict[int, list[str]] = {}
    stack: list[tuple[int, str, frozenset[int]]] = [(0, "", frozenset())]
    met = 0
    while stack:
        number, path, above = stack.pop()
        met += 1
        if number in above or met > MOST_ALIASES + len(trace.modules):
            return {}
        found.setdefault(number, []).append(path)
        base, above = f"{path}." if path else "", above | {number}
        children = trace.modules[number].children
        stack.extend((c, base + name, above) for name, c in reversed(children) if c is not None)
    return {number: tuple(paths[1:]) for number, paths in found.items() if len(paths) > 1}


def build(trace: Trace) -> Model:
    """The tree of a trace."""
    calls: dict[int, list[Call]] = {}
    for call in trace.calls:
        calls.setdefault(call.module, []).append(call)
    seen: set[int] = set()
    seen_buffers: set[int] = set()
    layers = []
    aliases = aliases_of(trace)
    for record, (path, times) in zip(trace.modules, paths_of(trace), strict=True):
        parameters, buffers, names = {}, {}, {}
        for name, number in record.parameters:
            if number is None:
                continue
            names[name] = _stacked(trace.parameters[number], times)
            if number not in seen:
                seen.add(number)
                parameters[name] = names[name]
        for name, number in record.buffers:
            if number is not None and number not in seen_buffers:
                seen_buffers.add(number)
                buffers[name] = _stacked(trace.buffers[number], times)
        depth = path.count(".") + 1 if path else 0
        found = tuple(calls.get(record.number, ()))
        layers.append(Layer(path, record, depth, parameters, buffers, names, found, aliases.get(record.number, ())))
    return Model(tuple(layers), trace)


def state_dict(model: Model) -> dict[str, ParameterRecord]:
    """Key to parameter or buffer, shared ones under each of their names, as `Module.state_dict()` gives them."""
    found: dict[str, ParameterRecord] = {}
    for layer in model.layers:
        own = dict(layer.names)
        for name, number in layer.record.buffers:
            if number is not None and name not in layer.record.buffers_not_saved:
                own[name] = model.trace.buffers[number]
        for path in (layer.path, *layer.aliases):
            base = f"{path}." if path else ""
            found.update({base + name: record for name, record in own.items()})
    return found
