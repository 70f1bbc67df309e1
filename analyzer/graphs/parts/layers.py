"""Nodes in layers: every edge goes down, long ones by a point in each layer on their way, with few crossings.

    layered(3, [(0, 1), (1, 2), (0, 2)])     Layers(rows=[[0], [1, 3], [2]], edges=[(0, 1), (1, 2), (0, 3), (3, 2)],
                                                    chains={(0, 2): [0, 3, 2]}, points={3})

Nodes are numbers in topological order; the points of long edges have numbers from `count` on.  Edges from one node
share their points and part where they have to.
K. Sugiyama et al., Methods for visual understanding of hierarchical system structures, 1981.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Edge = tuple[int, int]
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Layers:
    """Rows from top to bottom, each from left to right; every edge joins a row with the next."""

    rows: list[list[int]]
    edges: list[Edge]
    chains: Mapping[Edge, list[int]]
    """For each edge that was given, what it passes, its ends included."""
    points: frozenset[int]


def layered(count: int, edges: Sequence[Edge]) -> Layers:
    """The layers of a graph of `count` nodes."""
    ranks = _ranks(count, edges)
    rows: list[list[int]] = [[] for _ in range(max(ranks, default=-1) + 1)]
    for node, rank in enumerate(ranks):
        rows[rank].append(node)
    chains: dict[Edge, list[int]] = {}
    trunks: dict[int, list[int]] = {}
    free = count
    for one, two in edges:
        trunk = trunks.setdefault(one, [one])
        for rank in range(ranks[one] + len(trunk), ranks[two]):
            rows[rank].append(free)
            trunk.append(free)
            free += 1
        chains[one, two] = [*trunk[: ranks[two] - ranks[one]], two]
    short = list(dict.fromkeys(step for chain in chains.values() for step in pairwise(chain)))
    return Layers(_ordered(rows, short), short, chains, frozenset(range(count, free)))


def _ranks(count: int, edges: Sequence[Edge]) -> list[int]:
    """The longest way from a source; a source stands right above what it feeds."""
    ranks = [0] * count
    below: list[list[int]] = [[] for _ in range(count)]
    fed = [False] * count
    for one, two in sorted(edges):
        ranks[two] = max(ranks[two], ranks[one] + 1)
        below[one].append(two)
        fed[two] = True
    for node in range(count):
        if not fed[node] and below[node]:
            ranks[node] = min(ranks[other] for other in below[node]) - 1
    return ranks


def neighbours(edges: Sequence[Edge]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """What lies above each node, and what lies below it."""
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for one, two in edges:
        above.setdefault(two, []).append(one)
        below.setdefault(one, []).append(two)
    return above, below


def _ordered(rows: list[list[int]], edges: Sequence[Edge]) -> list[list[int]]:
    """Rows ordered by the mean place of their neighbours, down and up in turn; the order with the fewest crossings."""
    above, below = neighbours(edges)
    best, fewest = rows, crossings(rows, below)
    rows = [list(row) for row in rows]
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        down = sweep % 2 == 0
        near = above if down else below
        way = range(1, len(rows)) if down else range(len(rows) - 2, -1, -1)
        for rank in way:
            fixed = {node: place for place, node in enumerate(rows[rank - 1 if down else rank + 1])}
            rows[rank] = _sorted(rows[rank], fixed, near)
        found = crossings(rows, below)
        if found < fewest:
            best, fewest = [list(row) for row in rows], found
    return best


def _sorted(row: list[int], fixed: Mapping[int, int], near: Mapping[int, list[int]]) -> list[int]:
    """The row by the mean place of each node's neighbours; a node that has none keeps its place."""
    places = {node: [fixed[other] for other in near.get(node, ())] for node in row}
    means = {node: sum(found) / len(found) for node, found in places.items() if found}
    moving = iter(sorted(means, key=lambda node: means[node]))
    return [next(moving) if node in means else node for node in row]


def crossings(rows: Sequence[Sequence[int]], below: Mapping[int, list[int]]) -> int:
    """How many pairs of edges cross."""
    total = 0
    for one, two in pairwise(rows):
        places = {node: place for place, node in enumerate(two)}
        seen: list[int] = []
        for node in one:
            ends = sorted(places[other] for other in below.get(node, ()))
            total += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return total
