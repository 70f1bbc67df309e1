"""Binding: assignment targets and `del` made into closures.

assign = compile_target(Display("tuple", (Name("a"), Starred(Name("rest")))), scope)
assign(frame, [1, 2, 3])        frame.names == {"a": 1, "rest": [2, 3]}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import attribute_writing, expressions, iteration
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.iteration import Untraversable, iterate
from analyzer.evaluation.run import Run
from analyzer.evaluation.values import Unknown, Value
from analyzer.syntax import ir

Assigner = Callable[[Frame, Value], None]


def compile_target(target: Any, scope: Scope) -> Assigner:
    """The closure that binds a value to an assignment target."""
    if isinstance(target, ir.Name):
        return _compile_name(target.name, scope)
    if isinstance(target, ir.Attribute):
        owner, name = expressions.compile_expression(target.value, scope), target.name

        def set_attribute(frame: Frame, value: Value) -> None:
            attribute_writing.set_attribute(frame.run, owner(frame), name, value)

        return set_attribute
    if isinstance(target, ir.Subscript):
        container, index = (
            expressions.compile_expression(target.value, scope),
            expressions.compile_expression(target.index, scope),
        )

        def put(frame: Frame, value: Value) -> None:
            iteration.set_item(frame.run, container(frame), index(frame), value)

        return put
    if isinstance(target, ir.Starred):
        return compile_target(target.value, scope)
    return _compile_unpacking(target, scope)


def _compile_name(name: str, scope: Scope) -> Assigner:
    depth = scope.depth_of(name)
    if depth == 0:

        def local(frame: Frame, value: Value) -> None:
            frame.names[name] = value

        return local
    if depth is None:

        def set_global(frame: Frame, value: Value) -> None:
            names = frame.namespace.names
            frame.run.note(names, name)
            names[name] = value

        return set_global

    def nonlocal_(frame: Frame, value: Value) -> None:
        target: Any = frame
        for _ in range(depth):
            target = target.parent
        extent = frame.run.extent
        if extent is not None and target.born < extent.born:
            extent.pure = False
        target.names[name] = value

    return nonlocal_


def _compile_unpacking(target: ir.Display, scope: Scope) -> Assigner:
    parts = [compile_target(element, scope) for element in target.elements]
    star = next((i for i, element in enumerate(target.elements) if isinstance(element, ir.Starred)), None)

    def unpack(frame: Frame, value: Value) -> None:
        run = frame.run
        if isinstance(value, Unknown):
            for assign in parts:
                assign(frame, value)
            return
        try:
            items = _take(run, value, None if star is not None else len(parts))
        except Untraversable as error:
            for assign in parts:
                assign(frame, error.unknown)
            return
        if star is not None:
            after = len(parts) - star - 1
            if len(items) < star + after:
                raise raised(run, "ValueError", f"not enough values to unpack (expected at least {star + after})")
            items[star : len(items) - after] = [items[star : len(items) - after]]
        elif len(items) != len(parts):
            word = "too many" if len(items) > len(parts) else "not enough"
            raise raised(run, "ValueError", f"{word} values to unpack (expected {len(parts)})")
        for assign, item in zip(parts, items, strict=True):
            assign(frame, item)

    return unpack


def _take(run: Run, value: Value, most: int | None) -> list[Value]:
    if type(value) is tuple and len(value) == most:
        run.pay(most)
        return list(value)
    items: list[Value] = []
    for item in iterate(run, value):
        items.append(item)
        if most is not None and len(items) > most:
            break
        run.step()
    return items


def compile_delete(target: Any, scope: Scope) -> Callable[[Frame], None]:
    """The closure for one target of `del`."""
    if isinstance(target, ir.Name):
        name = target.name

        def forget(frame: Frame) -> None:
            names = frame.names if name in frame.names else frame.namespace.names
            if name not in names:
                raise raised(frame.run, "NameError", f"name '{name}' is not defined")
            if names is frame.namespace.names:
                frame.run.note(names, name)
            del names[name]

        return forget
    if isinstance(target, ir.Attribute):
        owner, attribute = expressions.compile_expression(target.value, scope), target.name
        return lambda frame: attribute_writing.delete_attribute(frame.run, owner(frame), attribute)
    if isinstance(target, ir.Subscript):
        container, index = (
            expressions.compile_expression(target.value, scope),
            expressions.compile_expression(target.index, scope),
        )
        return lambda frame: iteration.delete_item(frame.run, container(frame), index(frame))
    deletes = [compile_delete(element, scope) for element in target.elements]

    def each(frame: Frame) -> None:
        for delete in deletes:
            delete(frame)

    return each
