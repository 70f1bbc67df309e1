"""Arguments of calls and the edits that change them.

argument(<nn.Conv2d(3, 8, bias=True)>, 7, "bias")       -> ir.Argument(keyword="bias", value=True)
with_keyword(place, call, "bias=False")                 -> Edit that makes it nn.Conv2d(3, 8, bias=False)
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.evaluation.values import Class, Place
from analyzer.report import Edit, Span
from analyzer.rule import Subject
from analyzer.source import Source
from analyzer.syntax import ir
from analyzer.syntax.walking import walk

HELPING = ("torch.optim.lr_scheduler.", "torch.optim.swa_utils.")


def span_of(place: Place, span: ir.Span | None = None) -> Span:
    """A span in the file of a place."""
    line, column, end_line, end_column = span or place.span
    return Span(place.file, line, column, end_line, end_column)


def has_stars(call: ir.Call) -> bool:
    """Whether some arguments are unpacked, so that it is not written which ones are given."""
    return any(argument.star for argument in call.arguments)


def argument(call: ir.Call, position: int, keyword: str) -> ir.Argument | None:
    """The argument given for a parameter; only to be asked where nothing is unpacked."""
    for index, given in enumerate(call.arguments):
        if given.keyword == keyword or (given.keyword is None and index == position):
            return given
    return None


def with_keyword(place: Place, call: ir.Call, text: str) -> Edit:
    """One more argument behind the last one."""
    if call.arguments:
        _, _, line, column = call.arguments[-1].span
        return Edit(Span(place.file, line, column, line, column), f", {text}")
    _, _, line, column = call.span
    return Edit(Span(place.file, line, column - 1, line, column - 1), text)


def is_optimiser(subject: Subject, node: ir.Node) -> bool:
    """`torch.optim.SGD(...)`; schedulers and averages are none."""
    if not isinstance(node, ir.Call) or not isinstance(node.function, ir.Attribute | ir.Name):
        return False
    if not node.function.name[:1].isupper():
        return False
    name = subject.name_of(node.function) or ""
    return name.startswith("torch.optim.") and not name.startswith(
        ("torch.optim.lr_scheduler", "torch.optim.swa_utils")
    )


def is_true(node: ir.Node) -> bool:
    """`True`"""
    return isinstance(node, ir.Constant) and node.kind == "bool" and node.value is True


def is_literal(node: ir.Node) -> bool:
    """Whether an expression is made of whole numbers only: `256 * 8 * 8`."""
    return all(
        isinstance(part, ir.Binary | ir.Unary) or (isinstance(part, ir.Constant) and part.kind == "int")
        for part in walk(node)
    )


def factors(node: ir.Node) -> int | None:
    """How many numbers a product has: 3 for `256*8*8`; None for what is no product."""
    match node:
        case ir.Constant(kind="int"):
            return 1
        case ir.Binary(operator="*", left=left, right=ir.Constant(kind="int")):
            before = factors(left)
            return None if before is None else before + 1
    return None


def class_node(subject: Subject, cls: Class) -> tuple[Source, ir.Class] | None:
    """The statement that made a class of the project, and its file."""
    source = None if cls.place is None else subject.source_of(cls.place)
    if source is None or cls.place is None:
        return None
    for node in source.nodes(ir.Class):
        if node.span == cls.place.span:
            return source, node
    return None


def methods(node: ir.Class) -> Iterator[ir.Function]:
    """The functions of a class body."""
    return (statement for statement in node.body if isinstance(statement, ir.Function))


def assignment(subject: Subject, cls: Class, name: str) -> tuple[Place, ir.Expression] | None:
    """Where a class of the project, or one of its bases, first assigns `self.name`, and what."""
    for base in cls.mro:
        found = class_node(subject, base)
        if found is None:
            continue
        source, node = found
        for statement in walk(node.body):
            targets = statement.targets if isinstance(statement, ir.Assign) else ()
            if isinstance(statement, ir.Annotate) and statement.value is not None:
                targets = (statement.target,)
            if any(is_own(target, name) for target in targets):
                return Place(source.file, statement.span), statement.value
    return None


def is_own(node: ir.Node, name: str | None = None) -> bool:
    """`self.name`, or any attribute of self."""
    return (
        isinstance(node, ir.Attribute)
        and isinstance(node.value, ir.Name)
        and node.value.name == "self"
        and name in (None, node.name)
    )
