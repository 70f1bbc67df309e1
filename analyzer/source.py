"""One file as text and syntax, and what lies at a place in it.

source = Source("net.py", "fc = nn.Linear(3, 4)\\n", module)
source.call_at((1, 6, 1, 21))                 -> ir.Call(...)
source.text_of((1, 16, 1, 17))                -> "3"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from analyzer.syntax import ir
from analyzer.syntax.walking import walk

Kind = TypeVar("Kind", bound=ir.Node)


@dataclass(frozen=True)
class Source:
    """A file's text with every newline a single `\\n`, and its syntax, whose spans point into the text."""

    file: str
    """As places name it: relative to the project's root."""
    text: str
    module: ir.Module

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines without their ends; `lines[span[0] - 1]` is the line of a span."""
        return tuple(self.text.split("\n"))

    def line(self, number: int) -> str:
        """A line by its number from 1; empty behind the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def text_of(self, span: ir.Span) -> str:
        """The text that a span covers."""
        line, column, end_line, end_column = span
        if line == end_line:
            return self.line(line)[column - 1 : end_column - 1]
        between = self.lines[line : end_line - 1]
        return "\n".join((self.line(line)[column - 1 :], *between, self.line(end_line)[: end_column - 1]))

    def nodes(self, kind: type[Kind]) -> Iterator[Kind]:
        """Every node of a kind in the file, in source order."""
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = tuple(node for node in self._nodes if isinstance(node, kind))
        return iter(found)

    def speaks_of(self, *words: str) -> bool:
        """Whether a word stands anywhere in the text: a cheap question before a dear one."""
        return any(word in self.text for word in words)

    def call_at(self, span: ir.Span) -> ir.Call | None:
        """The call that spans exactly this."""
        return self._calls.get(span)

    def header(self, span: ir.Span, name: str) -> ir.Span:
        """The name in a class, function or assignment that begins at a span; else the line it begins on."""
        line, _, end_line, _ = span
        for number in range(line, min(end_line, line + 200) + 1):
            pattern = rf"^\s*(?:async\s+def|def|class)\s+({re.escape(name)})\b|^\s*({re.escape(name)})\s*[=:,]"
            found = re.match(pattern, self.line(number))
            if found is not None:
                start, end = found.span(found.lastindex or 0)
                return (number, start + 1, number, end + 1)
        text = self.line(line)
        return (line, len(text) - len(text.lstrip()) + 1, line, len(text.rstrip()) + 1)

    def scope_at(self, span: ir.Span) -> str:
        """The classes and functions that a span lies in, joined by dots: `Net.__init__`."""
        return ".".join(s.name for s in self._scopes if s.span[:2] <= span[:2] and span[2:] <= s.span[2:])

    @cached_property
    def _scopes(self) -> tuple[ir.Class | ir.Function, ...]:
        return tuple(node for node in self._nodes if isinstance(node, (ir.Class, ir.Function)))

    @cached_property
    def _nodes(self) -> tuple[ir.Node, ...]:
        return tuple(walk(self.module.body))

    @cached_property
    def _by_kind(self) -> dict[object, tuple[Any, ...]]:
        return {}

    @cached_property
    def _calls(self) -> Mapping[ir.Span, ir.Call]:
        return {node.span: node for node in self._nodes if isinstance(node, ir.Call)}
