"""Lowers `def`, `lambda` and `class`: parameters, decorators, bases and the scope of the body.

def f(a, *, b=1): yield a   -> Function('f', Parameters((a, b)), body, scope=Scope(('a', 'b'), is_generator=True))
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.lower_expressions import lower_arguments
from analyzer.syntax.scopes import Block
from analyzer.syntax.visitor import Visitor

Kind = Literal["positional_only", "positional", "var_positional", "keyword_only", "var_keyword"]


def lower_parameters(visitor: Visitor, node: cst.Parameters) -> ir.Parameters:
    start = visitor.start()
    parameters = []
    for item, kind in _in_order(node):
        if isinstance(item, cst.Param):
            parameters.append(_lower_parameter(visitor, item, kind))
        else:
            visitor.token("/" if isinstance(item, cst.ParamSlash) else "*")
        visitor.optional(",", item.comma)
    return ir.Parameters(visitor.span(start) if parameters else (*start, *start), tuple(parameters))


def _in_order(node: cst.Parameters) -> Iterator[tuple[cst.Param | cst.ParamStar | cst.ParamSlash, Kind]]:
    for parameter in node.posonly_params:
        yield parameter, "positional_only"
    if isinstance(node.posonly_ind, cst.ParamSlash):
        yield node.posonly_ind, "positional_only"
    for parameter in node.params:
        yield parameter, "positional"
    if isinstance(node.star_arg, (cst.Param, cst.ParamStar)):
        yield node.star_arg, "var_positional"
    for parameter in node.kwonly_params:
        yield parameter, "keyword_only"
    if node.star_kwarg is not None:
        yield node.star_kwarg, "var_keyword"


def _lower_parameter(visitor: Visitor, node: cst.Param, kind: Kind) -> ir.Parameter:
    start = visitor.start()
    if isinstance(node.star, str):
        visitor.token(node.star)
    name = visitor.word(node.name)
    annotation = lower_annotation(visitor, ":", node.annotation)
    default = None
    if node.default is not None:
        visitor.token("=")
        default = visitor.expression(node.default)
    return ir.Parameter(visitor.span(start), name, kind, default, annotation)


def lower_annotation(visitor: Visitor, sign: str, node: cst.Annotation | None) -> ir.Expression | None:
    if node is None:
        return None
    visitor.token(sign)
    return visitor.expression(node.annotation)


def _enter(visitor: Visitor, parameters: ir.Parameters) -> Block:
    block = Block(bound={parameter.name: None for parameter in parameters.parameters})
    if len(block.bound) < len(parameters.parameters):
        raise visitor.error("duplicate parameter in a function definition")
    visitor.blocks.append(block)
    return block


def lower_lambda(visitor: Visitor, node: cst.Lambda) -> ir.Lambda:
    start = visitor.start()
    visitor.token("lambda")
    parameters = lower_parameters(visitor, node.params)
    visitor.token(":")
    block = _enter(visitor, parameters)
    body = visitor.expression(node.body)
    visitor.blocks.pop()
    return ir.Lambda(visitor.span(start), parameters, body, block.scope())


def lower_function(visitor: Visitor, node: cst.FunctionDef) -> ir.Function:
    decorators = _lower_decorators(visitor, node.decorators)
    start = visitor.start()
    visitor.optional("async", node.asynchronous)
    visitor.token("def")
    name = visitor.word(node.name)
    visitor.bind(name)
    skip_type_parameters(visitor, node.type_parameters)
    visitor.token("(")
    parameters = lower_parameters(visitor, node.params)
    visitor.token(")")
    returns = lower_annotation(visitor, "->", node.returns)
    block = _enter(visitor, parameters)
    body = visitor.suite(node.body)
    visitor.blocks.pop()
    return ir.Function(
        visitor.span(start), name, parameters, body, decorators, returns, block.scope(), docstring(body),
        node.asynchronous is not None,
    )  # fmt: skip


def lower_class(visitor: Visitor, node: cst.ClassDef) -> ir.Class:
    decorators = _lower_decorators(visitor, node.decorators)
    start = visitor.start()
    visitor.token("class")
    name = visitor.word(node.name)
    visitor.bind(name)
    skip_type_parameters(visitor, node.type_parameters)
    visitor.optional("(", node.lpar)
    bases = lower_arguments(visitor, (*node.bases, *node.keywords))
    visitor.optional(")", node.rpar)
    outer, visitor.class_name = visitor.class_name, node.name.value
    visitor.blocks.append(Block())
    body = visitor.suite(node.body)
    visitor.blocks.pop()
    visitor.class_name = outer
    return ir.Class(visitor.span(start), name, bases, body, decorators, docstring(body))


def _lower_decorators(visitor: Visitor, nodes: Sequence[cst.Decorator]) -> tuple[ir.Expression, ...]:
    decorators = []
    for node in nodes:
        visitor.token("@")
        decorators.append(visitor.expression(node.decorator))
    return tuple(decorators)


def skip_type_parameters(visitor: Visitor, node: cst.TypeParameters | None) -> None:
    """Step over `[T: bound = default, *Ts, **P]`: types count nothing."""
    if node is None:
        return
    visitor.token("[")
    for parameter in node.params:
        kind = parameter.param
        if isinstance(kind, cst.TypeVarTuple):
            visitor.token("*")
        elif isinstance(kind, cst.ParamSpec):
            visitor.token("**")
        visitor.word(kind.name)
        if isinstance(kind, cst.TypeVar) and kind.bound is not None:
            visitor.token(":")
            visitor.expression(kind.bound)
        if parameter.default is not None:
            visitor.token("=")
            if parameter.star:
                visitor.token("*")
            visitor.expression(parameter.default)
        visitor.optional(",", parameter.comma)
    visitor.token("]")


def docstring(body: Sequence[ir.Statement]) -> str | None:
    """The text of a leading string, as `__doc__` has it; lone surrogates in their escaped form."""
    match body:
        case [ir.Evaluate(value=ir.Constant(kind="str" | "surrogates", value=str(text))), *_]:
            return text
    return None


FUNCTIONS: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Statement]] = {
    cst.FunctionDef: lower_function,
    cst.ClassDef: lower_class,
}
LAMBDAS: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Expression]] = {cst.Lambda: lower_lambda}
