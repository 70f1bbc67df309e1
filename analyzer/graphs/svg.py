"""A picture that needs nothing to be shown: layers from top to bottom, light or dark as the reader's screen is.

    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 310" ...>
      <g class="conv"><rect .../><text ...>Conv2d</text>...</g>

A shape is written on the edges of a node that changes it; every node tells all in its tooltip.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from analyzer.graphs.parts.cards import Card, card, shapes
from analyzer.graphs.parts.layers import Layers, layered
from analyzer.graphs.parts.placement import placed
from analyzer.reports.parts.escape import plain

if TYPE_CHECKING:
    from analyzer.model.graph import Graph

MARGIN, GAP, RISE, LABELLED, STEEPER, LINE, PAD = 24, 28, 22, 34, 28, 15, 12
TITLE, TEXT = 13, 11
SPACE = 7
POINT = 8
"""Sizes in pixels: around the picture; between cards side by side, above each other, where a shape is written between
them, and how much more where edges are slanted; lines of text and their distance from a card's edge; fonts; between a
title and its path; and the room of an edge that passes."""

LIGHT = {
    "ground": "#ffffff", "card": "#f6f8fa", "rim": "#d0d7de", "ink": "#1f2328", "faint": "#656d76", "edge": "#8c959f",
    "conv": "#0969da", "norm": "#8250df", "pool": "#1a7f37", "dense": "#bc4c00", "activation": "#bf8700",
    "module": "#0550ae", "operator": "#6e7781", "held": "#bf3989", "end": "#57606a",
}  # fmt: skip
DARK = {
    "ground": "#0d1117", "card": "#161b22", "rim": "#30363d", "ink": "#e6edf3", "faint": "#9198a1", "edge": "#6e7681",
    "conv": "#4493f8", "norm": "#ab7df8", "pool": "#3fb950", "dense": "#f0883e", "activation": "#d29922",
    "module": "#79c0ff", "operator": "#8b949e", "held": "#db61a2", "end": "#8b949e",
}  # fmt: skip
FAMILIES = ("conv", "norm", "pool", "dense", "activation", "module", "operator", "held", "end")


@dataclass(frozen=True, slots=True)
class Box:
    """A card's place: its middle, its upper edge, its size."""

    x: int
    y: int
    width: int
    height: int


def drawn(graph: Graph) -> str:
    """The graph as one SVG document."""
    numbers = {node: number for number, node in enumerate(graph)}
    cards = [card(graph, node) for node in graph]
    layers = layered(len(cards), [(numbers[one], numbers[two]) for one, two in graph.edges])
    said = _said(graph)
    boxes, width, height = _boxes(cards, layers, {numbers[node] for node, _ in said})
    edges, labels = [], []
    passed: set[int] = set()
    for one, two, data in graph.edges(data=True):
        chain = layers.chains[numbers[one], numbers[two]]
        parting = sum(point in passed for point in chain)
        passed.update(chain[1:-1])
        edges.append(f'<path d="{_route([boxes[point] for point in chain[parting:]])}"/>')
        if said.get((one, text := shapes(data["tensors"]))) == two:
            labels.append(_label(boxes[chain[0]], boxes[chain[1]], text))
    parts = [_head(width, height, graph.graph["name"]), '<g class="edges">', *edges, "</g>"]
    parts += [_drawn_card(graph, node, boxes[number], cards[number]) for number, node in enumerate(graph)]
    return "\n".join([*parts, '<g class="labels">', *labels, "</g>", "</svg>", ""])


def _said(graph: Graph) -> dict[tuple[str, str], str]:
    """Each node with a shape that it gives and did not get, and the first node that it goes to."""
    said: dict[tuple[str, str], str] = {}
    for node in graph:
        if graph.nodes[node]["kind"] in ("input", "parameter", "buffer", "constant"):
            continue
        got = {shapes(graph.edges[above, node]["tensors"]) for above in graph.predecessors(node)}
        for end in graph.successors(node):
            text = shapes(graph.edges[node, end]["tensors"])
            if text not in got:
                said.setdefault((node, text), end)
    return said


