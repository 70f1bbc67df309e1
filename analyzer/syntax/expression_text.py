"""Expressions and patterns of the IR as compact, Python-like text; nested operators are always in parentheses.

Binary('+', Name('a'), Binary('*', Name('b'), Constant(2)))   -> "a + (b * 2)"
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.syntax import ir
from analyzer.syntax.literals import value_of

_BRACKETS = {"tuple": "()", "generator": "()", "list": "[]", "set": "{}", "dict": "{}"}
_COMPOUND = (ir.Unary, ir.Binary, ir.Boolean, ir.Compare, ir.Conditional, ir.Lambda, ir.Walrus, ir.Yield, ir.Await)


def expression_text(node: ir.Expression) -> str:
    """One expression on one line."""
    match node:
        case ir.Constant(kind="int" | "complex", value=value):
            return str(value)
        case ir.Constant():
            constant = value_of(node)
            return "..." if constant is ... else repr(constant)
        case ir.Name(name=name):
            return name
        case ir.Attribute(value=value, name=name):
            return f"{operand_text(value)}.{name}"
        case ir.Subscript(value=value, index=ir.Display(kind="tuple", elements=elements)) if elements:
            return f"{operand_text(value)}[{_commas(elements, trailing=len(elements) == 1)}]"
        case ir.Subscript(value=value, index=index):
            return f"{operand_text(value)}[{expression_text(index)}]"
        case ir.Slice(lower=lower, upper=upper, step=step):
            tail = f":{expression_text(step)}" if step is not None else ""
            return f"{_optional(lower)}:{_optional(upper)}{tail}"
        case ir.Call(function=function, arguments=arguments):
            return f"{operand_text(function)}({arguments_text(arguments)})"
        case ir.Display(kind=kind, elements=elements):
            brackets = _BRACKETS[kind]
            return f"{brackets[0]}{_commas(elements, trailing=kind == 'tuple' and len(elements) == 1)}{brackets[1]}"
        case ir.DictDisplay(keys=keys, values=values):
            items = (
                f"**{operand_text(value)}" if key is None else f"{expression_text(key)}: {expression_text(value)}"
                for key, value in zip(keys, values, strict=True)
            )
            return f"{{{', '.join(items)}}}"
        case ir.Starred(value=value):
            return f"*{operand_text(value)}"
        case ir.Comprehension():
            return _comprehension_text(node)
        case ir.FString(parts=parts):
            return f"f'{_parts_text(parts)}'"
        case _:
            return _operation_text(node)


def operand_text(node: ir.Expression) -> str:
    """An expression as part of a larger one."""
    text = expression_text(node)
    return f"({text})" if isinstance(node, _COMPOUND) else text


def _operation_text(node: ir.Expression) -> str:
    match node:
        case ir.Unary(operator=operator, operand=operand):
            return f"{operator}{' ' * (operator == 'not')}{operand_text(operand)}"
        case ir.Binary(operator=operator, left=left, right=right):
            return f"{operand_text(left)} {operator} {operand_text(right)}"
        case ir.Boolean(operator=operator, values=values):
            return f" {operator} ".join(map(operand_text, values))
        case ir.Compare(left=left, operators=operators, comparators=comparators):
            tail = "".join(f" {o} {operand_text(c)}" for o, c in zip(operators, comparators, strict=True))
            return operand_text(left) + tail
        case ir.Conditional(test=test, body=body, orelse=orelse):
            return f"{operand_text(body)} if {operand_text(test)} else {operand_text(orelse)}"
        case ir.Lambda(parameters=parameters, body=body):
            return f"lambda {parameters_text(parameters)}: {operand_text(body)}"
        case ir.Walrus(name=name, value=value):
            return f"{name} := {operand_text(value)}"
        case ir.Yield(value=value, delegate=delegate):
            return f"yield{' from' * delegate}{'' if value is None else ' ' + operand_text(value)}"
        case ir.Await(value=value):
            return f"await {operand_text(value)}"
    raise TypeError(f"{type(node).__name__} is no expression")


def _comprehension_text(node: ir.Comprehension) -> str:
    clauses = "".join(
        f" {'async ' * clause.is_async}for {expression_text(clause.target)} in {operand_text(clause.iterable)}"
        + "".join(f" if {operand_text(condition)}" for condition in clause.conditions)
        for clause in node.generators
    )
    key = "" if node.key is None else f"{expression_text(node.key)}: "
    brackets = _BRACKETS[node.kind]
    return f"{brackets[0]}{key}{operand_text(node.element)}{clauses}{brackets[1]}"


def _parts_text(parts: Iterable[ir.Constant | ir.FormattedValue]) -> str:
    return "".join(_part_text(part) for part in parts)


def _part_text(part: ir.Constant | ir.FormattedValue) -> str:
    if isinstance(part, ir.Constant):
        return repr("'" + str(value_of(part)))[2:-1].replace("{", "{{").replace("}", "}}")
    conversion = f"!{part.conversion}" if part.conversion else ""
    spec = "" if part.spec is None else f":{_parts_text(part.spec.parts)}"
    return f"{{{expression_text(part.value)}{conversion}{spec}}}"


def _commas(nodes: Iterable[ir.Expression], *, trailing: bool = False) -> str:
    return ", ".join(map(expression_text, nodes)) + "," * trailing


def _optional(node: ir.Expression | None) -> str:
    return "" if node is None else operand_text(node)


def arguments_text(arguments: Iterable[ir.Argument]) -> str:
    """`a, *b, c=1, **d`"""
    return ", ".join(
        f"{argument.star}{operand_text(argument.value)}"
        if argument.star
        else f"{'' if argument.keyword is None else argument.keyword + '='}{expression_text(argument.value)}"
        for argument in arguments
    )


def parameters_text(parameters: ir.Parameters) -> str:
    """`a, /, b: int = 1, *, c, **d`"""
    texts: list[str] = []
    previous = ""
    for parameter in parameters.parameters:
        if previous == "positional_only" != parameter.kind:
            texts.append("/")
        if parameter.kind == "keyword_only" and previous not in ("keyword_only", "var_positional"):
            texts.append("*")
        stars = {"var_positional": "*", "var_keyword": "**"}.get(parameter.kind, "")
        annotation = "" if parameter.annotation is None else f": {expression_text(parameter.annotation)}"
        default = "" if parameter.default is None else f" = {expression_text(parameter.default)}"
        texts.append(f"{stars}{parameter.name}{annotation}{default}")
        previous = parameter.kind
    return ", ".join([*texts, "/"] if previous == "positional_only" else texts)


def pattern_text(node: ir.Pattern) -> str:
    """A pattern on one line."""
    match node:
        case ir.PatternValue(value=value):
            return expression_text(value)
        case ir.PatternCapture(pattern=None, name=name):
            return name or "_"
        case ir.PatternCapture(pattern=pattern, name=name) if pattern is not None:
            return f"({pattern_text(pattern)} as {name})"
        case ir.PatternSequence(patterns=patterns):
            return f"[{', '.join(map(pattern_text, patterns))}]"
        case ir.PatternStar(name=name):
            return f"*{name or '_'}"
        case ir.PatternMapping(keys=keys, patterns=patterns, rest=rest):
            items = [f"{expression_text(k)}: {pattern_text(p)}" for k, p in zip(keys, patterns, strict=True)]
            return f"{{{', '.join([*items, f'**{rest}'] if rest else items)}}}"
        case ir.PatternClass(type=type_, positional=positional, names=names, keywords=keywords):
            named = (f"{name}={pattern_text(pattern)}" for name, pattern in zip(names, keywords, strict=True))
            return f"{expression_text(type_)}({', '.join([*map(pattern_text, positional), *named])})"
        case ir.PatternOr(patterns=patterns):
            return f"({' | '.join(map(pattern_text, patterns))})"
    raise TypeError(f"{type(node).__name__} is no pattern")
