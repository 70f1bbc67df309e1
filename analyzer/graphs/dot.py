"""Graphviz: `weighbridge graph net.py --format dot | dot -Tpng`.

    digraph "Net" {
      e0 [label="Linear\\nfc\\n20 → 30\\n630 parameters, 600 MACs", ...];
      i0 -> e0 [label="8×20"];
    }

https://graphviz.org/doc/info/lang.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.graphs.parts.cards import card, shapes
from analyzer.reports.parts.escape import plain

if TYPE_CHECKING:
    from analyzer.model.graph import Graph

HEAD = (
    "rankdir=TB; bgcolor=transparent; nodesep=0.3; ranksep=0.35;",
    'node [shape=box, style="rounded,filled", color="#8c959f", fontname="Helvetica", fontsize=11];',
    'edge [color="#8c959f", fontcolor="#57606a", fontname="Helvetica", fontsize=9, arrowsize=0.6];',
)
COLOURS = {
    "conv": "#ddf4ff", "norm": "#fbefff", "pool": "#dafbe1", "dense": "#fff1e5", "activation": "#fff8c5",
    "module": "#eaeef2", "operator": "#ffffff", "held": "#ffeff7", "end": "#ffffff",
}  # fmt: skip


def drawn(graph: Graph) -> str:
    """The graph in the DOT language."""
    lines = [f"digraph {quoted([graph.graph['name']])} {{", *(f"  {line}" for line in HEAD)]
    for node in graph:
        found = card(graph, node)
        form = ", shape=ellipse" if found.family == "end" else ""
        lines.append(f'  {node} [label={quoted(found.lines)}, fillcolor="{COLOURS[found.family]}"{form}];')
    for source, end, data in graph.edges(data=True):
        lines.append(f"  {source} -> {end} [label={quoted([shapes(data['tensors'])])}];")
    return "\n".join([*lines, "}", ""])


def quoted(lines: list[str] | tuple[str, ...]) -> str:
    """A string of DOT with each text on a line of its own."""
    return '"' + "\\n".join(plain(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'
