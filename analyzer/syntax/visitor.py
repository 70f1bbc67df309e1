"""The libcst visitor: walks a tree in the order of its text, with a cursor that follows every token.

libcst's tree says which tokens there are, the text says where: `token("(")` steps over blanks and comments to the next
token, checks that it is `(`, and moves behind it. So each span is exact without a second walk over the tree.

    visitor = Visitor("f (x)", handlers);  start = visitor.start()           -> (1, 1)
    visitor.token("f"); visitor.token("("); visitor.token("x"); visitor.token(")")
    visitor.span(start)                                                      -> (1, 1, 1, 6)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.scopes import Block, mangle
from analyzer.syntax.source import SourceError, error_at

Position = tuple[int, int]
_BLANKS = re.compile(r"[ \t\f\n]*(?:(?:\\\n|#[^\n\0]*)[ \t\f\n]*)*")
_COMMENT = re.compile(r"#[^\n\0]*")

MAXIMUM_DEPTH = 300
"""Levels of statements and expressions: little enough to be encoded, decoded and printed by recursion."""

OWN_PARENTHESES = (cst.Tuple, cst.GeneratorExp)
"""Expressions whose innermost parentheses are their own; all others are merely grouped by theirs."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A kind of expression that begins with an expression of its own: `left.name`, `left(...)`, `left + right`."""

    left: str
    finish: Callable[[Visitor, Any, Position, ir.Expression], ir.Expression]


@dataclass(frozen=True, slots=True)
class Handlers:
    """One function per kind of libcst node."""

    expressions: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Expression]]
    chains: Mapping[type[cst.CSTNode], Chain]
    statements: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Statement]]
    patterns: Mapping[type[cst.CSTNode], Callable[[Visitor, Any], ir.Pattern]]


