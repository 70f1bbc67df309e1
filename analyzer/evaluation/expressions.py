"""Expressions of the IR made into closures that give a value in a frame.

    evaluate = compile_expression(Binary("+", Name("a"), Constant(1)), scope)
    evaluate(Frame(run, namespace, {"a": 2}))        -> 3
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import attributes, calls, iteration, operations, strings
from analyzer.evaluation.exceptions import raised
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
            try:
                return frame.parent.names[name]  # type: ignore[union-attr]  # the scope chain mirrors the frames
            except KeyError:
                raise _unbound(frame, name) from None

        return enclosing

    def far(frame: Frame) -> Value:
        target: Any = frame
        for _ in range(depth):
            target = target.parent
        try:
            return target.names[name]
        except KeyError:
            raise _unbound(frame, name) from None

    return far


def _unbound(frame: Frame, name: str) -> Exception:
    return raised(
        frame.run, "UnboundLocalError", f"cannot access local variable '{name}' where it is not associated with a value"
    )


def _global(name: str) -> Evaluator:
    def look_up(frame: Frame) -> Value:
        names = frame.namespace.names
        if name in names:
            value = names[name]
            return value if type(value) is not Deferred else frame.run.session.settled(frame.run, names, name)
        return frame.run.session.builtin(frame.run, name, frame.namespace)

    return look_up


def _attribute(node: ir.Attribute, scope: Scope) -> Evaluator:
    value = compile_expression(node.value, scope)
    name = node.name
    get = attributes.get_attribute
    return lambda frame: get(frame.run, value(frame), name)


def _subscript(node: ir.Subscript, scope: Scope) -> Evaluator:
    value = compile_expression(node.value, scope)
    index = compile_expression(node.index, scope)
    return lambda frame: iteration.get_item(frame.run, value(frame), index(frame))


def _slice(node: ir.Slice, scope: Scope) -> Evaluator:
    lower, upper, step = (
        compile_expression(part, scope) if part is not None else _none for part in (node.lower, node.upper, node.step)
    )
    return lambda frame: slice(lower(frame), upper(frame), step(frame))


def _none(_frame: Frame) -> None:
    return None


def _call(node: ir.Call, scope: Scope) -> Evaluator:
    place = Place(scope.file, node.span)
    plain = all(not a.star and a.keyword is None for a in node.arguments)
    simple = all(not a.star for a in node.arguments)
    positional = tuple(compile_expression(a.value, scope) for a in node.arguments if not a.star and a.keyword is None)
    keywords = tuple((a.keyword, compile_expression(a.value, scope)) for a in node.arguments if a.keyword is not None)
    gather = None if simple else _gather(node.arguments, scope)
    if isinstance(node.function, ir.Name) and node.function.name == "super" and not node.arguments:
        return calls.zero_argument_super
    if isinstance(node.function, ir.Attribute):
        return _method_call(node.function, scope, place, positional, keywords, gather)
    function = compile_expression(node.function, scope)
    call = calls.call
    if isinstance(node.function, ir.Name) and node.function.name in ("locals", "globals", "vars", "eval", "exec"):
        return _frame_call(node.function.name, function, positional, place)

    if plain:

        def call_plain(frame: Frame) -> Value:
            target = function(frame)
            arguments = [argument(frame) for argument in positional]
            frame.run.place = place
            return call(frame.run, target, arguments, {})

        return call_plain

    def call_any(frame: Frame) -> Value:
        target = function(frame)
        if gather is None:
            arguments: Any = [argument(frame) for argument in positional]
            named: Any = {keyword: value(frame) for keyword, value in keywords}
        else:
            arguments, named = gather(frame)
            if isinstance(arguments, Unknown):
                frame.run.place = place
                return calls.call_with_unknown_arguments(frame.run, target, arguments)
        frame.run.place = place
        return call(frame.run, target, arguments, named)

    return call_any


def _method_call(
    function: ir.Attribute,
    scope: Scope,
    place: Place,
    positional: tuple[Evaluator, ...],
    keywords: tuple[tuple[str, Evaluator], ...],
    gather: Callable[[Frame], tuple[Any, Any]] | None,
) -> Evaluator:
    owner = compile_expression(function.value, scope)
    name = function.name
    call_method = attributes.call_method

    def call_it(frame: Frame) -> Value:
        target = owner(frame)
        if gather is None:
            arguments: Any = [argument(frame) for argument in positional]
            named: Any = {keyword: value(frame) for keyword, value in keywords} if keywords else {}
        else:
            arguments, named = gather(frame)
            if isinstance(arguments, Unknown):
                frame.run.place = place
                bound = attributes.get_attribute(frame.run, target, name)
                return calls.call_with_unknown_arguments(frame.run, bound, arguments)
        frame.run.place = place
        return call_method(frame.run, target, name, arguments, named)

    return call_it


def _frame_call(name: str, function: Evaluator, positional: tuple[Evaluator, ...], place: Place) -> Evaluator:
    def call_it(frame: Frame) -> Value:
        frame.run.place = place
        arguments = [argument(frame) for argument in positional]
        if name == "globals":
            return frame.namespace.names
        if name == "locals" or (name == "vars" and not arguments):
            return dict(frame.names)
        if name in ("eval", "exec"):
            return frame.run.unknown(f"{name}() is never followed")
        return calls.call(frame.run, function(frame), arguments, {})

    return call_it


def _gather(arguments: tuple[ir.Argument, ...], scope: Scope) -> Callable[[Frame], tuple[Any, Any]]:
    parts = [(a.star, a.keyword, compile_expression(a.value, scope)) for a in arguments]

    def gather(frame: Frame) -> tuple[Any, Any]:
        positional: list[Value] = []
        named: dict[str, Value] = {}
        for star, keyword, evaluate in parts:
            value = evaluate(frame)
            if star == "*":
                if isinstance(value, Unknown):
                    return value, None
                positional.extend(frame.run.paid(iteration.iterate(frame.run, value)))
            elif star == "**":
                value = operations.payload(value)
                if isinstance(value, Unknown):
                    return value, None
                if not isinstance(value, dict):
                    value = iteration.mapping_of(frame.run, value)
                for key, item in value.items():
                    if not isinstance(key, str):
                        raise raised(frame.run, "TypeError", "keywords must be strings")
                    if key in named:
                        raise raised(frame.run, "TypeError", f"got multiple values for keyword argument '{key}'")
                    named[key] = item
            elif keyword is not None:
                if keyword in named:
                    raise raised(frame.run, "TypeError", f"got multiple values for keyword argument '{keyword}'")
                named[keyword] = value
            else:
                positional.append(value)
        return positional, named

    return gather


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
    compare = operations.compare
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
            same = type(one) is type(other) and operations.equals(frame.run, one, other) is True
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


def _display(node: ir.Display, scope: Scope) -> Evaluator:
    if node.kind == "set":
        items = _display(ir.Display(node.span, "list", node.elements), scope)
        return lambda frame: made_set(frame, items(frame))
    make: Any = {"tuple": tuple, "list": list}[node.kind]
    if not any(isinstance(element, ir.Starred) for element in node.elements):
        size = len(node.elements)
        if size > iteration.LONG:
            return _long_display(node, scope)
        parts = tuple(compile_expression(element, scope) for element in node.elements)
        if node.kind == "list":
            return lambda frame: [part(frame) for part in parts]
        return lambda frame: make([part(frame) for part in parts])
    mixed = [
        (True, compile_expression(element.value, scope))
        if isinstance(element, ir.Starred)
        else (False, compile_expression(element, scope))
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
    parts = tuple(compile_expression(element, scope) for element in node.elements)

    def evaluate(frame: Frame) -> Value:
        frame.run.check_size(len(parts))
        items = [part(frame) for part in parts]
        return items if node.kind == "list" else tuple(items)

    return evaluate


def made_set(frame: Frame, items: Value) -> Value:
    """The set of a list's elements, which may not be known."""
    return items if isinstance(items, Unknown) else iteration.make_set(frame.run, items)


