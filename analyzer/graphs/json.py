"""The graph for programs: its nodes in the order of the calls, and its edges.

    {"version": 1, "name": "Net", "notes": [],
     "nodes": [{"id": "e0", "kind": "layer", "label": "Linear", "path": "fc", "parameters": 630, "macs": 600, ...}],
     "edges": [{"source": "i0", "target": "e0", "tensors": [{"shape": [8, 20], "dtype": "float32"}]}]}

Sizes and counts are integers, or the text of a formula where they are symbolic; nothing is rounded.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.algebra.expression import Dim
    from analyzer.model.graph import Graph

VERSION = 1


def drawn(graph: Graph) -> str:
    """The graph as one JSON document, a node or edge on each line."""
    nodes = [json.dumps(_node(node, data)) for node, data in graph.nodes(data=True)]
    edges = [json.dumps(_edge(source, end, data)) for source, end, data in graph.edges(data=True)]
    about = {"version": VERSION, "name": graph.graph["name"], "notes": list(graph.graph.get("notes", ()))}
    head = "".join(f'"{name}": {json.dumps(value)},\n ' for name, value in about.items())
    return f'{{{head}"nodes": {_lines(nodes)},\n "edges": {_lines(edges)}}}\n'


def _lines(items: list[str]) -> str:
    return "[\n  " + ",\n  ".join(items) + "\n ]" if items else "[]"


def _node(node: str, data: dict[str, Any]) -> dict[str, Any]:
    fields = dict(data)
    fields["parameters"], fields["macs"] = _size(fields["parameters"]), _size(fields["macs"])
    return {"id": node, **fields, "settings": dict(fields["settings"])}


def _edge(source: str, end: str, data: dict[str, Any]) -> dict[str, Any]:
    tensors = [{"shape": [_size(size) for size in t.shape], "dtype": str(t.dtype)} for t in data["tensors"]]
    return {"source": source, "target": end, "tensors": tensors}


def _size(size: Dim) -> int | str:
    return size if isinstance(size, int) else str(size)
