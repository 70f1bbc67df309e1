"""The keys of a state_dict that a change touches, as lines: those that keep old weights from loading first.

[Mention("reshaped", "fc.weight", "[10, 64] → [20, 64]"), Mention("renamed", "head.bias", "was fc.bias"), ...]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.change import Checkpoint
from analyzer.reports.parts.figures import shape


@dataclass(frozen=True, slots=True)
class Mention:
    """One key: what became of it, its name, and shapes or its old name."""

    what: str
    name: str
    more: str


def mentions(checkpoint: Checkpoint) -> Iterator[Mention]:
    """Every key that is not the same."""
    for one in checkpoint.reshaped:
        yield Mention("reshaped", one.name, f"{shape(one.before) or '?'} → {shape(one.after) or '?'}")
    for renaming in checkpoint.renamed:
        yield Mention("renamed", renaming.after, f"was {renaming.before}")
    for key in checkpoint.removed:
        yield Mention("gone", key.name, shape(key.shape) or "?")
    for key in checkpoint.added:
        yield Mention("new", key.name, shape(key.shape) or "?")
