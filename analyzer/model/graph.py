"""The data flow of one forward pass as a networkx graph: what is called, and which tensors go from where to where.

    graph(model)                        x ─[8, 20]→ fc: Linear ─[8, 30]→ relu: ReLU ─[8, 30]→ output
    collapse(graph(resnet), model, 1)   input → conv1 → bn1 → relu → maxpool → layer1 → ... → fc → output

Nodes stand in the order of the calls, which every edge follows: the graph has no cycle.  A node has the attributes

    kind        input, layer, operator, module (several calls in one), parameter, buffer, constant or output
    label       what it is called: Conv2d, add, layer1
    type        torch.nn.Conv2d, Tensor.__add__, or the class of a module
    path        of the module that is called, or in whose forward an operator stands; of a parameter, its key
    parameters  how many elements it holds: of a layer that is called again, 0 at later calls
    macs        multiply-accumulates
    calls       how many calls are in it, 0 for what is no call
    again       whether the layer has been called before
    settings    of a layer, as torch prints them
    place       FILE:LINE where a layer is made or an operator is called, None where that is unknown

and an edge `tensors`, the types of the tensors that go along it, each once, and `numbers`, theirs in the trace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx

from analyzer.algebra.expression import Dim
from analyzer.algebra.tensor import TensorType
from analyzer.evaluation.trace import Equation, Trace
from analyzer.knowledge.layer import layers
from analyzer.model.labels import operator_label
from analyzer.model.tree import Layer, Model

if TYPE_CHECKING:
    Graph = networkx.DiGraph[str]


def graph(model: Model) -> Graph:
    """Every call of the forward pass; empty where none was run.

    Parameters and buffers are nodes where an operator reads them; a layer's own are counted at the layer.  Queries
    such as `x.size(0)`, which give no tensor, are left out.
    """
    trace = model.trace
    made: Graph = networkx.DiGraph(name=model.layers[0].type)
    producers: dict[int, str] = {}
    numbers = {layer.record.number: layer for layer in model.layers}
    where = call_paths(model)
    seen: set[int] = set()
    for name, tensor in trace.inputs:
        producers[tensor] = _add(made, f"i{tensor}", "input", name, str(trace.tensors[tensor]))
    for number, equation in enumerate(trace.equations):
        if not equation.outputs and equation.macs == 0:
            continue
        for tensor in equation.inputs:
            if tensor not in producers:
                producers[tensor] = _source(made, model, tensor)
        node = f"e{number}"
        path = "" if equation.call is None else where[equation.call]
        _call(made, node, equation, path, numbers.get(-1 if equation.module is None else equation.module), seen)
        _connect(made, producers, equation.inputs, node, trace.tensors)
        producers.update(dict.fromkeys(equation.outputs, node))
    for position, (name, tensor) in enumerate(trace.outputs):
        if tensor not in producers:
            producers[tensor] = _source(made, model, tensor)
        node = _add(made, f"o{position}", "output", name, str(trace.tensors[tensor]))
        _connect(made, producers, (tensor,), node, trace.tensors)
    return made


def _add(
    made: Graph,
    node: str,
    kind: str,
    label: str,
    type_: str,
    path: str = "",
    parameters: Dim = 0,
    macs: Dim = 0,
    calls: int = 0,
    again: bool = False,
    settings: Mapping[str, str] | None = None,
    place: str | None = None,
) -> str:
    made.add_node(
        node, kind=kind, label=label, type=type_, path=path, parameters=parameters, macs=macs, calls=calls, again=again,
        settings=settings or {}, place=place,
    )  # fmt: skip
    return node


def _call(made: Graph, node: str, equation: Equation, path: str, layer: Layer | None, seen: set[int]) -> None:
    place = None if equation.place is None else str(equation.place)
    if equation.operator not in layers():
        label = operator_label(equation.operator)
        _add(made, node, "operator", label, equation.operator, path, macs=equation.macs, calls=1, place=place)
        return
    label = equation.operator.rpartition(".")[2] if layer is None else layer.type
    again = layer is not None and layer.record.number in seen
    held = 0 if layer is None or again else _elements([layer])
    settings = None if layer is None else layer.record.settings
    if layer is not None:
        seen.add(layer.record.number)
    _add(made, node, "layer", label, equation.operator, path, held, equation.macs, 1, again, settings, place)


def _source(made: Graph, model: Model, tensor: int) -> str:
    """The node of a tensor that no call has made."""
    trace = model.trace
    if tensor not in trace.held:
        return _add(made, f"c{tensor}", "constant", "constant", str(trace.tensors[tensor]))
    registry, record = trace.held[tensor]
    kind = registry.removesuffix("s")
    for layer in model.layers:
        for name, number in getattr(layer.record, registry):
            if number == record:
                key = f"{layer.path}.{name}" if layer.path else name
                held = trace.tensors[tensor].numel if kind == "parameter" else 0
                place = str(layer.record.place)
                return _add(made, f"{kind[0]}{record}", kind, name, str(trace.tensors[tensor]), key, held, place=place)
    raise AssertionError(f"{registry} {record} belongs to no layer")


def _connect(
    made: Graph, producers: Mapping[int, str], numbers: Sequence[int], node: str, types: Sequence[TensorType]
) -> None:
    by_source: dict[str, dict[int, TensorType]] = {}
    for number in numbers:
        by_source.setdefault(producers[number], {})[number] = types[number]
    for source, tensors in by_source.items():
        made.add_edge(source, node, tensors=tuple(tensors.values()), numbers=tuple(tensors))


def _elements(held: Sequence[Layer]) -> Dim:
    total: Dim = 0
    for layer in held:
        for record in layer.parameters.values():
            if record.type is not None:
                total = total + record.type.numel
    return total


def call_paths(model: Model) -> list[str]:
    """The path of the module of each call; a module that is not part of the model has its caller's."""
    known = {layer.record.number: layer.path for layer in model.layers}
    paths: list[str] = []
    for call in model.trace.calls:
        above = "" if call.parent is None else paths[call.parent]
        paths.append(known.get(call.module, above))
    return paths


