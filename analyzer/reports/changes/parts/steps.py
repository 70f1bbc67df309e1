"""The tree of layers that were added, removed, changed or moved, one line for each.

rows([change])      [Row("+", "blocks.2", "Sequential, 3 layers in it", "+4,648")]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analyzer.change import Change, LayerChange, Setting, Step
from analyzer.reports.changes.parts.figures import signed
from analyzer.reports.changes.parts.sentences import counted

SIGNS = {Step.ADDED: "+", Step.REMOVED: "-", Step.CHANGED: "!", Step.MOVED: "!"}
MOST_SETTINGS = 6
LONGEST_TEXT = 40
ITSELF = "(itself)"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the tree."""

    sign: str
    path: str
    """With `*` for a number, where the row stands for several layers."""
    what: str
    delta: str
    """Of each layer."""
    times: int = 1
    """How many layers it stands for."""
    brief: str = ""
    """The type, and the first of what is different about it."""

    @property
    def figure(self) -> str:
        """`+4,648`, or `12 × +4,648`."""
        return f"{self.times} × {self.delta}" if self.times > 1 and self.delta else self.delta

    @property
    def layers(self) -> str:
        """The path, and how many layers where there are several."""
        return f"{self.path} ({self.times})" if self.times > 1 else self.path


def rows(changes: Sequence[LayerChange]) -> list[Row]:
    """A row for each change; those that differ in the numbers of their paths alone are told once."""
    groups: dict[tuple[str, str, str, str, str], list[str]] = {}
    for change in changes:
        pattern = re.sub(r"(?<![^.])\d+(?![^.])", "*", change.path)
        key = (SIGNS[change.step], pattern, _what(change), signed(change.parameters), _what(change, most=1))
        groups.setdefault(key, []).append(change.path or ITSELF)
    return [
        Row(sign, _together(paths), what, delta, len(paths), brief)
        for (sign, _, what, delta, brief), paths in groups.items()
    ]


def _together(paths: Sequence[str]) -> str:
    """`blocks.*.fc` for paths that differ in a number."""
    parts = zip(*(path.split(".") for path in paths), strict=True)
    return ".".join(part[0] if len(set(part)) == 1 else "*" for part in parts)


def _what(change: LayerChange, most: int = MOST_SETTINGS) -> str:
    """The type, and what is different about it."""
    kind = change.type if change.type_before is None else f"{change.type_before} → {change.type}"
    if change.step is Step.MOVED:
        return f"{kind}, was {change.path_before or '(itself)'}"
    if change.type_before is not None:
        return kind
    if change.step is not Step.CHANGED:
        return f"{kind}, {counted(change.below, 'layer')} in it" if change.below else kind
    shown = change.settings or change.shapes
    texts = [_setting(setting) for setting in shown[:most]]
    more = [f"{len(shown) - most} more"] if len(shown) > most else []
    return "  ".join([kind, ", ".join([*texts, *more])]).rstrip()


def _setting(setting: Setting) -> str:
    """`out_channels 64 → 96`, `bias gone`."""
    if setting.before is None:
        return f"{setting.name} {_cut(setting.after or '')} new"
    if setting.after is None:
        return f"{setting.name} gone"
    return f"{setting.name} {_cut(setting.before)} → {_cut(setting.after)}"


def alike(changes: Sequence[Change]) -> list[list[Change]]:
    """Models in groups for which layers, causes and checkpoints are the same, as of a class and its instance."""
    groups: dict[object, list[Change]] = {}
    for change in changes:
        told = change.layers, change.causes, change.checkpoint
        groups.setdefault(told if change.layers or change.causes else change.id, []).append(change)
    return list(groups.values())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
