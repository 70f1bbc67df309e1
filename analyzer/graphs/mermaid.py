"""Mermaid, which Markdown on code hosts draws: `weighbridge graph net.py --format mermaid`.

    flowchart TD
        i0(["input<br/>8×20"])
        e0["Linear<br/>fc<br/>20 → 30<br/>630 parameters, 600 MACs"]
        i0 -->|"8×20"| e0

https://mermaid.js.org/syntax/flowchart.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.graphs.parts.cards import card, shapes
from analyzer.reports.parts.escape import entities

if TYPE_CHECKING:
    from analyzer.model.graph import Graph

BRACKETS = {"end": ('(["', '"])'), "module": ('[["', '"]]'), "held": ('(["', '"])'), "operator": ('("', '")')}
USUAL = ('["', '"]')


def drawn(graph: Graph) -> str:
    """The graph as a flowchart from top to bottom."""
    lines = ["flowchart TD"]
    for node in graph:
        found = card(graph, node)
        left, right = BRACKETS.get(found.family, USUAL)
        lines.append(f"    {node}{left}{'<br/>'.join(entities(line) for line in found.lines)}{right}")
    for source, end, data in graph.edges(data=True):
        lines.append(f'    {source} -->|"{entities(shapes(data["tensors"]))}"| {end}')
    return "\n".join([*lines, ""])
