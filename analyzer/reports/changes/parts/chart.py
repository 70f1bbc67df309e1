"""The changed blocks of a model as a chart in Mermaid, each behind the blocks that hold it.

flowchart LR
    n0["Net"] --> n1["layer3"]
    n1 --> n2["layer3.4<br/>BasicBlock<br/>+1,180,672"]:::added
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.change import Change
from analyzer.reports.changes.parts.steps import ITSELF, Row, rows
from analyzer.reports.parts.escape import entities

MOST_NODES = 40
LONGEST = 60
CLASSES = {"+": "added", "-": "removed", "!": "changed"}
STYLES = (
    "classDef added fill:#dafbe1,stroke:#1a7f37,color:#1a7f37",
    "classDef removed fill:#ffebe9,stroke:#cf222e,color:#cf222e",
    "classDef changed fill:#fff8c5,stroke:#9a6700,color:#633c01",
)


def chart(change: Change) -> str:
    """The text of the chart, without a newline at its end; nothing where there is too little or too much to draw."""
    shown = [row for row in rows(change.layers) if row.path != ITSELF]
    nodes = _nodes(shown)
    if len(shown) < 2 or len(nodes) > MOST_NODES:
        return ""
    numbers = {path: f"n{number}" for number, path in enumerate(nodes)}
    lines = ["flowchart LR"]
    for path, row in nodes.items():
        label = _label(change.type) if not path else _label(path) if row is None else _changed(row)
        lines.append(f'    {numbers[path]}["{label}"]{"" if row is None else f":::{CLASSES[row.sign]}"}')
    lines += [f"    {numbers[_above(path)]} --> {numbers[path]}" for path in nodes if path]
    return "\n".join([*lines, *(f"    {style}" for style in STYLES)])


def _nodes(shown: Sequence[Row]) -> dict[str, Row | None]:
    """Every row by its path, and whatever holds it, the model first."""
    found: dict[str, Row | None] = {"": None}
    for row in shown:
        parts = row.path.split(".")
        for end in range(1, len(parts)):
            found.setdefault(".".join(parts[:end]), None)
        found[row.path] = row
    return found


def _above(path: str) -> str:
    return path.rpartition(".")[0]


def _changed(row: Row) -> str:
    return "<br/>".join(_label(text) for text in (row.layers, row.brief, row.figure) if text)


def _label(text: str) -> str:
    return entities(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")
