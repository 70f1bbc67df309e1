"""The readable form of the IR: one statement a line, each with its span, blocks indented.

`def f(x): return x + 1  # next` prints as

    def f(x):  @1:1-1:24  locals x
        return x + 1  @1:11-1:24
    comment 1:26 '# next'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.syntax import ir
from analyzer.syntax.expression_text import (
    arguments_text,
    expression_text,
    operand_text,
    parameters_text,
    pattern_text,
)

_INDENT = "    "


def print_module(module: ir.Module) -> str:
    """All statements, then all comments; ends with a newline unless empty."""
    comments = (f"comment {c.line}:{c.column} {c.text!r}{' own line' * c.own_line}" for c in module.comments)
    return "".join(f"{line}\n" for line in (*_block(module.body, ""), *comments))


def print_node(node: ir.Node) -> str:
    """A statement as lines without a final newline; any other node as one line."""
    match node:
        case ir.Argument():
            return arguments_text((node,))
        case ir.Parameters():
            return parameters_text(node)
        case ir.Parameter():
            return parameters_text(ir.Parameters(node.span, (node,)))
        case ir.FormattedValue():
            return expression_text(ir.FString(node.span, (node,)))
        case _ if isinstance(node, ir.Expression):
            return expression_text(node)
        case _ if isinstance(node, ir.Pattern):
            return pattern_text(node)
        case _ if isinstance(node, ir.Statement):
            return "\n".join(_statement(node, ""))
    return repr(node)


def _at(span: ir.Span) -> str:
    return f"  @{span[0]}:{span[1]}-{span[2]}:{span[3]}"


def _block(statements: Iterable[ir.Statement], indent: str) -> Iterator[str]:
    for statement in statements:
        yield from _statement(statement, indent)


def _headed(head: str, body: Iterable[ir.Statement], indent: str, note: str = "") -> Iterator[str]:
    yield f"{indent}{head}:{note}"
    yield from _block(body, indent + _INDENT)


def _statement(node: ir.Statement, indent: str) -> Iterator[str]:
    at = _at(node.span)
    match node:
        case ir.If():
            yield from _headed(f"if {expression_text(node.test)}", node.body, indent, at)
        case ir.While():
            yield from _headed(f"while {expression_text(node.test)}", node.body, indent, at)
        case ir.For():
            head = f"{'async ' * node.is_async}for {expression_text(node.target)} in {expression_text(node.iterable)}"
            yield from _headed(head, node.body, indent, at)
        case ir.With():
            items = ", ".join(
                expression_text(item.context) + ("" if item.target is None else f" as {expression_text(item.target)}")
                for item in node.items
            )
            yield from _headed(f"{'async ' * node.is_async}with {items}", node.body, indent, at)
        case ir.Function():
            yield from _decorators(node.decorators, indent)
            returns = "" if node.returns is None else f" -> {expression_text(node.returns)}"
            head = f"{'async ' * node.is_async}def {node.name}({parameters_text(node.parameters)}){returns}"
            yield from _headed(head, node.body, indent, at + _scope(node.scope))
        case ir.Class():
            yield from _decorators(node.decorators, indent)
            bases = f"({arguments_text(node.bases)})" if node.bases else ""
            yield from _headed(f"class {node.name}{bases}", node.body, indent, at)
        case ir.Try():
            yield from _try(node, indent)
        case ir.Match():
            yield f"{indent}match {expression_text(node.subject)}:{at}"
            for case in node.cases:
                guard = "" if case.guard is None else f" if {expression_text(case.guard)}"
                head = f"case {pattern_text(case.pattern)}{guard}"
                yield from _headed(head, case.body, indent + _INDENT, _at(case.span))
        case _:
            yield f"{indent}{_simple(node)}{at}"
    if isinstance(node, (ir.If, ir.While, ir.For)) and node.orelse:
        yield from _headed("else", node.orelse, indent)


def _decorators(decorators: Iterable[ir.Expression], indent: str) -> Iterator[str]:
    for decorator in decorators:
        yield f"{indent}@{expression_text(decorator)}{_at(decorator.span)}"


def _scope(scope: ir.Scope) -> str:
    groups = (("locals", scope.locals), ("globals", scope.globals), ("nonlocals", scope.nonlocals))
    texts = [f"  {name} {', '.join(names)}" for name, names in groups if names]
    return "".join(texts) + "  generator" * scope.is_generator


def _try(node: ir.Try, indent: str) -> Iterator[str]:
    yield from _headed("try", node.body, indent, _at(node.span))
    for handler in node.handlers:
        caught = "" if handler.type is None else f" {expression_text(handler.type)}"
        name = "" if handler.name is None else f" as {handler.name}"
        yield from _headed(f"except{'*' * node.is_group}{caught}{name}", handler.body, indent, _at(handler.span))
    if node.orelse:
        yield from _headed("else", node.orelse, indent)
    if node.final:
        yield from _headed("finally", node.final, indent)


def _simple(node: ir.Statement) -> str:
    match node:
        case ir.Evaluate(value=value):
            return expression_text(value)
        case ir.Assign(targets=targets, value=value):
            return f"{' = '.join(map(expression_text, targets))} = {expression_text(value)}"
        case ir.Annotate(target=target, annotation=annotation, value=value):
            tail = "" if value is None else f" = {expression_text(value)}"
            return f"{expression_text(target)}: {expression_text(annotation)}{tail}"
        case ir.Augment(operator=operator, target=target, value=value):
            return f"{expression_text(target)} {operator}= {expression_text(value)}"
        case ir.Return(value=value):
            return "return" + _tail(" ", value)
        case ir.Import(names=names):
            return f"import {_aliases(names)}"
        case ir.ImportFrom(module=module, level=level, names=names):
            return f"from {'.' * level}{module} import {_aliases(names) or '*'}"
        case ir.Raise(exception=exception, cause=cause):
            return "raise" + _tail(" ", exception) + _tail(" from ", cause)
        case ir.Assert(test=test, message=message):
            return f"assert {operand_text(test)}" + _tail(", ", message)
        case ir.Delete(targets=targets):
            return f"del {', '.join(map(expression_text, targets))}"
        case ir.Global(names=words):
            return f"global {', '.join(words)}"
        case ir.Nonlocal(names=words):
            return f"nonlocal {', '.join(words)}"
        case ir.Simple(word=word):
            return word
        case ir.TypeAlias(name=name, value=value):
            return f"type {name} = {expression_text(value)}"
    raise TypeError(f"{type(node).__name__} is no simple statement")


def _tail(sign: str, node: ir.Expression | None) -> str:
    return "" if node is None else sign + expression_text(node)


def _aliases(names: Iterable[ir.Alias]) -> str:
    return ", ".join(f"{alias.name} as {alias.binding}" if alias.binding else alias.name for alias in names)
