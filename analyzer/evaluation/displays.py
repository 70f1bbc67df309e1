"""Displays and comprehensions made into closures: `[a, *b]`, `{k: v, **more}`, `(f(x) for x in y if x)`.

compile_display(Display("list", (Constant(1), Starred(Name("b")))), scope)(frame)     -> [1, 2, 3]
"""

from __future__ import annotations

from typing import Any

from analyzer.evaluation import assignment, expressions, iteration, operations, rounds
from analyzer.evaluation.call_expressions import Evaluator
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.generator_objects import Generator
from analyzer.evaluation.values import Unknown, Value
from analyzer.syntax import ir


def compile_display(node: ir.Display, scope: Scope) -> Evaluator:
    if node.kind == "set":
        items = compile_display(ir.Display(node.span, "list", node.elements), scope)
        return lambda frame: made_set(frame, items(frame))
    make: Any = {"tuple": tuple, "list": list}[node.kind]
    if not any(isinstance(element, ir.Starred) for element in node.elements):
        size = len(node.elements)
        if size > iteration.LONG:
            return _long_display(node, scope)
        parts = tuple(expressions.compile_expression(element, scope) for element in node.elements)
        if node.kind == "list":
            return lambda frame: [part(frame) for part in parts]
        return lambda frame: make([part(frame) for part in parts])
    mixed = [
        (True, expressions.compile_expression(element.value, scope))
        if isinstance(element, ir.Starred)
        else (False, expressions.compile_expression(element, scope))
        for element in node.elements
    ]

    def evaluate(frame: Frame) -> Value:
        items: list[Value] = []
        for starred, part in mixed:
            value = part(frame)
            if not starred:
                items.append(value)
            elif isinstance(value, Unknown):
                return value
            else:
                items.extend(frame.run.paid(iteration.iterate(frame.run, value)))
        frame.run.check_size(len(items))
        return make(items)

    return evaluate


def _long_display(node: ir.Display, scope: Scope) -> Evaluator:
    """A list or tuple of so many elements that they are paid for."""
    parts = tuple(expressions.compile_expression(element, scope) for element in node.elements)

    def evaluate(frame: Frame) -> Value:
        frame.run.check_size(len(parts))
        items = [part(frame) for part in parts]
        return items if node.kind == "list" else tuple(items)

    return evaluate


def made_set(frame: Frame, items: Value) -> Value:
    """The set of a list's elements, which may not be known."""
    return items if isinstance(items, Unknown) else iteration.make_set(frame.run, items)


def compile_dict(node: ir.DictDisplay, scope: Scope) -> Evaluator:
    parts = [
        (
            None if key is None else expressions.compile_expression(key, scope),
            expressions.compile_expression(value, scope),
        )
        for key, value in zip(node.keys, node.values, strict=True)
    ]

    def evaluate(frame: Frame) -> Value:
        result: dict[Value, Value] = {}
        for key, value in parts:
            if key is not None:
                iteration.set_key(frame.run, result, key(frame), value(frame))
                continue
            more = operations.payload(value(frame))
            if isinstance(more, Unknown):
                return more
            frame.run.check_size(len(more) if isinstance(more, dict) else 0)
            result.update(more if isinstance(more, dict) else iteration.mapping_of(frame.run, more))
        return result

    return evaluate


def compile_comprehension(node: ir.Comprehension, scope: Scope) -> Evaluator:
    names: set[str] = set()
    for generator in node.generators:
        names |= expressions.target_names(generator.target)
    inner = Scope("comprehension", scope.file, scope, frozenset(names), prefix=scope.prefix)
    first = expressions.compile_expression(node.generators[0].iterable, scope)
    clauses = [
        (
            None if index == 0 else expressions.compile_expression(generator.iterable, inner),
            assignment.compile_target(generator.target, inner),
            [expressions.compile_expression(condition, inner) for condition in generator.conditions],
        )
        for index, generator in enumerate(node.generators)
    ]
    key = None if node.key is None else expressions.compile_expression(node.key, inner)
    element = expressions.compile_expression(node.element, inner)

    one_clause = len(clauses) == 1 and not clauses[0][2] and node.kind in ("list", "generator")

    def produce(frame: Frame, depth: int, source: Value) -> Any:
        _, assign, conditions = clauses[depth]
        run = frame.run
        made = iteration.made(source)
        for number, item in enumerate(iteration.iterate(run, source)):
            if number >= made or not number & 15:
                run.step()
            assign(frame, item)
            if not all(operations.truth(run, condition(frame)) for condition in conditions):
                continue
            if depth + 1 < len(clauses):
                iterable = clauses[depth + 1][0]
                assert iterable is not None
                yield from produce(frame, depth + 1, iterable(frame))
            else:
                yield (None if key is None else key(frame), element(frame))

    def evaluate(frame: Frame) -> Value:
        source = first(frame)
        if isinstance(source, Unknown):
            return source
        child = Frame(frame.run, frame.namespace, {}, frame, None)
        if type(source) is rounds.Range and one_clause:

            def make(number: Value) -> Value:
                clauses[0][1](child, number)
                return element(child)

            return rounds.repeat(frame.run, source, make)
        if node.kind == "generator":
            return Generator(frame.run, (value for _, value in produce(child, 0, source)))
        try:
            if node.kind == "dict":
                result: dict[Value, Value] = {}
                for name, value in produce(child, 0, source):
                    iteration.set_key(frame.run, result, name, value)
                return result
            items = []
            for _, value in produce(child, 0, source):
                items.append(value)
                frame.run.check_size(len(items)) if len(items) & 0xFFFF == 0 else None
        except iteration.Untraversable as error:
            return error.unknown
        return iteration.make_set(frame.run, items) if node.kind == "set" else items

    return evaluate
