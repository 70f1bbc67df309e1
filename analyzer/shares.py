"""How work is shared out: in how many processes, and which files together.

jobs_for(work, items)            -> 2 on a machine with two cores, 1 where the work is small
grouped(work, items, 10)         -> [("models/a.py", "models/b.py"), ("models/c.py",), ...]
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from analyzer.work import Work

WORTH = 200_000
"""Bytes of source from which on further processes are started: below that their start takes longer than they save."""

Group = tuple[str, ...]


def jobs_for(work: Work, items: Sequence[str]) -> int:
    """How many processes the items are worth."""
    return _cores() if len(items) > 1 and sum(sizes(work, items)) > WORTH else 1


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def sizes(work: Work, items: Sequence[str]) -> list[int]:
    """The bytes of each item's file."""
    found = []
    for item in items:
        file = work.file(item)
        try:
            found.append(file.stat().st_size)
        except OSError:
            found.append(0)
    return found


def grouped(work: Work, items: Sequence[str], shares: int) -> list[Group]:
    """Neighbours together, which import the same, in about so many groups of like size; the largest group first."""
    weights = sizes(work, items)
    most = max(sum(weights) / shares, 1)
    groups: list[tuple[int, list[str]]] = []
    for item, weight in zip(items, weights, strict=True):
        if not groups or groups[-1][0] + weight / 2 > most:
            groups.append((0, []))
        total, group = groups[-1]
        groups[-1] = (total + weight, [*group, item])
    return [tuple(group) for _, group in sorted(groups, key=lambda one: -one[0])]