# ---------------------------------------------------------------- modules as single nodes


def collapse(full: Graph, model: Model, depth: int) -> Graph:
    """The graph with each module at `depth` as one node; 0 leaves a single node for the whole model.

    What runs inside a module belongs to it, also where it calls a layer that is registered elsewhere.  Calls are merged
    only as far as they follow each other: a module that is called again behind others has another node, so that
    the flow is never drawn in a circle.
    """
    if depth < 0:
        raise ValueError(f"a depth is never negative: {depth}")
    groups = list(_groups(full, model.trace, _units(model, depth)))
    target: dict[str, str] = {}
    counted: set[int] = set()
    made: Graph = networkx.DiGraph(**full.graph)
    for members, path in groups:
        calls = [node for node in members if full.nodes[node]["calls"]]
        node = members[0] if len(calls) <= 1 or path is None else f"m{calls[0][1:]}"
        target.update(dict.fromkeys(members, node))
        if node == members[0]:
            made.add_node(node, **full.nodes[node])
        else:
            made.add_node(node, **_module(full, model, members, path or "", counted))
    for source, end, data in full.edges(data=True):
        one, two = target[source], target[end]
        if one != two:
            before = dict(made.edges[one, two]["found"]) if made.has_edge(one, two) else {}
            found = before | dict(zip(data["numbers"], data["tensors"], strict=True))
            made.add_edge(one, two, found=found)
    for _, _, data in made.edges(data=True):
        found = data.pop("found")
        data.update(tensors=tuple(found.values()), numbers=tuple(found))
    return made


def _units(model: Model, depth: int) -> list[str | None]:
    """For each call the path that it is drawn as: its outermost caller's at `depth` or below, cut to `depth`."""
    units: list[str | None] = []
    for call, path in zip(model.trace.calls, call_paths(model), strict=True):
        above = None if call.parent is None else units[call.parent]
        parts = path.split(".") if path else []
        units.append(above if above is not None else ".".join(parts[:depth]) if len(parts) >= depth else None)
    return units


@dataclass
class _Group:
    path: str | None
    members: list[str]


def _groups(full: Graph, trace: Trace, units: Sequence[str | None]) -> Iterator[tuple[list[str], str | None]]:
    """The nodes in order, those that are drawn as one together."""
    found: list[_Group] = []
    last: _Group | None = None
    of: dict[str, _Group] = {}
    for node in full:
        if not full.nodes[node]["calls"]:
            of[node] = _Group(None, [node])
            found.append(of[node])
            continue
        call = trace.equations[int(node[1:])].call
        unit = None if call is None else units[call]
        if last is not None and unit is not None and last.path == unit:
            last.members.append(node)
        else:
            last = _Group(unit, [node])
            found.append(last)
        of[node] = last
    for node in full:
        kind, key = full.nodes[node]["kind"], full.nodes[node]["path"]
        readers = {id(of[reader]): of[reader] for reader in full.successors(node)}
        if kind in ("parameter", "buffer", "constant") and len(readers) == 1:
            (reader,) = readers.values()
            own = not reader.path or kind == "constant" or key.startswith(f"{reader.path}.")
            if reader.path is not None and own:
                reader.members.append(node)
                of[node].members.clear()
    return ((group.members, group.path) for group in found if group.members)


def _module(full: Graph, model: Model, members: Sequence[str], path: str, counted: set[int]) -> dict[str, Any]:
    """The attributes of a module's node: what its calls come to, its parameters where it is first called."""
    layer = next((layer for layer in model.layers if layer.path == path), None)
    below = [x for x in model.layers if not path or x.path == path or x.path.startswith(f"{path}.")]
    new = [x for x in below if x.record.number not in counted]
    counted.update(x.record.number for x in new)
    macs: Dim = 0
    for node in members:
        macs = macs + full.nodes[node]["macs"]
    return {
        "kind": "module",
        "label": layer.type if layer else path.rpartition(".")[2],
        "type": layer.record.qualified_type if layer else "",
        "path": path,
        "parameters": _elements(new),
        "macs": macs,
        "calls": sum(full.nodes[node]["calls"] for node in members),
        "again": not new,
        "settings": {},
        "place": str(layer.record.place) if layer else None,
    }
