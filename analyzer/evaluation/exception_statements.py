"""`raise`, `try`, `with` and `assert` made into closures.

compile_try(Try(body, (Handler(type=Name("ValueError"), ...),), ...), scope)(frame)     -> None or a Signal
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.algebra.tensor import Refused
from analyzer.evaluation import assignment, calls, operations, statements
from analyzer.evaluation.exceptions import exception, raised
from analyzer.evaluation.expressions import compile_expression
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.values import Class, Instance, Raised, Signal, Unknown, Value
from analyzer.syntax import ir

Executor = Callable[[Frame], Signal | None]


def compile_raise(node: ir.Raise, scope: Scope) -> Executor:
    if node.exception is None:

        def again(frame: Frame) -> Signal | None:
            current: Frame | None = frame
            while current is not None:
                if current.handled is not None:
                    raise current.handled
                current = current.parent
            raise raised(frame.run, "RuntimeError", "No active exception to reraise")

        return again
    value = compile_expression(node.exception, scope)

    def execute(frame: Frame) -> Signal | None:
        error = value(frame)
        if isinstance(error, Class):
            error = calls.call(frame.run, error, [], {})
        if isinstance(error, Instance):
            raise Raised(error, frame.run.place)
        if isinstance(error, Unknown):
            raise Raised(exception("Exception", error.reason), frame.run.place)
        raise raised(frame.run, "TypeError", "exceptions must derive from BaseException")

    return execute


def compile_try(node: ir.Try, scope: Scope) -> Executor:
    body = statements.compile_block(node.body, scope)
    orelse, final = statements.compile_block(node.orelse, scope), statements.compile_block(node.final, scope)
    handlers = [
        (
            None if handler.type is None else compile_expression(handler.type, scope),
            None
            if handler.name is None
            else (assignment.compile_target(ir.Name(handler.span, handler.name), scope), handler.name),
            statements.compile_block(handler.body, scope),
        )
        for handler in node.handlers
    ]
    guards_import = any(isinstance(statement, (ir.Import, ir.ImportFrom)) for statement in node.body) and bool(handlers)

    def attempt(frame: Frame) -> Signal | None:
        session = frame.run.session
        session.optional_imports += guards_import
        try:
            signal = body(frame)
        except (Raised, Refused) as error:
            value = error.value if isinstance(error, Raised) else exception("RuntimeError", str(error))
            taken = next((h for h in handlers if h[0] is None or matches_exception(h[0](frame), value)), None)
            if taken is None:
                raise
            _, name, handler = taken
            if name is not None:
                name[0](frame, value)
            outer, frame.handled = frame.handled, error
            try:
                return handler(frame)
            finally:
                frame.handled = outer
        finally:
            session.optional_imports -= guards_import
        return signal if signal is not None else orelse(frame)

    if final is statements.nothing:
        return attempt

    def execute(frame: Frame) -> Signal | None:
        try:
            signal = attempt(frame)
        except (Raised, Refused):
            ending = final(frame)
            if ending is not None:
                return ending
            raise
        ending = final(frame)
        return ending if ending is not None else signal

    return execute


def matches_exception(catches: Value, value: Instance) -> bool:
    """Whether `except catches` takes the exception; a class that is not known takes none."""
    if isinstance(catches, tuple):
        return any(matches_exception(one, value) for one in catches)
    return isinstance(catches, Class) and value.cls.is_subclass(catches)


def compile_with(node: ir.With, scope: Scope) -> Executor:
    items = [
        (
            compile_expression(item.context, scope),
            None if item.target is None else assignment.compile_target(item.target, scope),
        )
        for item in node.items
    ]
    body = statements.compile_block(node.body, scope)

    def execute(frame: Frame, index: int = 0) -> Signal | None:
        if index == len(items):
            return body(frame)
        context, assign = items[index]
        manager = context(frame)
        entered = calls.enter(frame.run, manager)
        if assign is not None:
            assign(frame, entered)
        try:
            signal = execute(frame, index + 1)
        except Raised as error:
            if calls.leave(frame.run, manager, error):
                return None
            raise
        calls.leave(frame.run, manager, None)
        return signal

    return execute


def compile_assert(node: ir.Assert, scope: Scope) -> Executor:
    test = compile_expression(node.test, scope)
    message = compile_expression(node.message, scope) if node.message is not None else None

    def execute(frame: Frame) -> None:
        value = test(frame)
        if isinstance(value, Unknown):
            return
        if not operations.truth(frame.run, value):
            raise raised(frame.run, "AssertionError", message(frame) if message is not None else "")

    return execute
