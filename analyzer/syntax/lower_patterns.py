"""Lowers the patterns of `match`.

case {"kind": "conv", **rest}:   -> PatternMapping((Constant('kind'),), (PatternValue(Constant('conv')),), 'rest')
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.visitor import Visitor


def lower_value(visitor: Visitor, node: cst.MatchValue | cst.MatchSingleton) -> ir.PatternValue:
    value = visitor.expression(node.value)
    return ir.PatternValue(value.span, value)


def lower_capture(visitor: Visitor, node: cst.MatchAs) -> ir.PatternCapture:
    start = visitor.start()
    pattern = None
    if node.pattern is not None:
        pattern = visitor.pattern(node.pattern)
        visitor.token("as")
    name = _lower_name(visitor, node.name)
    return ir.PatternCapture(visitor.span(start), pattern, name)


def _lower_name(visitor: Visitor, node: cst.Name | None) -> str | None:
    if node is None:
        visitor.token("_")
        return None
    name = visitor.word(node)
    visitor.bind(name)
    return name


def lower_sequence(visitor: Visitor, node: cst.MatchList | cst.MatchTuple) -> ir.PatternSequence:
    start = visitor.start()
    is_tuple = isinstance(node, cst.MatchTuple)
    is_list = isinstance(node, cst.MatchList) and node.lbracket is not None
    if is_tuple or is_list:
        visitor.token("(" if is_tuple else "[")
    patterns = _lower_elements(visitor, node.patterns)
    if is_tuple or is_list:
        visitor.token(")" if is_tuple else "]")
    return ir.PatternSequence(visitor.span(start), patterns)


def _lower_elements(
    visitor: Visitor, nodes: Sequence[cst.MatchSequenceElement | cst.MatchStar]
) -> tuple[ir.Pattern, ...]:
    patterns: list[ir.Pattern] = []
    for node in nodes:
        if isinstance(node, cst.MatchStar):
            start = visitor.start()
            visitor.token("*")
            name = _lower_name(visitor, node.name)
            patterns.append(ir.PatternStar(visitor.span(start), name))
        else:
            patterns.append(visitor.pattern(node.value))
        visitor.optional(",", node.comma)
    return tuple(patterns)


def lower_mapping(visitor: Visitor, node: cst.MatchMapping) -> ir.PatternMapping:
    start = visitor.start()
    visitor.token("{")
    keys, patterns = [], []
    for element in node.elements:
        keys.append(visitor.expression(element.key))
        visitor.token(":")
        patterns.append(visitor.pattern(element.pattern))
        visitor.optional(",", element.comma)
    rest = None
    if node.rest is not None:
        visitor.token("**")
        rest = _lower_name(visitor, node.rest)
        visitor.optional(",", node.trailing_comma)
    visitor.token("}")
    return ir.PatternMapping(visitor.span(start), tuple(keys), tuple(patterns), rest)


def lower_class_pattern(visitor: Visitor, node: cst.MatchClass) -> ir.PatternClass:
    start = visitor.start()
    type_ = visitor.expression(node.cls)
    visitor.token("(")
    positional = _lower_elements(visitor, node.patterns)
    names, keywords = [], []
    for element in node.kwds:
        names.append(visitor.word(element.key))
        visitor.token("=")
        keywords.append(visitor.pattern(element.pattern))
        visitor.optional(",", element.comma)
    visitor.token(")")
    return ir.PatternClass(visitor.span(start), type_, positional, tuple(names), tuple(keywords))


def lower_or(visitor: Visitor, node: cst.MatchOr) -> ir.PatternOr:
    start = visitor.start()
    patterns = []
    for element in node.patterns:
        patterns.append(visitor.pattern(element.pattern))
        visitor.optional("|", element.separator)
    return ir.PatternOr(visitor.span(start), tuple(patterns))


PATTERNS: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Pattern]] = {
    cst.MatchValue: lower_value,
    cst.MatchSingleton: lower_value,
    cst.MatchAs: lower_capture,
    cst.MatchList: lower_sequence,
    cst.MatchTuple: lower_sequence,
    cst.MatchMapping: lower_mapping,
    cst.MatchClass: lower_class_pattern,
    cst.MatchOr: lower_or,
}