class Visitor:
    """Position in the text, enclosing blocks and comments met so far.

    Between two calls the cursor stands right behind the last token that was taken.
    """

    __slots__ = ("_base", "_depth", "_handlers", "_line", "blocks", "class_name", "comments", "position", "text")

    def __init__(self, text: str, handlers: Handlers) -> None:
        self.text = text + "\0"
        self.position = 0
        self.comments: list[ir.Comment] = []
        self.blocks = [Block()]
        self.class_name = ""
        self._line = 1
        self._base = -1
        self._depth = 0
        self._handlers = handlers

    # ------------------------------------------------------------ tokens

    def skip(self) -> None:
        """Step over blanks, line joins and comments."""
        text, begin = self.text, self.position
        if text[begin] > "#" and text[begin] != "\\":
            return
        match = _BLANKS.match(text, begin)
        end = match.end() if match else begin
        if "#" in text[begin:end]:
            self._keep_comments(begin, end)
        self.advance(end)

    def advance(self, end: int) -> None:
        """Move to offset `end`."""
        newline = self.text.rfind("\n", self.position, end)
        if newline >= 0:
            self._line += self.text.count("\n", self.position, end)
            self._base = newline
        self.position = end

    def start(self) -> Position:
        """Line and column of the next token."""
        self.skip()
        return self._line, self.position - self._base

    def here(self) -> Position:
        """Line and column of the cursor."""
        return self._line, self.position - self._base

    def span(self, start: Position) -> ir.Span:
        """From `start` to the end of the last token taken."""
        return start[0], start[1], self._line, self.position - self._base

    def token(self, token: str) -> None:
        """Take the next token, which is known to be `token`."""
        if not self.text.startswith(token, self.position):
            self.skip()
            if not self.text.startswith(token, self.position):
                raise self.error(f"expected {token!r}")
        self.position += len(token)

    def string(self, literal: str) -> None:
        """Take text that may span lines."""
        if not self.text.startswith(literal, self.position):
            raise self.error("expected the rest of a string")
        self.advance(self.position + len(literal))

    def optional(self, token: str, node: object) -> None:
        """Take `token` if libcst has a node for it."""
        if node is not None and not isinstance(node, cst.MaybeSentinel):
            self.token(token)

    def error(self, message: str) -> SourceError:
        """A SourceError at the cursor."""
        return error_at(message, self.text[:-1], self._line, self.position - self._base)

    def _keep_comments(self, begin: int, end: int) -> None:
        for match in _COMMENT.finditer(self.text, begin, end):
            line = self._line + self.text.count("\n", self.position, match.start())
            line_start = self.text.rfind("\n", 0, match.start()) + 1
            blank = self.text[line_start : match.start()].isspace() or line_start == match.start()
            self.comments.append(ir.Comment(line, match.start() - line_start + 1, match[0].rstrip(), blank))

    # ------------------------------------------------------------ names

    def identifier(self, name: str) -> str:
        """The name as Python stores it."""
        if not name.isascii():
            name = unicodedata.normalize("NFKC", name)
        return mangle(name, self.class_name) if name.startswith("__") else name

    def word(self, node: cst.Name) -> str:
        """Take a name; gives the name as Python stores it."""
        self.token(node.value)
        return self.identifier(node.value)

    def dotted(self, node: cst.BaseExpression) -> str:
        """Take `a.b.c`; gives it without blanks."""
        names = []
        while isinstance(node, cst.Attribute):
            names.append(node.attr)
            node = node.value
        names.append(cst.ensure_type(node, cst.Name))
        words: list[str] = []
        for name in reversed(names):
            if words:
                self.token(".")
            words.append(self.word(name))
        return ".".join(words)

    def bind(self, name: str) -> None:
        """Make `name` a local of the innermost block."""
        self.blocks[-1].bound[name] = None

    def function_block(self) -> Block:
        """The innermost block that is no comprehension."""
        return next(block for block in reversed(self.blocks) if not block.is_comprehension)

    # ------------------------------------------------------------ nodes

    def deepen(self, levels: int) -> None:
        """Enter `levels` levels of the tree, or leave them if negative."""
        self._depth += levels
        if self._depth > MAXIMUM_DEPTH:
            raise self.error(f"nested more than {MAXIMUM_DEPTH} levels deep")

    def expression(self, node: Any) -> ir.Expression:
        """Lower an expression; chains such as `a + b + c` or `a.b().c` are followed in a loop, not by recursion."""
        chains = self._handlers.chains
        pending: list[tuple[Any, Chain, Position]] = []
        while True:
            outer = node.lpar
            if outer:
                outer = outer[type(node) in OWN_PARENTHESES :]
                for _ in outer:
                    self.token("(")
            chain = chains.get(type(node))
            if chain is None:
                break
            pending.append((node, chain, self.start()))
            node = getattr(node, chain.left)
        levels = len(pending) + 1
        self.deepen(levels)
        lower = self._handlers.expressions.get(type(node))
        if lower is None:
            raise self.error(f"{type(node).__name__} is not supported")
        result = lower(self, node)
        for _ in outer:
            self.token(")")
        while pending:
            node, chain, start = pending.pop()
            result = chain.finish(self, node, start, result)
            for _ in node.rpar:
                self.token(")")
        self.deepen(-levels)
        return result

    def statement(self, node: cst.CSTNode) -> ir.Statement:
        """Lower a small or compound statement."""
        return self._handlers.statements[type(node)](self, node)

    def statements(self, nodes: Sequence[cst.CSTNode]) -> tuple[ir.Statement, ...]:
        """Lower lines and compound statements."""
        result: list[ir.Statement] = []
        self.deepen(1)
        for node in nodes:
            if isinstance(node, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
                for small in node.body:
                    result.append(self.statement(small))
                    self.optional(";", small.semicolon)
            else:
                result.append(self.statement(node))
        self.deepen(-1)
        return tuple(result)

    def suite(self, node: cst.BaseSuite) -> tuple[ir.Statement, ...]:
        """Lower `: body`, indented or on the same line."""
        self.token(":")
        return self.statements((node,) if isinstance(node, cst.SimpleStatementSuite) else node.body)

    def pattern(self, node: cst.MatchPattern) -> ir.Pattern:
        """Lower a pattern of a `case`."""
        lower = self._handlers.patterns[type(node)]
        left: Sequence[object] = getattr(node, "lpar", ())
        own = 1 if isinstance(node, cst.MatchTuple) else 0
        for _ in left[own:]:
            self.token("(")
        result = lower(self, node)
        for _ in left[own:]:
            self.token(")")
        return result
