"""Lowers tuples, lists, sets, dicts and comprehensions.

[f(c) for c in sizes if c]   -> Comprehension('list', None, Call(...), (Generator(Name('c'), Name('sizes'), ...),))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.scopes import Block, bind_target
from analyzer.syntax.visitor import Visitor


def lower_starred(visitor: Visitor, node: cst.StarredElement) -> ir.Starred:
    start = visitor.start()
    visitor.token("*")
    value = visitor.expression(node.value)
    return ir.Starred(visitor.span(start), value)


def _lower_elements(visitor: Visitor, nodes: Sequence[cst.BaseElement]) -> tuple[ir.Expression, ...]:
    elements = []
    for node in nodes:
        elements.append(visitor.expression(node if isinstance(node, cst.StarredElement) else node.value))
        visitor.optional(",", node.comma)
    return tuple(elements)


def lower_tuple(visitor: Visitor, node: cst.Tuple) -> ir.Display:
    start = visitor.start()
    if node.lpar:
        visitor.token("(")
    elements = _lower_elements(visitor, node.elements)
    if node.lpar:
        visitor.token(")")
    return ir.Display(visitor.span(start), "tuple", elements)


def lower_list(visitor: Visitor, node: cst.List) -> ir.Display:
    start = visitor.start()
    visitor.token("[")
    elements = _lower_elements(visitor, node.elements)
    visitor.token("]")
    return ir.Display(visitor.span(start), "list", elements)


def lower_set(visitor: Visitor, node: cst.Set) -> ir.Display:
    start = visitor.start()
    visitor.token("{")
    elements = _lower_elements(visitor, node.elements)
    visitor.token("}")
    return ir.Display(visitor.span(start), "set", elements)


def lower_dict(visitor: Visitor, node: cst.Dict) -> ir.DictDisplay:
    start = visitor.start()
    visitor.token("{")
    keys: list[ir.Expression | None] = []
    values: list[ir.Expression] = []
    for element in node.elements:
        if isinstance(element, cst.DictElement):
            keys.append(visitor.expression(element.key))
            visitor.token(":")
        else:
            keys.append(None)
            visitor.token("**")
        values.append(visitor.expression(element.value))
        visitor.optional(",", element.comma)
    visitor.token("}")
    return ir.DictDisplay(visitor.span(start), tuple(keys), tuple(values))


def lower_list_comprehension(visitor: Visitor, node: cst.ListComp) -> ir.Comprehension:
    start = visitor.start()
    visitor.token("[")
    visitor.blocks.append(Block(is_comprehension=True))
    element = visitor.expression(node.elt)
    generators = _lower_generators(visitor, node.for_in)
    visitor.token("]")
    return ir.Comprehension(visitor.span(start), "list", None, element, generators)


def lower_set_comprehension(visitor: Visitor, node: cst.SetComp) -> ir.Comprehension:
    start = visitor.start()
    visitor.token("{")
    visitor.blocks.append(Block(is_comprehension=True))
    element = visitor.expression(node.elt)
    generators = _lower_generators(visitor, node.for_in)
    visitor.token("}")
    return ir.Comprehension(visitor.span(start), "set", None, element, generators)


def lower_dict_comprehension(visitor: Visitor, node: cst.DictComp) -> ir.Comprehension:
    start = visitor.start()
    visitor.token("{")
    visitor.blocks.append(Block(is_comprehension=True))
    key = visitor.expression(node.key)
    visitor.token(":")
    value = visitor.expression(node.value)
    generators = _lower_generators(visitor, node.for_in)
    visitor.token("}")
    return ir.Comprehension(visitor.span(start), "dict", key, value, generators)


def lower_generator(visitor: Visitor, node: cst.GeneratorExp) -> ir.Comprehension:
    """In `f(x for x in y)` the parentheses are the call's; the span is that of what stands between them."""
    start = visitor.start()
    if node.lpar:
        visitor.token("(")
    visitor.blocks.append(Block(is_comprehension=True))
    element = visitor.expression(node.elt)
    generators = _lower_generators(visitor, node.for_in)
    if node.lpar:
        visitor.token(")")
    return ir.Comprehension(visitor.span(start), "generator", None, element, generators)


def _lower_generators(visitor: Visitor, clause: cst.CompFor | None) -> tuple[ir.Generator, ...]:
    """Lower the `for` clauses and leave the comprehension's block."""
    generators = []
    while clause is not None:
        start = visitor.start()
        visitor.optional("async", clause.asynchronous)
        visitor.token("for")
        target = visitor.expression(clause.target)
        bind_target(visitor.blocks[-1], target)
        visitor.token("in")
        iterable = visitor.expression(clause.iter)
        conditions = []
        for condition in clause.ifs:
            visitor.token("if")
            conditions.append(visitor.expression(condition.test))
        is_async = clause.asynchronous is not None
        generators.append(ir.Generator(visitor.span(start), target, iterable, tuple(conditions), is_async))
        clause = clause.inner_for_in
    visitor.blocks.pop()
    return tuple(generators)


DISPLAYS: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Expression]] = {
    cst.Tuple: lower_tuple,
    cst.List: lower_list,
    cst.Set: lower_set,
    cst.Dict: lower_dict,
    cst.StarredElement: lower_starred,
    cst.ListComp: lower_list_comprehension,
    cst.SetComp: lower_set_comprehension,
    cst.DictComp: lower_dict_comprehension,
    cst.GeneratorExp: lower_generator,
}
