"""Statements of the IR made into closures that run in a frame and say how they ended.

run = compile_block((Assign(...), Return(...)), scope)
run(frame)     -> None to go on, BREAK, CONTINUE, or Signal(value) for a return
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.evaluation import (
    assignment,
    attribute_writing,
    attributes,
    calls,
    classes,
    exception_statements,
    generators,
    iteration,
    operations,
    patterns,
    regions,
    rounds,
)
from analyzer.evaluation.expressions import compile_defaults, compile_expression
from analyzer.evaluation.frames import Frame, Scope
from analyzer.evaluation.run import Undecidable
from analyzer.evaluation.values import (
    BREAK,
    CONTINUE,
    Class,
    Code,
    Function,
    ModuleInstance,
    Place,
    Raised,
    Signal,
    Unknown,
    Value,
)
from analyzer.syntax import ir

Executor = Callable[[Frame], Signal | None]


def compile_block(statements: tuple[Any, ...], scope: Scope) -> Executor:
    """One closure for a sequence of statements; it says which one is being executed."""
    compiled = [
        (Place(scope.file, node.span), executor)
        for node in statements
        if (executor := _COMPILERS[type(node)](node, scope)) is not nothing
    ]
    if not compiled:
        return nothing
    if len(compiled) == 1:
        place, only = compiled[0]

        def single(frame: Frame) -> Signal | None:
            frame.run.place = place
            return only(frame)

        return single

    weight = len(compiled) >> 5

    def block(frame: Frame) -> Signal | None:
        run = frame.run
        if weight:
            run.pay(weight)
        for place, executor in compiled:
            run.place = place
            signal = executor(frame)
            if signal is not None:
                return signal
        return None

    return block


def compile_statement(node: Any, scope: Scope) -> Executor:
    """The closure for any statement node."""
    return compile_block((node,), scope)


def nothing(_frame: Frame) -> None:
    """The statement that does nothing."""
    return None


def _evaluate(node: ir.Evaluate, scope: Scope) -> Executor:
    if isinstance(node.value, ir.Constant):
        return nothing
    value = compile_expression(node.value, scope)

    def execute(frame: Frame) -> None:
        value(frame)

    return execute


def _assign(node: ir.Assign, scope: Scope) -> Executor:
    value = compile_expression(node.value, scope)
    if len(node.targets) == 1:
        assign = assignment.compile_target(node.targets[0], scope)

        def execute_one(frame: Frame) -> None:
            assign(frame, value(frame))

        return execute_one
    targets = [assignment.compile_target(target, scope) for target in node.targets]

    def execute(frame: Frame) -> None:
        result = value(frame)
        for assign in targets:
            assign(frame, result)

    return execute


def _annotate(node: ir.Annotate, scope: Scope) -> Executor:
    note = classes.compile_annotation(node, scope) if scope.kind == "class" else None
    if node.value is None:
        return note or nothing
    value = compile_expression(node.value, scope)
    assign = assignment.compile_target(node.target, scope)

    def execute(frame: Frame) -> None:
        assign(frame, value(frame))
        if note is not None:
            note(frame)

    return execute


def _augment(node: ir.Augment, scope: Scope) -> Executor:
    sign = node.operator
    value = compile_expression(node.value, scope)
    if isinstance(node.target, ir.Name):
        get = compile_expression(node.target, scope)
        put = assignment.compile_target(node.target, scope)

        def execute_name(frame: Frame) -> None:
            put(frame, operations.augmented(frame.run, sign, get(frame), value(frame)))

        return execute_name
    owner = compile_expression(node.target.value, scope)  # type: ignore[union-attr]  # an Attribute or a Subscript
    if isinstance(node.target, ir.Attribute):
        name = node.target.name

        def execute_attribute(frame: Frame) -> None:
            run, target = frame.run, owner(frame)
            old = attributes.get_attribute(run, target, name)
            attribute_writing.set_attribute(run, target, name, operations.augmented(run, sign, old, value(frame)))

        return execute_attribute
    index = compile_expression(node.target.index, scope)  # type: ignore[union-attr]

    def execute_item(frame: Frame) -> None:
        run, target, key = frame.run, owner(frame), index(frame)
        old = iteration.get_item(run, target, key)
        iteration.set_item(run, target, key, operations.augmented(run, sign, old, value(frame)))

    return execute_item


def _return(node: ir.Return, scope: Scope) -> Executor:
    if node.value is None:
        return lambda frame: Signal(None)
    value = compile_expression(node.value, scope)
    return lambda frame: Signal(value(frame))


def _if(node: ir.If, scope: Scope) -> Executor:
    test = compile_expression(node.test, scope)
    body, orelse = compile_block(node.body, scope), compile_block(node.orelse, scope)
    names = regions.bound_names(node)

    def execute(frame: Frame) -> Signal | None:
        try:
            value = test(frame)
            taken = value if value is True or value is False else operations.truth(frame.run, value)
        except Undecidable as error:
            try:
                return regions.join(frame, body, orelse, names, Unknown(str(error.condition), error.place))
            except Raised:  # on one of the ways: whether it does is not decided
                raise error from None
        return body(frame) if taken else orelse(frame)

    return execute


def _for(node: ir.For, scope: Scope) -> Executor:
    iterable = compile_expression(node.iterable, scope)
    assign = assignment.compile_target(node.target, scope)
    body, orelse = compile_block(node.body, scope), compile_block(node.orelse, scope)
    skip = regions.compile_skip(node, scope)
    append = _compile_append(node, scope)

    def execute(frame: Frame) -> Signal | None:
        run = frame.run
        source = iterable(frame)
        if isinstance(source, Unknown):
            skip(frame, source)
            return None
        if type(source) is rounds.Range and append is not None and append(frame, source):
            return None
        try:
            iterator = iteration.iterate(run, source)
        except iteration.Untraversable as error:
            skip(frame, error.unknown)
            return None
        made = iteration.made(source)
        for number, item in enumerate(iterator):
            if number >= made or not number & 15:
                run.step()
            assign(frame, item)
            signal = body(frame)
            if signal is not None:
                if signal is BREAK:
                    return None
                if signal is not CONTINUE:
                    return signal
        return orelse(frame)

    return execute


def _compile_append(node: ir.For, scope: Scope) -> Callable[[Frame, rounds.Range], bool] | None:
    """`for i in range(n): layers.append(Block(i))` for a container of torch; tells whether all of it was done."""
    match node:
        case ir.For(
            target=ir.Name(),
            body=(
                ir.Evaluate(value=ir.Call(function=ir.Attribute(value=owner, name="append"), arguments=(argument,))),
            ),
            orelse=(),
        ) if not argument.star and argument.keyword is None:
            container, element = compile_expression(owner, scope), compile_expression(argument.value, scope)
            assign = assignment.compile_target(node.target, scope)
        case _:
            return None

    def append(frame: Frame, source: rounds.Range) -> bool:
        layers = container(frame)
        if not isinstance(layers, ModuleInstance) or not isinstance(layers.cls.lookup("append"), tuple):
            return False

        def make(index: Value) -> Value:
            assign(frame, index)
            return element(frame)

        made = rounds.repeat(frame.run, source, make)
        assign(frame, frame.run.unknown(source.reason, plain=True))
        if isinstance(made, Unknown):
            return False
        attributes.call_method(frame.run, layers, "append", [made], {})
        return True

    return append


def _while(node: ir.While, scope: Scope) -> Executor:
    test = compile_expression(node.test, scope)
    body, orelse = compile_block(node.body, scope), compile_block(node.orelse, scope)
    skip = regions.compile_skip(node, scope)

    def execute(frame: Frame) -> Signal | None:
        run = frame.run
        while True:
            value = test(frame)
            if isinstance(value, Unknown):
                skip(frame, value)
                return None
            if not operations.truth(run, value):
                return orelse(frame)
            run.step()
            signal = body(frame)
            if signal is not None:
                if signal is BREAK:
                    return None
                if signal is not CONTINUE:
                    return signal

    return execute


def _function(node: ir.Function, scope: Scope) -> Executor:
    qualified_name = f"{scope.prefix}{node.name}"
    inner = Scope(
        "function", scope.file, scope, frozenset(node.scope.locals), frozenset(node.scope.globals),
        prefix=f"{qualified_name}.<locals>.",
    )  # fmt: skip

    def make() -> Callable[[Frame], Value]:
        if node.scope.is_generator:
            return generators.compile_generator(node.body, inner)
        block = compile_block(node.body, inner)

        def run_body(frame: Frame) -> Value:
            signal = block(frame)
            return None if signal is None else signal.value

        return run_body

    code = Code(node.name, node, Place(scope.file, node.span), make)
    defaults = compile_defaults(node.parameters, scope)
    decorators = [compile_expression(decorator, scope) for decorator in reversed(node.decorators)]
    assign = assignment.compile_target(ir.Name(node.span, node.name), scope)

    def execute(frame: Frame) -> None:
        value: Value = Function(code, frame, frame.namespace, defaults(frame), qualified_name)
        for decorator in decorators:
            value = calls.call(frame.run, decorator(frame), [value], {})
        assign(frame, value)

    return execute


def _class(node: ir.Class, scope: Scope) -> Executor:
    build = classes.compile_class(node, scope, compile_block)
    decorators = [compile_expression(decorator, scope) for decorator in reversed(node.decorators)]
    assign = assignment.compile_target(ir.Name(node.span, node.name), scope)

    def execute(frame: Frame) -> None:
        value = build(frame)
        for decorator in decorators:
            result = calls.call(frame.run, decorator(frame), [value], {})
            # A decorator that is not known most often registers or marks the class.
            value = value if isinstance(result, Unknown) and isinstance(value, Class) and result.plain else result
        assign(frame, value)

    return execute


def _import(node: ir.Import, scope: Scope) -> Executor:
    parts = []
    for alias in node.names:
        bound = alias.binding or alias.name.partition(".")[0]
        parts.append((alias.name, alias.binding is None, assignment.compile_target(ir.Name(node.span, bound), scope)))

    def execute(frame: Frame) -> None:
        for name, top, assign in parts:
            session, importer = frame.run.session, frame.namespace.path
            module = session.import_module(frame.run, name, importer)
            if top and "." in name:
                module = session.import_module(frame.run, name.partition(".")[0], importer)
            assign(frame, module)

    return execute


def _import_from(node: ir.ImportFrom, scope: Scope) -> Executor:
    parts = [
        (alias.name, assignment.compile_target(ir.Name(node.span, alias.binding or alias.name), scope))
        for alias in node.names
    ]

    def execute(frame: Frame) -> None:
        session = frame.run.session
        module = session.import_relative(frame.run, frame.namespace, node.module, node.level)
        if not parts:
            session.import_star(frame.run, module, frame.names)
            return
        for name, assign in parts:
            assign(frame, session.import_name(frame.run, module, name))

    return execute


def _delete(node: ir.Delete, scope: Scope) -> Executor:
    deletes = [assignment.compile_delete(target, scope) for target in node.targets]

    def execute(frame: Frame) -> None:
        for delete in deletes:
            delete(frame)

    return execute


def _declaration(node: Any, scope: Scope) -> Executor:
    return nothing


def _simple(node: ir.Simple, scope: Scope) -> Executor:
    if node.word == "pass":
        return nothing
    signal = BREAK if node.word == "break" else CONTINUE
    return lambda frame: signal


def _type_alias(node: ir.TypeAlias, scope: Scope) -> Executor:
    return _assign(ir.Assign(node.span, (ir.Name(node.span, node.name),), node.value), scope)


def _match(node: ir.Match, scope: Scope) -> Executor:
    subject = compile_expression(node.subject, scope)
    cases = [
        (
            patterns.compile_pattern(case.pattern, scope),
            None if case.guard is None else compile_expression(case.guard, scope),
            compile_block(case.body, scope),
        )
        for case in node.cases
    ]

    def execute(frame: Frame) -> Signal | None:
        value = subject(frame)
        for matches, guard, body in cases:
            if matches(frame, value) and (guard is None or operations.truth(frame.run, guard(frame))):
                return body(frame)
        return None

    return execute


_COMPILERS: dict[type, Callable[[Any, Scope], Executor]] = {
    ir.Evaluate: _evaluate, ir.Assign: _assign, ir.Annotate: _annotate, ir.Augment: _augment, ir.Return: _return,
    ir.If: _if, ir.For: _for, ir.While: _while, ir.Function: _function, ir.Class: _class, ir.Import: _import,
    ir.ImportFrom: _import_from, ir.Raise: exception_statements.compile_raise,
    ir.Try: exception_statements.compile_try, ir.With: exception_statements.compile_with,
    ir.Assert: exception_statements.compile_assert,
    ir.Delete: _delete, ir.Global: _declaration, ir.Nonlocal: _declaration, ir.Simple: _simple,
    ir.TypeAlias: _type_alias, ir.Match: _match,
}  # fmt: skip