def _boxes(cards: list[Card], layers: Layers, labelled: set[int]) -> tuple[dict[int, Box], int, int]:
    """The places of all cards and of the points that long edges pass, and the size of the picture."""
    sizes = {number: (_width(found), LINE * len(_lines(found)) + PAD - 2) for number, found in enumerate(cards)}
    sizes.update(dict.fromkeys(layers.points, (POINT, 0)))
    places = placed(layers, {number: width for number, (width, _) in sizes.items()}, GAP)
    slant = dict.fromkeys(places, 0)
    for one, two in layers.edges:
        slant[one] = max(slant[one], abs(places[one] - places[two]))
    boxes: dict[int, Box] = {}
    y, rise = MARGIN, 0
    for row in layers.rows:
        tallest = max(sizes[node][1] for node in row)
        for node in row:
            width, height = sizes[node]
            top = y if node in layers.points else y + (tallest - height) // 2
            boxes[node] = Box(places[node] + MARGIN, top, width, tallest if node in layers.points else height)
        rise = (LABELLED if labelled.intersection(row) else RISE) + min(max(slant[node] for node in row) // 10, STEEPER)
        y += tallest + rise
    right = max((box.x + box.width // 2 for box in boxes.values()), default=0)
    return boxes, right + MARGIN, y - rise + MARGIN


def _lines(found: Card) -> list[list[tuple[str, str]]]:
    """Lines of texts and their styles: the path stands behind the title."""
    first = [("title", found.title), *([("faint", found.path)] if found.path else [])]
    return [first, *([("text", text)] for text in (found.detail, found.figures) if text)]


def _width(found: Card) -> int:
    widest = 0.0
    for line in _lines(found):
        widths = [measure(text, TITLE) * 1.08 if style == "title" else measure(text, TEXT) for style, text in line]
        widest = max(widest, sum(widths) + SPACE * (len(widths) - 1))
    return 2 * ((round(widest) + 2 * PAD + 4) // 2)


def measure(text: str, size: int) -> float:
    """About how wide a text is in the fonts that are asked for, rather too wide than too narrow."""
    return sum(_cells(char) for char in text) * size


def _cells(char: str) -> float:
    if char in "iljtfr.,:;|!'()[] 1":
        return 0.38
    if char in "mwMW@%":
        return 0.92
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    return 0.72 if char.isupper() else 0.6


def _route(points: list[Box]) -> str:
    """A curve that leaves downwards, passes its points upright, and arrives from above."""
    start = points[0]
    x, y = start.x, start.y + start.height
    steps = [f"M{x} {y}"]
    for at, point in enumerate(points[1:], start=1):
        last = at == len(points) - 1
        top = point.y - (3 if last else 0)
        middle = (y + top) // 2
        steps.append(f"V{top}" if x == point.x else f"C{x} {middle} {point.x} {middle} {point.x} {top}")
        x, y = point.x, top
        if not last and point.height:
            y = point.y + point.height
            steps.append(f"V{y}")
    return " ".join(steps)


def _label(one: Box, two: Box, text: str) -> str:
    """A shape under its node, on the side to which the edge does not bend."""
    y = one.y + one.height + (20 if one.x == two.x else 14)
    side, anchor = (7, "start") if two.x <= one.x else (-7, "end")
    return f'<text x="{one.x + side}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'


def _drawn_card(graph: Graph, node: str, box: Box, found: Card) -> str:
    left = box.x - box.width // 2
    data = graph.nodes[node]
    told = [*found.lines, plain(data["type"]), *([plain(data["place"])] if data["place"] else [])]
    rounding = box.height // 2 if found.family == "end" else 6
    parts = [
        f'<g class="node {found.family}" id={quoteattr(node)}><title>{escape(chr(10).join(told))}</title>',
        f'<rect x="{left}" y="{box.y}" width="{box.width}" height="{box.height}" rx="{rounding}"/>',
    ]
    x, anchor = (box.x, "middle") if found.family == "end" else (left + PAD + 2, "start")
    if found.family != "end":
        parts.append(f'<path class="mark" d="M{left + 5} {box.y + 6}V{box.y + box.height - 6}"/>')
    y = box.y + PAD // 2 + TEXT
    for line in _lines(found):
        spans = f'</tspan><tspan dx="{SPACE}" '.join(f'class="{style}">{escape(text)}' for style, text in line)
        parts.append(f'<text x="{x}" y="{y}" text-anchor="{anchor}"><tspan {spans}</tspan></text>')
        y += LINE
    return "".join([*parts, "</g>"])


def _head(width: int, height: int, name: str) -> str:
    style = _style(LIGHT) + f"@media (prefers-color-scheme:dark){{{_style(DARK)}}}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img" font-family="ui-sans-serif,system-ui,Segoe UI,Roboto,Helvetica,Arial,sans-serif">\n'
        f"<title>{escape(plain(name))}</title>\n<style>{style}</style>\n"
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="5" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="head" d="M0 .8 7 4 0 7.2z"/></marker></defs>\n'
        f'<rect class="ground" width="{width}" height="{height}" rx="10"/>'
    )


def _style(colours: dict[str, str]) -> str:
    rules = [
        f".ground{{fill:{colours['ground']}}}",
        f".node rect{{fill:{colours['card']};stroke:{colours['rim']}}}",
        f".title{{fill:{colours['ink']};font-size:{TITLE}px;font-weight:600}}",
        f".text{{fill:{colours['ink']};font-size:{TEXT}px}}",
        f".faint{{fill:{colours['faint']};font-size:{TEXT}px}}",
        f".edges path{{fill:none;stroke:{colours['edge']};stroke-width:1.4;marker-end:url(#arrow)}}",
        f".head{{fill:{colours['edge']}}}",
        f".labels text{{fill:{colours['faint']};font-size:{TEXT}px;paint-order:stroke;stroke:{colours['ground']};"
        "stroke-width:4px;stroke-linejoin:round}",
        ".mark{fill:none;stroke-width:3;stroke-linecap:round}",
        *(f".{family} .mark{{stroke:{colours[family]}}}" for family in FAMILIES),
    ]
    return "".join(rules)
