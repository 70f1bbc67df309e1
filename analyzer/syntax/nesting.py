"""Bounds the nesting of source before libcst's native parser, which would overflow its stack, or take forever, sees it.

    check_nesting("x = " + "(" * 101 + ")" * 101)   -> SourceError: more than 100 nested brackets
    check_nesting("x = f(a, (b))")                  -> None

The scan follows strings and f-strings exactly as libcst's tokenizer does. Text that the scan misreads is text that the
tokenizer refuses before any parsing begins.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from analyzer.syntax.source import SourceError, error_at

STACK_BYTES = 64 * 2**20
MAXIMUM_BRACKETS = 100
MAXIMUM_CHAIN = 1_500
"""Tokens between two commas, in all enclosing brackets together."""
MAXIMUM_BRANCHES = 1_000
"""`elif` after `elif`, with those of all enclosing ones."""
MAXIMUM_TOKENS = 120_000
"""In a file: libcst's tree takes up to two kilobytes for each."""
MAXIMUM_COSTLY_BRACKETS = 10
"""In a `case` pattern and behind `del`, whose parsing doubles its time with every bracket."""
MAXIMUM_WORK = 8_000_000
"""About a minute: a token costs a unit, one more per enclosing bracket, and a share of the chain before it."""

_STRINGS = r"""
      (?P<format>(?:[rR][fFtT]|[fFtT][rR]?)(?:\"\"\"|'''|"|'))
    | (?P<string>(?:[bB][rR]?|[rR][bB]?|[uU])?
      (?: \"\"\"[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*\"\"\" | '''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''
        | "(?!"")[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*" | '(?!'')[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*' ))
    | (?P<open>[(\[{]) | (?P<close>[)\]}]) | (?P<reset>[,;]) | (?P<colon>:)
    | (?P<newline>\n) | (?P<blank>[ \t\f]+|\\\n|\#[^\n]*) | (?P<unterminated>["'])"""
_TOKENS = re.compile(_STRINGS + r"| \w+ | [\s\S]", re.VERBOSE)
_STRETCHES = re.compile(_STRINGS + r"| (?:\w+(?![\w\"'])[ ]* | [-+*/%@&|^~<>=.!]+[ ]*)+ | \w+ | [\s\S]", re.VERBOSE)


@dataclass(slots=True)
class _Format:
    """An f-string that the scan is in: its quotes, and how deep its replacement fields and their formats nest."""

    quotes: str
    is_raw: bool
    brackets: int = 0
    specs: int = 0


@dataclass(slots=True)
class _Scan:
    """Where the scan of a text stands."""

    text: str
    chains: list[int] = field(default_factory=lambda: [0])
    """Tokens since the last comma, one count for every open bracket."""
    enclosing: int = 0
    """The sum of all chains but the last."""
    formats: list[_Format] = field(default_factory=list)
    branches: dict[int, int] = field(default_factory=dict)
    """Indentation -> how many `elif` the chain that is open there has."""
    work: int = 0
    tokens: int = 0
    is_costly: bool = False

    def fail(self, message: str, offset: int) -> SourceError:
        line_start = self.text.rfind("\n", 0, offset) + 1
        return error_at(message, self.text, self.text.count("\n", 0, offset) + 1, offset - line_start + 1)

    def count(self, offset: int, tokens: int) -> None:
        self.chains[-1] += tokens
        self.tokens += tokens
        if self.tokens > MAXIMUM_TOKENS:
            raise self.fail(f"more than {MAXIMUM_TOKENS:,} tokens in one file", offset)
        depth = len(self.chains)
        chain = self.enclosing + self.chains[-1]
        self.work += tokens * (depth + (chain >> 4) + (1 << depth if self.is_costly else 0))
        if chain > MAXIMUM_CHAIN:
            raise self.fail(f"more than {MAXIMUM_CHAIN} tokens in one expression", offset)
        if self.work > MAXIMUM_WORK:
            raise self.fail("too much nesting to parse in reasonable time", offset)

    def begin_statement(self, offset: int) -> None:
        self.is_costly = self.text.startswith("case", offset)
        is_branch = self.text.startswith("elif", offset)
        if self.branches or is_branch:
            column = offset - self.text.rfind("\n", 0, offset)
            self.branches = {at: count for at, count in self.branches.items() if at < column + is_branch}
            if is_branch:
                self.branches[column] = self.branches.get(column, 0) + 1
                if sum(self.branches.values()) > MAXIMUM_BRANCHES:
                    raise self.fail(f"more than {MAXIMUM_BRANCHES} branches in one statement", offset)

    def open(self, offset: int) -> None:
        self.enclosing += self.chains[-1]
        self.chains.append(0)
        limit = MAXIMUM_COSTLY_BRACKETS if self.is_costly else MAXIMUM_BRACKETS
        if len(self.chains) > limit + 1:
            raise self.fail(f"more than {limit} nested brackets", offset)
        if self.formats:
            self.formats[-1].brackets += 1

    def close(self) -> None:
        if len(self.chains) > 1:
            self.chains.pop()
            self.enclosing -= self.chains[-1]
        if self.formats:
            current = self.formats[-1]
            current.specs -= current.brackets == current.specs
            current.brackets -= 1