def _dict(node: ir.DictDisplay, scope: Scope) -> Evaluator:
    parts = [
        (None if key is None else compile_expression(key, scope), compile_expression(value, scope))
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


def _starred(node: ir.Starred, scope: Scope) -> Evaluator:
    raise Unsupported("a starred expression outside of a call or display", Place(scope.file, node.span))


def _comprehension(node: ir.Comprehension, scope: Scope) -> Evaluator:
    names: set[str] = set()
    for generator in node.generators:
        names |= target_names(generator.target)
    inner = Scope("comprehension", scope.file, scope, frozenset(names), prefix=scope.prefix)
    first = compile_expression(node.generators[0].iterable, scope)
    clauses = [
        (
            None if index == 0 else compile_expression(generator.iterable, inner),
            iteration.compile_target(generator.target, inner),
            [compile_expression(condition, inner) for condition in generator.conditions],
        )
        for index, generator in enumerate(node.generators)
    ]
    key = None if node.key is None else compile_expression(node.key, inner)
    element = compile_expression(node.element, inner)

    def produce(frame: Frame, depth: int, source: Value) -> Any:
        _, assign, conditions = clauses[depth]
        run = frame.run
        for item in iteration.iterate(run, source):
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
        if node.kind == "generator":
            return (value for _, value in produce(child, 0, source))
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
    assign = iteration.compile_target(ir.Name(node.span, name), target)

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
    ir.Call: _call, ir.Unary: _unary, ir.Binary: _binary, ir.Boolean: _boolean, ir.Compare: _compare,
    ir.Conditional: _conditional, ir.Lambda: _lambda, ir.Display: _display, ir.DictDisplay: _dict,
    ir.Starred: _starred, ir.Comprehension: _comprehension, ir.FString: _fstring, ir.Walrus: _walrus,
    ir.Yield: _yield, ir.Await: _await,
}  # fmt: skip
