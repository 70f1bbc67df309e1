"""`match` patterns made into closures that test a value and bind names.

case Config(width=int(w)):      matches(frame, value) -> True, and frame.names["w"] is bound
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import assignment, attributes, comparisons, operations
from analyzer.evaluation.expressions import compile_expression
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.values import Class, Instance, Unknown, Value
from analyzer.syntax import ir

Matcher = Callable[[Frame, Value], bool]


def compile_pattern(pattern: Any, scope: Scope) -> Matcher:
    """The closure for any pattern node."""
    return _COMPILERS[type(pattern)](pattern, scope)


def _value(pattern: ir.PatternValue, scope: Scope) -> Matcher:
    expected = compile_expression(pattern.value, scope)
    literal = isinstance(pattern.value, ir.Constant) and pattern.value.kind in ("none", "bool")

    def matches(frame: Frame, value: Value) -> bool:
        other = expected(frame)
        same = comparisons.compare(frame.run, "is" if literal else "==", value, other)
        return operations.truth(frame.run, same)

    return matches


def _capture(pattern: ir.PatternCapture, scope: Scope) -> Matcher:
    inner = None if pattern.pattern is None else compile_pattern(pattern.pattern, scope)
    assign = None if pattern.name is None else assignment.compile_target(ir.Name(pattern.span, pattern.name), scope)

    def matches(frame: Frame, value: Value) -> bool:
        if inner is not None and not inner(frame, value):
            return False
        if assign is not None:
            assign(frame, value)
        return True

    return matches


def _sequence(pattern: ir.PatternSequence, scope: Scope) -> Matcher:
    star = next((i for i, p in enumerate(pattern.patterns) if isinstance(p, ir.PatternStar)), None)
    parts = [compile_pattern(p, scope) for p in pattern.patterns]

    def matches(frame: Frame, value: Value) -> bool:
        value = operations.payload(value)
        if isinstance(value, Unknown):
            return frame.run.decide_unknown(value)
        if not isinstance(value, (list, tuple)):
            return False
        items = list(value)
        if star is not None:
            after = len(parts) - star - 1
            if len(items) < star + after:
                return False
            items[star : len(items) - after] = [items[star : len(items) - after]]
        return len(items) == len(parts) and all(part(frame, item) for part, item in zip(parts, items, strict=True))

    return matches


def _star(pattern: ir.PatternStar, scope: Scope) -> Matcher:
    return _capture(ir.PatternCapture(pattern.span, None, pattern.name), scope)


def _mapping(pattern: ir.PatternMapping, scope: Scope) -> Matcher:
    parts = [
        (compile_expression(key, scope), compile_pattern(inner, scope))
        for key, inner in zip(pattern.keys, pattern.patterns, strict=True)
    ]
    rest = None if pattern.rest is None else assignment.compile_target(ir.Name(pattern.span, pattern.rest), scope)

    def matches(frame: Frame, value: Value) -> bool:
        value = operations.payload(value)
        if not isinstance(value, dict):
            return False
        seen = []
        for key, inner in parts:
            name = key(frame)
            if name not in value or not inner(frame, value[name]):
                return False
            seen.append(name)
        if rest is not None:
            rest(frame, {key: item for key, item in value.items() if key not in seen})
        return True

    return matches


def _class(pattern: ir.PatternClass, scope: Scope) -> Matcher:
    type_ = compile_expression(pattern.type, scope)
    positional = [compile_pattern(p, scope) for p in pattern.positional]
    keywords = [(name, compile_pattern(p, scope)) for name, p in zip(pattern.names, pattern.keywords, strict=True)]

    def matches(frame: Frame, value: Value) -> bool:
        run = frame.run
        cls = type_(frame)
        if not operations.truth(run, attributes.is_instance(run, value, cls)):
            return False
        names: tuple[Any, ...] = ()
        if positional:
            found = cls.lookup("__match_args__") if isinstance(cls, Class) else None
            names = tuple(found[1]) if found is not None else ()
            if not names and not isinstance(value, Instance):
                return len(positional) == 1 and positional[0](frame, value)
        pairs = [*zip(names, positional, strict=False), *keywords]
        return all(
            attributes.has_attribute(run, value, name) is True
            and inner(frame, attributes.get_attribute(run, value, name))
            for name, inner in pairs
        )

    return matches


def _or(pattern: ir.PatternOr, scope: Scope) -> Matcher:
    parts = [compile_pattern(p, scope) for p in pattern.patterns]
    return lambda frame, value: any(part(frame, value) for part in parts)


_COMPILERS: dict[type, Callable[[Any, Scope], Matcher]] = {
    ir.PatternValue: _value, ir.PatternCapture: _capture, ir.PatternSequence: _sequence, ir.PatternStar: _star,
    ir.PatternMapping: _mapping, ir.PatternClass: _class, ir.PatternOr: _or,
}  # fmt: skip
