"""Lowers statements, except `def` and `class`.

for width in widths: total += width   -> For(Name('width'), Name('widths'), (Augment('+', ...),), ())
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.lower_functions import skip_type_parameters
from analyzer.syntax.scopes import bind_target
from analyzer.syntax.visitor import Visitor

AUGMENTED: dict[type[cst.CSTNode], str] = {
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.DivideAssign: "/",
    cst.FloorDivideAssign: "//", cst.ModuloAssign: "%", cst.PowerAssign: "**", cst.MatrixMultiplyAssign: "@",
    cst.BitAndAssign: "&", cst.BitOrAssign: "|", cst.BitXorAssign: "^", cst.LeftShiftAssign: "<<",
    cst.RightShiftAssign: ">>",
}  # fmt: skip


def lower_expression_statement(visitor: Visitor, node: cst.Expr) -> ir.Evaluate:
    start = visitor.start()
    value = visitor.expression(node.value)
    return ir.Evaluate(visitor.span(start), value)


def _lower_target(visitor: Visitor, node: cst.BaseExpression) -> ir.Expression:
    target = visitor.expression(node)
    bind_target(visitor.blocks[-1], target)
    return target


def lower_assign(visitor: Visitor, node: cst.Assign) -> ir.Assign:
    start = visitor.start()
    targets = []
    for target in node.targets:
        targets.append(_lower_target(visitor, target.target))
        visitor.token("=")
    value = visitor.expression(node.value)
    return ir.Assign(visitor.span(start), tuple(targets), value)


def lower_annotated(visitor: Visitor, node: cst.AnnAssign) -> ir.Annotate:
    start = visitor.start()
    target = _lower_target(visitor, node.target)
    visitor.token(":")
    annotation = visitor.expression(node.annotation.annotation)
    value = None
    if node.value is not None:
        visitor.token("=")
        value = visitor.expression(node.value)
    return ir.Annotate(visitor.span(start), target, annotation, value)


def lower_augmented(visitor: Visitor, node: cst.AugAssign) -> ir.Augment:
    start = visitor.start()
    target = _lower_target(visitor, node.target)
    operator = AUGMENTED[type(node.operator)]
    visitor.token(operator + "=")
    value = visitor.expression(node.value)
    return ir.Augment(visitor.span(start), cast(Any, operator), target, value)


def lower_return(visitor: Visitor, node: cst.Return) -> ir.Return:
    start = visitor.start()
    visitor.token("return")
    value = visitor.expression(node.value) if node.value else None
    return ir.Return(visitor.span(start), value)


def lower_if(visitor: Visitor, node: cst.If) -> ir.If:
    """An `elif` is an If of its own in the `orelse` of the one before it."""
    branches = []
    word = "if"
    rest: cst.If | cst.Else | None = node
    while isinstance(rest, cst.If):
        start = visitor.start()
        visitor.token(word)
        test = visitor.expression(rest.test)
        branches.append((start, test, visitor.suite(rest.body)))
        rest, word = rest.orelse, "elif"
        visitor.deepen(1)
    orelse: tuple[ir.Statement, ...] = _lower_else(visitor, rest)
    visitor.deepen(-len(branches))
    for start, test, body in reversed(branches):
        orelse = (result := ir.If(visitor.span(start), test, body, orelse),)
    return result


def _lower_else(visitor: Visitor, node: cst.Else | None) -> tuple[ir.Statement, ...]:
    if node is None:
        return ()
    visitor.token("else")
    return visitor.suite(node.body)


def lower_for(visitor: Visitor, node: cst.For) -> ir.For:
    start = visitor.start()
    visitor.optional("async", node.asynchronous)
    visitor.token("for")
    target = _lower_target(visitor, node.target)
    visitor.token("in")
    iterable = visitor.expression(node.iter)
    body = visitor.suite(node.body)
    orelse = _lower_else(visitor, node.orelse)
    return ir.For(visitor.span(start), target, iterable, body, orelse, node.asynchronous is not None)


def lower_while(visitor: Visitor, node: cst.While) -> ir.While:
    start = visitor.start()
    visitor.token("while")
    test = visitor.expression(node.test)
    body = visitor.suite(node.body)
    orelse = _lower_else(visitor, node.orelse)
    return ir.While(visitor.span(start), test, body, orelse)


def lower_raise(visitor: Visitor, node: cst.Raise) -> ir.Raise:
    start = visitor.start()
    visitor.token("raise")
    exception = visitor.expression(node.exc) if node.exc else None
    cause = None
    if node.cause is not None:
        visitor.token("from")
        cause = visitor.expression(node.cause.item)
    return ir.Raise(visitor.span(start), exception, cause)


def lower_try(visitor: Visitor, node: cst.Try | cst.TryStar) -> ir.Try:
    start = visitor.start()
    visitor.token("try")
    body = visitor.suite(node.body)
    handlers = tuple(_lower_handler(visitor, handler) for handler in node.handlers)
    orelse = _lower_else(visitor, node.orelse)
    final: tuple[ir.Statement, ...] = ()
    if node.finalbody is not None:
        visitor.token("finally")
        final = visitor.suite(node.finalbody.body)
    return ir.Try(visitor.span(start), body, handlers, orelse, final, isinstance(node, cst.TryStar))


def _lower_handler(visitor: Visitor, node: cst.ExceptHandler | cst.ExceptStarHandler) -> ir.Handler:
    start = visitor.start()
    visitor.token("except")
    if isinstance(node, cst.ExceptStarHandler):
        visitor.token("*")
    caught = visitor.expression(node.type) if node.type else None
    name = None
    if node.name is not None:
        visitor.token("as")
        name = visitor.word(cst.ensure_type(node.name.name, cst.Name))
        visitor.bind(name)
    body = visitor.suite(node.body)
    return ir.Handler(visitor.span(start), caught, name, body)


def lower_with(visitor: Visitor, node: cst.With) -> ir.With:
    start = visitor.start()
    visitor.optional("async", node.asynchronous)
    visitor.token("with")
    visitor.optional("(", node.lpar)
    items = []
    for item in node.items:
        begin = visitor.start()
        context = visitor.expression(item.item)
        target = None
        if item.asname is not None:
            visitor.token("as")
            target = _lower_target(visitor, item.asname.name)
        items.append(ir.WithItem(visitor.span(begin), context, target))
        visitor.optional(",", item.comma)
    visitor.optional(")", node.rpar)
    body = visitor.suite(node.body)
    return ir.With(visitor.span(start), tuple(items), body, node.asynchronous is not None)


def lower_assert(visitor: Visitor, node: cst.Assert) -> ir.Assert:
    start = visitor.start()
    visitor.token("assert")
    test = visitor.expression(node.test)
    message = None
    if node.msg is not None:
        visitor.token(",")
        message = visitor.expression(node.msg)
    return ir.Assert(visitor.span(start), test, message)


def lower_delete(visitor: Visitor, node: cst.Del) -> ir.Delete:
    start = visitor.start()
    visitor.token("del")
    target = _lower_target(visitor, node.target)
    several = isinstance(node.target, cst.Tuple) and not node.target.lpar
    targets = target.elements if several and isinstance(target, ir.Display) else (target,)
    return ir.Delete(visitor.span(start), targets)


def lower_global(visitor: Visitor, node: cst.Global) -> ir.Global:
    start = visitor.start()
    visitor.token("global")
    names = _lower_names(visitor, node.names)
    visitor.blocks[-1].globals.update(dict.fromkeys(names))
    return ir.Global(visitor.span(start), names)


def lower_nonlocal(visitor: Visitor, node: cst.Nonlocal) -> ir.Nonlocal:
    start = visitor.start()
    visitor.token("nonlocal")
    names = _lower_names(visitor, node.names)
    visitor.blocks[-1].nonlocals.update(dict.fromkeys(names))
    return ir.Nonlocal(visitor.span(start), names)


def _lower_names(visitor: Visitor, nodes: Sequence[cst.NameItem]) -> tuple[str, ...]:
    names = []
    for node in nodes:
        names.append(visitor.word(node.name))
        visitor.optional(",", node.comma)
    return tuple(names)


def _lower_word(word: Literal["pass", "break", "continue"]) -> Callable[[Visitor, Any], ir.Simple]:
    def lower(visitor: Visitor, _node: cst.CSTNode) -> ir.Simple:
        start = visitor.start()
        visitor.token(word)
        return ir.Simple(visitor.span(start), word)

    return lower


def lower_type_alias(visitor: Visitor, node: cst.TypeAlias) -> ir.TypeAlias:
    start = visitor.start()
    visitor.token("type")
    name = visitor.word(node.name)
    visitor.bind(name)
    skip_type_parameters(visitor, node.type_parameters)
    visitor.token("=")
    value = visitor.expression(node.value)
    return ir.TypeAlias(visitor.span(start), name, value)


def lower_match(visitor: Visitor, node: cst.Match) -> ir.Match:
    start = visitor.start()
    visitor.token("match")
    subject = visitor.expression(node.subject)
    visitor.token(":")
    cases = []
    for case in node.cases:
        begin = visitor.start()
        visitor.token("case")
        pattern = visitor.pattern(case.pattern)
        guard = None
        if case.guard is not None:
            visitor.token("if")
            guard = visitor.expression(case.guard)
        body = visitor.suite(case.body)
        cases.append(ir.MatchCase(visitor.span(begin), pattern, guard, body))
    return ir.Match(visitor.span(start), subject, tuple(cases))


STATEMENTS: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Statement]] = {
    cst.Expr: lower_expression_statement,
    cst.Assign: lower_assign,
    cst.AnnAssign: lower_annotated,
    cst.AugAssign: lower_augmented,
    cst.Return: lower_return,
    cst.If: lower_if,
    cst.For: lower_for,
    cst.While: lower_while,
    cst.Raise: lower_raise,
    cst.Try: lower_try,
    cst.TryStar: lower_try,
    cst.With: lower_with,
    cst.Assert: lower_assert,
    cst.Del: lower_delete,
    cst.Global: lower_global,
    cst.Nonlocal: lower_nonlocal,
    cst.Pass: _lower_word("pass"),
    cst.Break: _lower_word("break"),
    cst.Continue: _lower_word("continue"),
    cst.TypeAlias: lower_type_alias,
    cst.Match: lower_match,
}
