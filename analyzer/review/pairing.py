"""Matches what is gone with what is new, so that the way back gives the same pairs.

pairs(["fc"], ["head"], alike)                          [("fc", "head")], where alike("fc", "head") is more than 0
closeness("blocks.0.attn.qkv", "layers.0.attn.qkv")     0.75, of four parts the last three are the same
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

Item = TypeVar("Item")

MOST = 250_000
"""Pairs that are looked at; of more, the first stand for all."""


def pairs(gone: Sequence[Item], new: Sequence[Item], alike: Callable[[Item, Item], float]) -> list[tuple[Item, Item]]:
    """The best pairs first; each item in at most one.  `alike` is symmetric, and 0 for what is no pair at all.

    Among pairs that are equally good those at the front and at like places come first.
    """
    room = max(MOST // max(len(gone), len(new), 1), 1)
    gone, new = (gone[:room], new[:room]) if len(gone) * len(new) > MOST else (gone, new)
    scored = [
        (-score, i + j, abs(i - j), i, j)
        for i, one in enumerate(gone)
        for j, other in enumerate(new)
        if (score := alike(one, other)) > 0
    ]
    taken_gone: set[int] = set()
    taken_new: set[int] = set()
    found = []
    for *_, i, j in sorted(scored):
        if i not in taken_gone and j not in taken_new:
            taken_gone.add(i)
            taken_new.add(j)
            found.append((gone[i], new[j]))
    return found


def closeness(one: str, other: str) -> float:
    """How much of two dotted paths is the same at their beginnings and ends, from 0 to 1."""
    ours, theirs = one.split("."), other.split(".")
    shorter = min(len(ours), len(theirs))
    front = next((at for at in range(shorter) if ours[at] != theirs[at]), shorter)
    back = next((at for at in range(shorter - front) if ours[-1 - at] != theirs[-1 - at]), shorter - front)
    return (front + back) / max(len(ours), len(theirs))


def resemblance(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1."""
    if one == other:
        return 1.0
    first, second = sorted((one[:200], other[:200]))
    return SequenceMatcher(None, first, second, autojunk=False).ratio()
