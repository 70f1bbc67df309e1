"""Lowers expressions.

nn.Linear(3, out)   -> Call(Attribute(Name('nn'), 'Linear'), (Argument(Constant(3)), Argument(Name('out'))))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, cast

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.literals import decimal
from analyzer.syntax.visitor import Chain, Position, Visitor

BINARY: dict[type[cst.CSTNode], str] = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.Divide: "/", cst.FloorDivide: "//", cst.Modulo: "%",
    cst.Power: "**", cst.MatrixMultiply: "@", cst.BitAnd: "&", cst.BitOr: "|", cst.BitXor: "^", cst.LeftShift: "<<",
    cst.RightShift: ">>", cst.And: "and", cst.Or: "or",
}  # fmt: skip
UNARY: dict[type[cst.CSTNode], Literal["not", "-", "+", "~"]] = {
    cst.Not: "not", cst.Minus: "-", cst.Plus: "+", cst.BitInvert: "~"
}  # fmt: skip
COMPARISON: dict[type[cst.CSTNode], str] = {
    cst.Equal: "==", cst.NotEqual: "!=", cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">",
    cst.GreaterThanEqual: ">=", cst.Is: "is", cst.IsNot: "is not", cst.In: "in", cst.NotIn: "not in",
}  # fmt: skip
_WORDS: dict[str, tuple[Literal["none", "bool"], bool | None]] = {
    "None": ("none", None), "True": ("bool", True), "False": ("bool", False)
}  # fmt: skip


def lower_name(visitor: Visitor, node: cst.Name) -> ir.Name | ir.Constant:
    start = visitor.start()
    name = visitor.word(node)
    if name in _WORDS:
        return ir.Constant(visitor.span(start), *_WORDS[name])
    return ir.Name(visitor.span(start), name)


def lower_integer(visitor: Visitor, node: cst.Integer) -> ir.Constant:
    start = visitor.start()
    visitor.token(node.value)
    try:
        return ir.Constant(visitor.span(start), "int", decimal(node.value))
    except ValueError as error:
        raise visitor.error(str(error)) from error


def lower_float(visitor: Visitor, node: cst.Float) -> ir.Constant:
    start = visitor.start()
    visitor.token(node.value)
    return ir.Constant(visitor.span(start), "float", float(node.value))


def lower_imaginary(visitor: Visitor, node: cst.Imaginary) -> ir.Constant:
    start = visitor.start()
    visitor.token(node.value)
    return ir.Constant(visitor.span(start), "complex", node.value)


def lower_ellipsis(visitor: Visitor, node: cst.Ellipsis) -> ir.Constant:
    start = visitor.start()
    visitor.token("...")
    return ir.Constant(visitor.span(start), "ellipsis")


def finish_attribute(visitor: Visitor, node: cst.Attribute, start: Position, left: ir.Expression) -> ir.Attribute:
    visitor.token(".")
    name = visitor.word(node.attr)
    return ir.Attribute(visitor.span(start), left, name)


def finish_call(visitor: Visitor, node: cst.Call, start: Position, left: ir.Expression) -> ir.Call:
    visitor.token("(")
    arguments = lower_arguments(visitor, node.args)
    visitor.token(")")
    return ir.Call(visitor.span(start), left, arguments)


def lower_arguments(visitor: Visitor, nodes: Sequence[cst.Arg]) -> tuple[ir.Argument, ...]:
    arguments = []
    for node in nodes:
        start = visitor.start()
        keyword = None
        if node.star:
            visitor.token(node.star)
        elif node.keyword is not None:
            keyword = visitor.word(node.keyword)
            visitor.token("=")
        value = visitor.expression(node.value)
        arguments.append(ir.Argument(visitor.span(start), value, keyword, node.star))
        visitor.optional(",", node.comma)
    return tuple(arguments)


def finish_subscript(visitor: Visitor, node: cst.Subscript, start: Position, left: ir.Expression) -> ir.Subscript:
    visitor.token("[")
    inner = visitor.start()
    elements: list[ir.Expression] = []
    is_tuple = len(node.slice) > 1
    for element in node.slice:
        elements.append(_lower_index(visitor, element.slice))
        is_tuple = is_tuple or isinstance(elements[-1], ir.Starred)
        if not isinstance(element.comma, cst.MaybeSentinel):
            visitor.token(",")
            is_tuple = True
    index = ir.Display(visitor.span(inner), "tuple", tuple(elements)) if is_tuple else elements[0]
    visitor.token("]")
    return ir.Subscript(visitor.span(start), left, index)


def _lower_index(visitor: Visitor, node: cst.BaseSlice) -> ir.Expression:
    start = visitor.start()
    if isinstance(node, cst.Index):
        if not node.star:
            return visitor.expression(node.value)
        visitor.token("*")
        value = visitor.expression(node.value)
        return ir.Starred(visitor.span(start), value)
    node = cst.ensure_type(node, cst.Slice)
    lower = visitor.expression(node.lower) if node.lower else None
    visitor.token(":")
    upper = visitor.expression(node.upper) if node.upper else None
    visitor.optional(":", node.second_colon)
    step = visitor.expression(node.step) if node.step else None
    return ir.Slice(visitor.span(start), lower, upper, step)


def lower_unary(visitor: Visitor, node: cst.UnaryOperation) -> ir.Unary:
    start = visitor.start()
    operator = UNARY[type(node.operator)]
    visitor.token(operator)
    operand = visitor.expression(node.expression)
    return ir.Unary(visitor.span(start), operator, operand)


def finish_binary(visitor: Visitor, node: cst.BinaryOperation, start: Position, left: ir.Expression) -> ir.Binary:
    operator = BINARY[type(node.operator)]
    visitor.token(operator)
    right = visitor.expression(node.right)
    return ir.Binary(visitor.span(start), cast(Any, operator), left, right)


def finish_boolean(visitor: Visitor, node: cst.BooleanOperation, start: Position, left: ir.Expression) -> ir.Boolean:
    operator = cast(Literal["and", "or"], BINARY[type(node.operator)])
    visitor.token(operator)
    right = visitor.expression(node.right)
    values: tuple[ir.Expression, ...] = (left, right)
    if isinstance(left, ir.Boolean) and left.operator == operator and not node.left.lpar:
        values = (*left.values, right)
    return ir.Boolean(visitor.span(start), operator, values)


def finish_comparison(visitor: Visitor, node: cst.Comparison, start: Position, left: ir.Expression) -> ir.Compare:
    operators, comparators = [], []
    for target in node.comparisons:
        operator = COMPARISON[type(target.operator)]
        for word in operator.split():
            visitor.token(word)
        operators.append(operator)
        comparators.append(visitor.expression(target.comparator))
    return ir.Compare(visitor.span(start), left, cast(Any, tuple(operators)), tuple(comparators))


def finish_conditional(visitor: Visitor, node: cst.IfExp, start: Position, left: ir.Expression) -> ir.Conditional:
    visitor.token("if")
    test = visitor.expression(node.test)
    visitor.token("else")
    orelse = visitor.expression(node.orelse)
    return ir.Conditional(visitor.span(start), test, left, orelse)


def lower_walrus(visitor: Visitor, node: cst.NamedExpr) -> ir.Walrus:
    start = visitor.start()
    name = visitor.word(cst.ensure_type(node.target, cst.Name))
    visitor.token(":=")
    value = visitor.expression(node.value)
    visitor.function_block().bound[name] = None
    return ir.Walrus(visitor.span(start), name, value)


def lower_yield(visitor: Visitor, node: cst.Yield) -> ir.Yield:
    start = visitor.start()
    visitor.token("yield")
    visitor.function_block().is_generator = True
    if isinstance(node.value, cst.From):
        visitor.token("from")
        source = visitor.expression(node.value.item)
        return ir.Yield(visitor.span(start), source, True)
    value = visitor.expression(node.value) if node.value else None
    return ir.Yield(visitor.span(start), value)


def lower_await(visitor: Visitor, node: cst.Await) -> ir.Await:
    start = visitor.start()
    visitor.token("await")
    value = visitor.expression(node.expression)
    return ir.Await(visitor.span(start), value)


EXPRESSIONS: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Expression]] = {
    cst.Name: lower_name,
    cst.Integer: lower_integer,
    cst.Float: lower_float,
    cst.Imaginary: lower_imaginary,
    cst.Ellipsis: lower_ellipsis,
    cst.UnaryOperation: lower_unary,
    cst.NamedExpr: lower_walrus,
    cst.Yield: lower_yield,
    cst.Await: lower_await,
}
CHAINS: Mapping[type[cst.CSTNode], Chain] = {
    cst.Attribute: Chain("value", finish_attribute),
    cst.Call: Chain("func", finish_call),
    cst.Subscript: Chain("value", finish_subscript),
    cst.BinaryOperation: Chain("left", finish_binary),
    cst.BooleanOperation: Chain("left", finish_boolean),
    cst.Comparison: Chain("left", finish_comparison),
    cst.IfExp: Chain("body", finish_conditional),
}
