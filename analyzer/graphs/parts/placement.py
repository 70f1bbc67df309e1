"""Where the nodes of layers stand from left to right: chains straight, long edges straightest, nothing overlapping.

    placed(layers, {0: 100, 1: 100, 2: 100, 3: 0}, gap=20)     {0: 50, 1: 50, 3: 120, 2: 50}

Four layouts, aligned to the left or right and from above or below, of which each node takes the middle.
U. Brandes and B. Köpf, Fast and simple horizontal coordinate assignment, 2001.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from analyzer.graphs.parts.layers import Edge, Layers, neighbours

Rows = Sequence[Sequence[int]]


def placed(layers: Layers, widths: Mapping[int, int], gap: int) -> dict[int, int]:
    """The middle of each node, the leftmost edge of all at 0."""
    above, below = neighbours(layers.edges)
    crossed = _crossed(layers, above)
    found: list[dict[int, float]] = []
    for rows, near in ((layers.rows, above), (layers.rows[::-1], below)):
        for mirrored in (False, True):
            turned = [row[::-1] for row in rows] if mirrored else rows
            places = _compacted(turned, *_aligned(turned, near, crossed), widths, gap)
            found.append({node: -x for node, x in places.items()} if mirrored else places)
    spans = [_span(places, widths) for places in found]
    low, high = min(spans, key=lambda span: span[1] - span[0])
    for at, (places, (left, right)) in enumerate(zip(found, spans, strict=True)):
        shift = high - right if at % 2 else low - left
        found[at] = {node: x + shift for node, x in places.items()}
    middles = {node: sum(sorted(places[node] for places in found)[1:3]) / 2 for node in found[0]} if found[0] else {}
    left = _span(middles, widths)[0]
    return {node: round(x - left) for node, x in middles.items()}


def _span(places: Mapping[int, float], widths: Mapping[int, int]) -> tuple[float, float]:
    return (
        min((x - widths[node] / 2 for node, x in places.items()), default=0),
        max((x + widths[node] / 2 for node, x in places.items()), default=0),
    )


def _crossed(layers: Layers, above: Mapping[int, list[int]]) -> set[Edge]:
    """Edges that cross the inside of a long edge, which is to be straight."""
    found: set[Edge] = set()
    for upper, lower in pairwise(layers.rows):
        places = {node: place for place, node in enumerate(upper)}
        inner = [places[above[node][0]] if _is_inner(node, above, layers.points) else None for node in lower]
        rightmost = list(accumulate((-1 if up is None else up for up in inner), max))
        leftmost = list(accumulate((len(upper) if up is None else up for up in reversed(inner)), min))[::-1]
        for at, node in enumerate(lower):
            if inner[at] is None:
                near = range(rightmost[at], leftmost[at] + 1)
                found.update((other, node) for other in above.get(node, ()) if places[other] not in near)
    return found


def _is_inner(node: int, above: Mapping[int, list[int]], points: frozenset[int]) -> bool:
    """Whether an edge comes to this point from another point of the same long edge."""
    return node in points and above[node][0] in points


def _aligned(rows: Rows, near: Mapping[int, list[int]], crossed: set[Edge]) -> tuple[dict[int, int], dict[int, int]]:
    """Nodes in vertical blocks: the first of each one's block, and the next in it, around to the first."""
    root = {node: node for row in rows for node in row}
    following = dict(root)
    for before, row in pairwise(rows):
        places = {node: place for place, node in enumerate(before)}
        last = -1
        for node in row:
            others = sorted(near.get(node, ()), key=places.__getitem__)
            for at in {(len(others) - 1) // 2, len(others) // 2} if others else ():
                other = others[at]
                if following[node] != node or places[other] <= last:
                    continue
                if (other, node) in crossed or (node, other) in crossed:
                    continue
                following[other] = node
                root[node] = root[other]
                following[node] = root[node]
                last = places[other]
    return root, following


def _compacted(
    rows: Rows, root: Mapping[int, int], following: Mapping[int, int], widths: Mapping[int, int], gap: int
) -> dict[int, float]:
    """Blocks as far to the left as their neighbours let them, then to the right where nothing holds them."""
    apart: dict[int, dict[int, float]] = {}
    behind: dict[int, dict[int, float]] = {}
    for row in rows:
        for one, two in pairwise(row):
            room = (widths[one] + widths[two]) / 2 + gap
            left, right = root[one], root[two]
            apart.setdefault(right, {})[left] = max(room, apart.get(right, {}).get(left, 0))
            behind.setdefault(left, {})[right] = apart[right][left]
    order = _topological([node for row in rows for node in row if root[node] == node], apart, behind)
    places: dict[int, float] = {}
    for block in order:
        places[block] = max((places[left] + room for left, room in apart.get(block, {}).items()), default=0.0)
    for block in reversed(order):
        limit = min((places[right] - room for right, room in behind.get(block, {}).items()), default=places[block])
        places[block] = max(places[block], limit)
    return {node: places[block] for node, block in root.items()}


def _topological(
    blocks: Sequence[int], apart: Mapping[int, Mapping[int, float]], behind: Mapping[int, Mapping[int, float]]
) -> list[int]:
    waiting = {block: len(apart.get(block, ())) for block in blocks}
    ready = [block for block in blocks if not waiting[block]]
    for block in ready:
        for right in behind.get(block, ()):
            waiting[right] -= 1
            if not waiting[right]:
                ready.append(right)
    return ready
