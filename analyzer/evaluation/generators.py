"""Generator functions: their statements run as host generators, so that values come one at a time.

def pairs():                  list(call(run, pairs)) -> [(0, 1), (1, 2)]
    for i in range(2):
        yield i, i + 1
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import assignment, calls, exception_statements, iteration, operations, statements
from analyzer.evaluation.expressions import Unsupported, compile_expression
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.generator_objects import Generator
from analyzer.evaluation.values import BREAK, CONTINUE, Place, Raised, Signal, Value
from analyzer.syntax import ir


def compile_generator(body: tuple[Any, ...], scope: Scope) -> Callable[[Frame], Value]:
    """The closure that starts a generator; each value that is asked for is a call of its own."""
    block = _block(body, scope)

    return lambda frame: Generator(frame.run, block(frame))


def _has_yield(node: Any) -> bool:
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tuple):
            stack.extend(current)
        elif isinstance(current, ir.Yield):
            return True
        elif isinstance(current, ir.Node | ir.Scope) and not isinstance(
            current, (ir.Function, ir.Class, ir.Lambda, ir.Scope)
        ):
            stack.extend(getattr(current, field) for field in current.__struct_fields__)
    return False


def _block(body: tuple[Any, ...], scope: Scope) -> Callable[[Frame], Any]:
    parts = [_statement(node, scope) for node in body]

    def block(frame: Frame) -> Any:
        for part in parts:
            signal = yield from part(frame)
            if signal is not None:
                return signal
        return None

    return block


def _statement(node: Any, scope: Scope) -> Callable[[Frame], Any]:
    if not _has_yield(node):
        plain = statements.compile_statement(node, scope)

        def once(frame: Frame) -> Any:
            return plain(frame)
            yield

        return once
    compiler = _COMPILERS.get(type(node))
    if compiler is None:
        raise Unsupported("a yield in this kind of statement", Place(scope.file, node.span))
    return compiler(node, scope)


def _yield(node: ir.Yield, scope: Scope) -> Callable[[Frame], Any]:
    value = None if node.value is None else compile_expression(node.value, scope)
    if node.delegate:
        assert value is not None

        def delegate(frame: Frame) -> Any:
            return (yield from iteration.iterate(frame.run, value(frame)))

        return delegate

    def single(frame: Frame) -> Any:
        frame.run.step()
        return (yield None if value is None else value(frame))

    return single


def _expression(value: Any, scope: Scope) -> Callable[[Frame], Any]:
    if isinstance(value, ir.Yield):
        return _yield(value, scope)
    raise Unsupported("a yield inside of another expression", Place(scope.file, value.span))


def _evaluate(node: ir.Evaluate, scope: Scope) -> Callable[[Frame], Any]:
    value = _expression(node.value, scope)

    def execute(frame: Frame) -> Any:
        yield from value(frame)

    return execute


def _assign(node: ir.Assign, scope: Scope) -> Callable[[Frame], Any]:
    value = _expression(node.value, scope)
    targets = [assignment.compile_target(target, scope) for target in node.targets]

    def execute(frame: Frame) -> Any:
        result = yield from value(frame)
        for assign in targets:
            assign(frame, result)

    return execute


def _return(node: ir.Return, scope: Scope) -> Callable[[Frame], Any]:
    value = _expression(node.value, scope)

    def execute(frame: Frame) -> Any:
        return Signal((yield from value(frame)))

    return execute


def _if(node: ir.If, scope: Scope) -> Callable[[Frame], Any]:
    test = compile_expression(node.test, scope)
    body, orelse = _block(node.body, scope), _block(node.orelse, scope)

    def execute(frame: Frame) -> Any:
        taken = operations.truth(frame.run, test(frame))
        return (yield from (body if taken else orelse)(frame))

    return execute


def _for(node: ir.For, scope: Scope) -> Callable[[Frame], Any]:
    iterable = compile_expression(node.iterable, scope)
    assign = assignment.compile_target(node.target, scope)
    body, orelse = _block(node.body, scope), _block(node.orelse, scope)

    def execute(frame: Frame) -> Any:
        for item in iteration.iterate(frame.run, iterable(frame)):
            frame.run.step()
            assign(frame, item)
            signal = yield from body(frame)
            if signal is BREAK:
                return None
            if signal is not None and signal is not CONTINUE:
                return signal
        return (yield from orelse(frame))

    return execute


def _while(node: ir.While, scope: Scope) -> Callable[[Frame], Any]:
    test = compile_expression(node.test, scope)
    body, orelse = _block(node.body, scope), _block(node.orelse, scope)

    def execute(frame: Frame) -> Any:
        while operations.truth(frame.run, test(frame)):
            frame.run.step()
            signal = yield from body(frame)
            if signal is BREAK:
                return None
            if signal is not None and signal is not CONTINUE:
                return signal
        return (yield from orelse(frame))

    return execute


def _with(node: ir.With, scope: Scope) -> Callable[[Frame], Any]:
    items = [
        (
            compile_expression(item.context, scope),
            None if item.target is None else assignment.compile_target(item.target, scope),
        )
        for item in node.items
    ]
    body = _block(node.body, scope)

    def execute(frame: Frame) -> Any:
        managers = []
        for context, assign in items:
            manager = context(frame)
            entered = calls.enter(frame.run, manager)
            if assign is not None:
                assign(frame, entered)
            managers.append(manager)
        signal = yield from body(frame)
        for manager in reversed(managers):
            calls.leave(frame.run, manager, None)
        return signal

    return execute


def _try(node: ir.Try, scope: Scope) -> Callable[[Frame], Any]:
    body, orelse, final = (_block(part, scope) for part in (node.body, node.orelse, node.final))
    handlers = [
        (
            None if handler.type is None else compile_expression(handler.type, scope),
            None if handler.name is None else assignment.compile_target(ir.Name(handler.span, handler.name), scope),
            _block(handler.body, scope),
        )
        for handler in node.handlers
    ]

    def execute(frame: Frame) -> Any:
        try:
            signal = yield from body(frame)
            if signal is None:
                signal = yield from orelse(frame)
        except Raised as error:
            matches = exception_statements.matches_exception
            taken = next((h for h in handlers if h[0] is None or matches(h[0](frame), error.value)), None)
            if taken is None:
                yield from final(frame)
                raise
            _, name, handler = taken
            if name is not None:
                name(frame, error.value)
            signal = yield from handler(frame)
        ending = yield from final(frame)
        return ending if ending is not None else signal

    return execute


_COMPILERS: dict[type, Callable[[Any, Scope], Callable[[Frame], Any]]] = {
    ir.Evaluate: _evaluate, ir.Assign: _assign, ir.Return: _return, ir.If: _if, ir.For: _for, ir.While: _while,
    ir.With: _with, ir.Try: _try,
}  # fmt: skip