def check_nesting(text: str) -> None:
    """SourceError if `text` nests deeper than its parser can bear.

    A quick scan takes every character for a token; only if that is too much are the tokens told apart.
    """
    try:
        _check(_Scan(text), _STRETCHES)
    except SourceError:
        _check(_Scan(text), _TOKENS)


def _check(scan: _Scan, pattern: re.Pattern[str]) -> None:
    text = scan.text
    position, at_line_start, after_string, end = 0, True, False, len(text)
    while position < end:
        formats = scan.formats
        if formats and formats[-1].brackets == formats[-1].specs:
            position = _skip_format_text(scan, position)
            continue
        match = pattern.match(text, position)
        if match is None or match.lastgroup == "unterminated":
            return
        kind, begin, position = match.lastgroup, position, match.end()
        if kind is None:
            if at_line_start:
                at_line_start = False
                scan.begin_statement(begin)
            if text.startswith("del", begin):
                scan.is_costly = True
            scan.count(begin, position - begin if pattern is _STRETCHES else 1)
        elif kind == "string":
            at_line_start = False
            if not after_string:
                scan.count(begin, 1)
            after_string = True
            continue
        elif kind == "newline":
            if len(scan.chains) == 1:
                scan.chains[0] = 0
                at_line_start, scan.is_costly = True, False
        elif kind != "blank":
            at_line_start = False
            scan.count(begin, 1)
            if kind == "open":
                scan.open(begin)
            elif kind == "close":
                scan.close()
            elif kind == "reset":
                scan.chains[-1] = 0
            elif kind == "format":
                prefix = match[0].rstrip("\"'")
                formats.append(_Format(match[0][len(prefix) :], "r" in prefix.lower()))
            elif formats and formats[-1].brackets - formats[-1].specs == 1:
                formats[-1].specs += 1
        after_string = after_string and kind in ("newline", "blank")


_RAW_TEXT = re.compile(r"(?:[^\\{}\"']|\\[\"'\\]?)+")
_PLAIN_TEXT = re.compile(r"(?:[^\\{}\"']|\\N\{|\\[^{}])+")
_SPEC_TEXT = re.compile(r"(?:[^\\{}\"']|\\[^{}])+")


def _skip_format_text(scan: _Scan, position: int) -> int:
    """Step over the text of an f-string, to the next replacement field or behind its end."""
    text, current = scan.text, scan.formats[-1]
    match = (_RAW_TEXT if current.is_raw else _SPEC_TEXT if current.specs else _PLAIN_TEXT).match(text, position)
    position = match.end() if match else position
    if text.startswith(current.quotes, position):
        scan.formats.pop()
        return position + len(current.quotes)
    sign = text[position : position + 1]
    if current.specs == 0 and text[position : position + 2] in ("{{", "}}"):
        return position + 2
    if sign == "{":
        scan.count(position, 1)
        scan.open(position)
    elif sign == "}" and current.specs:
        scan.close()
    return position + 1


Result = TypeVar("Result")


def with_deep_stack(work: Callable[[], Result]) -> Result:
    """What `work()` gives, run on a stack that bears all that `check_nesting` passes, wherever it is called from."""
    previous = threading.stack_size(STACK_BYTES)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="weighbridge-syntax") as pool:
        try:
            future = pool.submit(work)
        finally:
            threading.stack_size(previous)
        return future.result()
