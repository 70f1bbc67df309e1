"""Expressions of the IR made into closures that give a value in a frame.

evaluate = compile_expression(Binary("+", Name("a"), Constant(1)), scope)
evaluate(Frame(run, namespace, {"a": 2}))        -> 3
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import (
    assignment,
    attributes,
    call_expressions,
    comparisons,
    displays,
    iteration,
    operations,
    strings,
)
from analyzer.evaluation.exceptions import raised
from analyzer.evaluation.extents import ABSENT
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.run import Undecidable
from analyzer.evaluation.values import Code, Deferred, Function, Place, Unknown, Value
from analyzer.syntax import ir

Evaluator = Callable[[Frame], Value]


class Unsupported(Exception):
    """A construct that the interpreter does not follow."""

    def __init__(self, reason: str, place: Place) -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


def compile_expression(node: Any, scope: Scope) -> Evaluator:
    """The closure for any expression node."""
    return _COMPILERS[type(node)](node, scope)


def _constant(node: ir.Constant, scope: Scope) -> Evaluator:
    value = constant_value(node)
    return lambda frame: value


def constant_value(node: ir.Constant) -> Value:
    """The Python value of a literal."""
    raw: Any = node.value
    match node.kind:
        case "int":
            return int(raw) if len(raw) < 4000 else Unknown("an integer literal of over 4,000 digits", None, plain=True)
        case "complex":
            return complex(raw)
        case "bytes":
            return raw.encode("latin-1")
        case "ellipsis":
            return Ellipsis
        case "none":
            return None
        case "float":
            return float(raw)
    return raw


def _name(node: ir.Name, scope: Scope) -> Evaluator:
    name = node.name
    depth = scope.depth_of(name)
    if depth is None:
        return _global(name)
    if scope.kind == "class" and depth == 0:
        assert scope.parent is not None
        outer = _name(node, scope.parent)

        def in_class(frame: Frame) -> Value:
            if name in frame.names:
                return frame.names[name]
            assert frame.parent is not None
            return outer(frame.parent)

        return in_class
    if depth == 0:

        def local(frame: Frame) -> Value:
            try:
                return frame.names[name]
            except KeyError:
                raise _unbound(frame, name) from None

        return local
    if depth == 1:

        def enclosing(frame: Frame) -> Value:
            home: Any = frame.parent
            try:
                value = home.names[name]
            except KeyError:
                raise _unbound(frame, name) from None
            extent = frame.run.extent
            if extent is not None and home.born < extent.born:
                extent.read(home.names, name, value, home.born)
            return value

        return enclosing

    def far(frame: Frame) -> Value:
        target: Any = frame
        for _ in range(depth):
            target = target.parent
        try:
            value = target.names[name]
        except KeyError:
            raise _unbound(frame, name) from None
        extent = frame.run.extent
        if extent is not None and target.born < extent.born:
            extent.read(target.names, name, value, target.born)
        return value

    return far


def _unbound(frame: Frame, name: str) -> Exception:
    frame.run.impure()
    return raised(
        frame.run, "UnboundLocalError", f"cannot access local variable '{name}' where it is not associated with a value"
    )


def _global(name: str) -> Evaluator:
    def look_up(frame: Frame) -> Value:
        names, run = frame.namespace.names, frame.run
        extent = run.extent
        if name in names:
            value = names[name]
            if type(value) is Deferred:
                value = run.session.settled(run, names, name)
            if extent is not None:
                extent.read(names, name, value, 0)
            return value
        if extent is not None:
            extent.read(names, name, ABSENT, 0)
        return run.session.builtin(run, name, frame.namespace)

    return look_up


def _attribute(node: ir.Attribute, scope: Scope) -> Evaluator:
    value = compile_expression(node.value, scope)
    name = node.name
    get = attributes.get_attribute
    return lambda frame: get(frame.run, value(frame), name)


def _subscript(node: ir.Subscript, scope: Scope) -> Evaluator:
    value = compile_expression(node.value, scope)
    index = compile_expression(node.index, scope)
    if isinstance(node.value, ir.Name) and isinstance(node.index, (ir.Name, ir.Constant)):
        name = node.value.name
        if scope.depth_of(name) is None:
            return _item_of_global(name, value, index)
    return lambda frame: iteration.get_item(frame.run, value(frame), index(frame))


def _item_of_global(name: str, value: Evaluator, index: Evaluator) -> Evaluator:
    """`TABLE[key]`: an extent depends on that item alone, not on all that the table holds."""

    def get_item(frame: Frame) -> Value:
        run = frame.run
        extent, names = run.extent, frame.namespace.names
        table = names.get(name) if extent is not None else None
        if extent is None or type(table) is not dict:
            return iteration.get_item(run, value(frame), index(frame))
        key = index(frame)
        if type(key) is not str or key not in table:
            extent.read(names, name, table, 0)
            return iteration.get_item(run, table, key)
        extent.look_in(names, name, table)
        extent.read(table, key, table[key], 0)
        return table[key]

    return get_item


def _slice(node: ir.Slice, scope: Scope) -> Evaluator:
    lower, upper, step = (
        compile_expression(part, scope) if part is not None else _none for part in (node.lower, node.upper, node.step)
    )
    return lambda frame: slice(lower(frame), upper(frame), step(frame))


def _none(_frame: Frame) -> None:
    return None


def _unary(node: ir.Unary, scope: Scope) -> Evaluator:
    sign = node.operator
    operand = compile_expression(node.operand, scope)
    apply = operations.unary
    return lambda frame: apply(frame.run, sign, operand(frame))


def _binary(node: ir.Binary, scope: Scope) -> Evaluator:
    sign = node.operator
    left, right = compile_expression(node.left, scope), compile_expression(node.right, scope)
    apply = operations.binary
    return lambda frame: apply(frame.run, sign, left(frame), right(frame))


def _boolean(node: ir.Boolean, scope: Scope) -> Evaluator:
    parts = tuple(compile_expression(value, scope) for value in node.values[:-1])
    last = compile_expression(node.values[-1], scope)
    stops_at = node.operator == "or"

    def evaluate(frame: Frame) -> Value:
        for part in parts:
            value = part(frame)
            if value is stops_at:
                return value
            try:
                if operations.truth(frame.run, value) is stops_at:
                    return value
            except Undecidable as error:
                rest = last(frame)
                if value is rest:
                    return value
                return Unknown(str(error.condition), error.place)
        return last(frame)

    return evaluate


def _compare(node: ir.Compare, scope: Scope) -> Evaluator:
    left = compile_expression(node.left, scope)
    comparators = [compile_expression(c, scope) for c in node.comparators]
    compare = comparisons.compare
    if len(comparators) == 1:
        sign, right = node.operators[0], comparators[0]
        return lambda frame: compare(frame.run, sign, left(frame), right(frame))
    pairs = list(zip(node.operators, comparators, strict=True))

    def chained(frame: Frame) -> Value:
        value = left(frame)
        result: Value = True
        for sign, right in pairs:
            other = right(frame)
            result = compare(frame.run, sign, value, other)
            if not operations.truth(frame.run, result):
                return result
            value = other
        return result

    return chained


def _conditional(node: ir.Conditional, scope: Scope) -> Evaluator:
    test = compile_expression(node.test, scope)
    body, orelse = compile_expression(node.body, scope), compile_expression(node.orelse, scope)

    def evaluate(frame: Frame) -> Value:
        value = test(frame)
        try:
            taken = value if value is True or value is False else operations.truth(frame.run, value)
        except Undecidable as error:
            one, other = body(frame), orelse(frame)
            same = type(one) is type(other) and comparisons.equals(frame.run, one, other) is True
            return one if same else Unknown(str(error.condition), error.place)
        return body(frame) if taken else orelse(frame)

    return evaluate


def _lambda(node: ir.Lambda, scope: Scope) -> Evaluator:
    names = frozenset(p.name for p in node.parameters.parameters)
    inner = Scope("function", scope.file, scope, names, prefix=f"{scope.prefix}<lambda>.<locals>.")

    def make() -> Callable[[Frame], Value]:
        return compile_expression(node.body, inner)

    code = Code("<lambda>", node, Place(scope.file, node.span), make)
    defaults = compile_defaults(node.parameters, scope)
    qualified_name = f"{scope.prefix}<lambda>"
    return lambda frame: Function(code, frame, frame.namespace, defaults(frame), qualified_name)


def compile_defaults(parameters: ir.Parameters, scope: Scope) -> Callable[[Frame], dict[str, Value]]:
    """The closure for the defaults of a function, evaluated where it is defined."""
    parts = [(p.name, compile_expression(p.default, scope)) for p in parameters.parameters if p.default is not None]
    return lambda frame: {name: value(frame) for name, value in parts}


def _starred(node: ir.Starred, scope: Scope) -> Evaluator:
    raise Unsupported("a starred expression outside of a call or display", Place(scope.file, node.span))


def target_names(target: Any) -> set[str]:
    """The names that an assignment target binds."""
    if isinstance(target, ir.Name):
        return {target.name}
    if isinstance(target, ir.Starred):
        return target_names(target.value)
    if isinstance(target, ir.Display):
        return set().union(*(target_names(element) for element in target.elements)) if target.elements else set()
    return set()


def _fstring(node: ir.FString, scope: Scope) -> Evaluator:
    parts: list[Any] = []
    for part in node.parts:
        if isinstance(part, ir.Constant):
            parts.append(part.value)
        else:
            spec = None if part.spec is None else _fstring(part.spec, scope)
            parts.append((compile_expression(part.value, scope), part.conversion, spec))

    def evaluate(frame: Frame) -> Value:
        texts: list[str] = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value, conversion, spec = part
            text = strings.format_value(frame.run, value(frame), conversion, spec(frame) if spec else "")
            if isinstance(text, Unknown):
                return text
            texts.append(text)
        frame.run.check_size(sum(map(len, texts)))
        return "".join(texts)

    return evaluate


def _walrus(node: ir.Walrus, scope: Scope) -> Evaluator:
    value = compile_expression(node.value, scope)
    target: Scope = scope
    up = 0
    while target.kind == "comprehension" and target.parent is not None:
        target, up = target.parent, up + 1
    name = node.name
    assign = assignment.compile_target(ir.Name(node.span, name), target)

    def evaluate(frame: Frame) -> Value:
        result = value(frame)
        home: Any = frame
        for _ in range(up):
            home = home.parent
        assign(home, result)
        return result

    return evaluate


def _yield(node: ir.Yield, scope: Scope) -> Evaluator:
    raise Unsupported("a yield inside of another expression", Place(scope.file, node.span))


def _await(node: ir.Await, scope: Scope) -> Evaluator:
    return compile_expression(node.value, scope)


_COMPILERS: dict[type, Callable[[Any, Scope], Evaluator]] = {
    ir.Constant: _constant, ir.Name: _name, ir.Attribute: _attribute, ir.Subscript: _subscript, ir.Slice: _slice,
    ir.Call: call_expressions.compile_call, ir.Unary: _unary, ir.Binary: _binary, ir.Boolean: _boolean,
    ir.Compare: _compare,
    ir.Conditional: _conditional, ir.Lambda: _lambda, ir.Display: displays.compile_display,
    ir.DictDisplay: displays.compile_dict,
    ir.Starred: _starred, ir.Comprehension: displays.compile_comprehension, ir.FString: _fstring, ir.Walrus: _walrus,
    ir.Yield: _yield, ir.Await: _await,
}  # fmt: skip
