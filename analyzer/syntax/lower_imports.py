"""Lowers `import` and `from ... import`.

from ..layers import Conv as C   -> ImportFrom('layers', 2, (Alias('Conv', 'C'),))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.visitor import Visitor


def lower_import(visitor: Visitor, node: cst.Import) -> ir.Import:
    start = visitor.start()
    visitor.token("import")
    names = []
    for item in node.names:
        alias = _lower_alias(visitor, item)
        visitor.bind(alias.binding or alias.name.partition(".")[0])
        names.append(alias)
        visitor.optional(",", item.comma)
    return ir.Import(visitor.span(start), tuple(names))


def lower_import_from(visitor: Visitor, node: cst.ImportFrom) -> ir.ImportFrom:
    start = visitor.start()
    visitor.token("from")
    for _ in node.relative:
        visitor.token(".")
    module = visitor.dotted(node.module) if node.module is not None else ""
    visitor.token("import")
    names = []
    if isinstance(node.names, cst.ImportStar):
        visitor.token("*")
    else:
        visitor.optional("(", node.lpar)
        for item in node.names:
            alias = _lower_alias(visitor, item)
            visitor.bind(alias.binding or alias.name)
            names.append(alias)
            visitor.optional(",", item.comma)
        visitor.optional(")", node.rpar)
    return ir.ImportFrom(visitor.span(start), module, len(node.relative), tuple(names))


def _lower_alias(visitor: Visitor, node: cst.ImportAlias) -> ir.Alias:
    start = visitor.start()
    name = visitor.dotted(node.name)
    binding = None
    if node.asname is not None:
        visitor.token("as")
        binding = visitor.word(cst.ensure_type(node.asname.name, cst.Name))
    return ir.Alias(visitor.span(start), name, binding)


IMPORTS: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Statement]] = {
    cst.Import: lower_import,
    cst.ImportFrom: lower_import_from,
}
