"""Every span held against what Python's own parser says of the same source: this stage's, and the fixtures."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from analyzer.syntax import ir
from analyzer.syntax.lower import lower_source

ROOT = Path(__file__).parents[3]
FIXTURES = [path for path in (ROOT / "fixtures").rglob("*.py") if path.parent.name != "hostile"]
FILES = sorted([*(ROOT / "analyzer" / "syntax").glob("*.py"), *FIXTURES])
KINDS = {
    ast.Constant: ir.Constant, ast.Name: ir.Name, ast.Attribute: ir.Attribute, ast.Subscript: ir.Subscript,
    ast.Slice: ir.Slice, ast.Call: ir.Call, ast.UnaryOp: ir.Unary, ast.BinOp: ir.Binary, ast.BoolOp: ir.Boolean,
    ast.Compare: ir.Compare, ast.IfExp: ir.Conditional, ast.Lambda: ir.Lambda, ast.Tuple: ir.Display,
    ast.List: ir.Display, ast.Set: ir.Display, ast.Dict: ir.DictDisplay, ast.Starred: ir.Starred,
    ast.JoinedStr: ir.FString, ast.NamedExpr: ir.Walrus, ast.Expr: ir.Evaluate, ast.Assign: ir.Assign,
    ast.AnnAssign: ir.Annotate, ast.AugAssign: ir.Augment, ast.Return: ir.Return, ast.If: ir.If, ast.For: ir.For,
    ast.While: ir.While, ast.FunctionDef: ir.Function, ast.ClassDef: ir.Class, ast.alias: ir.Alias,
    ast.Import: ir.Import, ast.Raise: ir.Raise, ast.Try: ir.Try, ast.ExceptHandler: ir.Handler, ast.With: ir.With,
    ast.Assert: ir.Assert, ast.Delete: ir.Delete, ast.Pass: ir.Simple, ast.Break: ir.Simple, ast.Continue: ir.Simple,
    ast.Match: ir.Match, ast.MatchValue: ir.PatternValue, ast.MatchSingleton: ir.PatternValue,
    ast.MatchAs: ir.PatternCapture, ast.MatchSequence: ir.PatternSequence, ast.MatchStar: ir.PatternStar,
    ast.MatchMapping: ir.PatternMapping, ast.MatchClass: ir.PatternClass, ast.MatchOr: ir.PatternOr,
}  # fmt: skip

Found = tuple[str, ir.Span]


def python_spans(text: str) -> Iterator[Found]:
    """What `ast` says; inside f-strings Python 3.11 has no exact positions, so nothing is compared there."""
    lines = text.split("\n")

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode()) + 1

    pending: list[Any] = [ast.parse(text)]
    while pending:
        node = pending.pop()
        starred_call = isinstance(node, ast.Call | ast.ClassDef)
        for child in ast.iter_child_nodes(node):
            value = child.value if starred_call and isinstance(child, ast.Starred) else child
            is_walrus_name = isinstance(node, ast.NamedExpr) and child is node.target
            is_pattern_constant = isinstance(node, ast.MatchSingleton)
            if not is_walrus_name and not is_pattern_constant:
                pending.append(value)
        if isinstance(node, ast.JoinedStr):
            pending = [kept for kept in pending if kept not in node.values]
        kind = KINDS.get(type(node))
        if kind is not None and not (isinstance(node, ast.alias) and node.name == "*"):
            end_line, end_offset = node.end_lineno, node.end_col_offset
            start = (node.lineno, column(node.lineno, node.col_offset))
            yield kind.__name__, (*start, end_line, column(end_line, end_offset))


def lowered_spans(module: ir.Module) -> Iterator[Found]:
    """What the IR says, but for the nodes that `ast` has no like of."""
    compared = {kind.__name__ for kind in KINDS.values()}
    pending: list[Any] = list(module.body)
    while pending:
        node = pending.pop()
        if isinstance(node, tuple):
            pending.extend(node)
        elif isinstance(node, ir.Node):
            if type(node).__name__ in compared:
                yield type(node).__name__, node.span
            if not isinstance(node, ir.FString) and not is_singleton(node):
                pending.extend(getattr(node, name) for name in node.__struct_fields__)


def is_singleton(node: ir.Node) -> bool:
    """`case None`, whose value `ast` has no node for."""
    match node:
        case ir.PatternValue(value=ir.Constant(kind="none" | "bool")):
            return True
    return False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_spans_are_those_of_python(path: Path) -> None:
    source = path.read_bytes()
    try:
        expected = Counter(python_spans(source.decode()))
    except SyntaxError:
        pytest.skip("no source for this Python")
    assert Counter(lowered_spans(lower_source(source, path.name))) == expected


def test_columns_count_code_points_and_lines_every_newline() -> None:
    module = lower_source("é = f('𝐱', y)\r\nz = 1\rw".encode(), "m.py")
    assert [statement.span for statement in module.body] == [(1, 1, 1, 14), (2, 1, 2, 6), (3, 1, 3, 2)]
    assert module.lines == 3
    assert msgspec.structs.asdict(module)["comments"] == ()
