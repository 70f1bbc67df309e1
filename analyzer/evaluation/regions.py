"""Parts of a program that cannot be followed: what they may have changed becomes unknown, and it is said why.

layers = []
for i in range(unknown_depth):      # skipped: `layers` becomes Unknown("...") and the run is marked as lost
    layers.append(Block())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from analyzer.evaluation import comparisons
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.values import Instance, Signal, Unknown, Value
from analyzer.syntax import ir
from analyzer.syntax.walking import walk


def bound_names(node: Any) -> frozenset[str]:
    """The names that a piece of code may bind in its own scope."""
    names: set[str] = set()
    stack: list[Any] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(current)
            continue
        if isinstance(current, (ir.Function, ir.Class)):
            names.add(current.name)
            continue
        if isinstance(current, ir.Lambda) or not isinstance(current, msgspec.Struct):
            continue
        names |= _binds(current)
        stack.extend(getattr(current, field) for field in current.__struct_fields__)
    return frozenset(names)


def _binds(node: Any) -> set[str]:
    from analyzer.evaluation.expressions import target_names

    match node:
        case ir.Assign(targets=targets):
            return set().union(*(target_names(target) for target in targets))
        case ir.Annotate(target=target) | ir.Augment(target=target) | ir.For(target=target):
            return target_names(target)
        case ir.WithItem(target=target) if target is not None:
            return target_names(target)
        case ir.Walrus(name=name) | ir.Handler(name=str(name)):
            return {name}
        case ir.Import(names=aliases):
            return {alias.binding or alias.name.partition(".")[0] for alias in aliases}
        case ir.ImportFrom(names=aliases):
            return {alias.binding or alias.name for alias in aliases}
    return set()


def compile_skip(node: ir.For | ir.While, scope: Scope) -> Callable[[Frame, Unknown], None]:
    """The closure that stands for a loop whose iterations are not known."""
    bound: frozenset[str] | None = None
    used: tuple[str, ...] = ()

    def skip(frame: Frame, unknown: Unknown) -> None:
        nonlocal bound, used
        if bound is None:
            bound = bound_names(node)
            used = tuple(dict.fromkeys(n.name for n in walk(node.body) if isinstance(n, ir.Name)))
        forget(frame, node.body, bound, used, Unknown(unknown.reason, unknown.place, shrinks=may_remove(node.body)))

    return skip


def may_remove(body: tuple[Any, ...]) -> bool:
    """Whether code deletes or replaces parts of objects."""
    return any(
        isinstance(node, ir.Delete)
        or (isinstance(node, ir.Assign) and any(isinstance(t, (ir.Attribute, ir.Subscript)) for t in node.targets))
        for node in walk(body)
    )


def forget(frame: Frame, body: Any, bound: frozenset[str], used: tuple[str, ...], unknown: Unknown) -> None:
    """Make unknown what code that binds and uses these names may have changed, and mark the run where it may have."""
    from analyzer.evaluation.effects import may_change

    def look_up(name: str) -> Value:
        return _home(frame, name).get(name)

    for name in used:
        names = _home(frame, name)
        value = names.get(name)
        if not isinstance(value, (list, dict, set, Instance)) or not may_change(body, name, look_up):
            continue
        frame.run.lose(unknown)
        if isinstance(value, Instance):
            value.incomplete = value.incomplete or unknown
            continue
        if names is frame.namespace.names:
            frame.run.note(names, name)
        names[name] = unknown
    for name in bound:
        frame.names[name] = unknown


def _home(frame: Frame, name: str) -> dict[str, Value]:
    """The names among which a name is found."""
    home: Frame | None = frame
    while home is not None:
        if name in home.names:
            return home.names
        home = home.parent
    return frame.namespace.names


def join(
    frame: Frame,
    body: Callable[[Frame], Signal | None],
    orelse: Callable[[Frame], Signal | None],
    names: frozenset[str],
    unknown: Unknown,
) -> Signal | None:
    """Follow both branches of an undecided `if` where the run cannot fork: names that differ become unknown."""
    before = {name: frame.names[name] for name in names if name in frame.names}
    first = body(frame)
    after = {name: frame.names[name] for name in names if name in frame.names}
    for name in names:
        if name in before:
            frame.names[name] = before[name]
        else:
            frame.names.pop(name, None)
    second = orelse(frame)
    for name in names:
        one, other = after.get(name, _MISSING), frame.names.get(name, _MISSING)
        if one is _MISSING and other is _MISSING:
            continue
        if one is other or (one is not _MISSING and other is not _MISSING and _same(frame, one, other)):
            continue
        frame.names[name] = unknown
    if first is None and second is None:
        return None
    frame.run.lose(unknown)
    if first is not None and second is not None and first.value is second.value:
        return first
    return Signal(unknown)


_MISSING: Value = object()


def _same(frame: Frame, one: Value, other: Value) -> bool:
    if type(one) is not type(other) or isinstance(one, (Instance, Unknown)):
        return False
    return comparisons.equals(frame.run, one, other) is True
