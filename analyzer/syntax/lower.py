"""Lowers the bytes of a file to the intermediate representation: decode, bound, parse by libcst, walk once.

lower_source(b"x = nn.Linear(3, 4)\\n", "net.py").body
    -> (Assign((1, 1, 1, 20), (Name((1, 1, 1, 2), 'x'),), Call(...)),)
lower_source(b"print 'hello'\\n", "old.py")
    -> SourceError: old.py:1:13: invalid syntax
"""

from __future__ import annotations

import ast
import re
import warnings

import libcst as cst

from analyzer.syntax import ir
from analyzer.syntax.lower_displays import DISPLAYS
from analyzer.syntax.lower_expressions import CHAINS, EXPRESSIONS
from analyzer.syntax.lower_functions import FUNCTIONS, LAMBDAS, docstring
from analyzer.syntax.lower_imports import IMPORTS
from analyzer.syntax.lower_patterns import PATTERNS
from analyzer.syntax.lower_statements import STATEMENTS
from analyzer.syntax.lower_strings import STRINGS
from analyzer.syntax.nesting import check_nesting, with_deep_stack
from analyzer.syntax.source import MAXIMUM_BYTES, SourceError, decode_source, error_at
from analyzer.syntax.visitor import Handlers, Visitor

HANDLERS = Handlers(
    expressions={**EXPRESSIONS, **DISPLAYS, **STRINGS, **LAMBDAS},
    chains=CHAINS,
    statements={**STATEMENTS, **IMPORTS, **FUNCTIONS},
    patterns=PATTERNS,
)
_PLACE = re.compile(r"(parser|tokenizer) error: (?:error at (\d+):(\d+): )?(.*)", re.DOTALL)


def lower_source(source: bytes, path: str, *, maximum_bytes: int = MAXIMUM_BYTES) -> ir.Module:
    """The module that `source` spells; `path` only names it in the SourceError that everything else ends in."""
    text = decode_source(source, path, maximum_bytes=maximum_bytes)
    try:
        check_nesting(text)
        return with_deep_stack(lambda: _lower(text))
    except SourceError as error:
        error.path = path
        raise
    except RecursionError as error:
        raise SourceError("nested too deeply", path=path) from error


def _lower(text: str) -> ir.Module:
    tree = _parse(text)
    visitor = Visitor(text, HANDLERS)
    body = visitor.statements(tree.body)
    visitor.skip()
    if visitor.position != len(text):
        raise visitor.error("expected the end of the source")
    lines = text.count("\n") + (not text.endswith("\n") and text != "")
    return ir.Module(body, tuple(visitor.comments), docstring(body), lines)


def _as_python_says(text: str) -> tuple[str, int, int] | None:
    """Message, line and column by Python's own parser, which points closer; None where it finds no fault."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return (error.msg, error.lineno or 1, error.offset or 1) if error.lineno else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _parse(text: str) -> cst.Module:
    try:
        return cst.parse_module(text)
    except cst.ParserSyntaxError as error:
        found = _PLACE.match(error.message)
        message = found[4] if found and found[1] == "tokenizer" else "invalid syntax"
        line, column = (int(found[2]), int(found[3])) if found and found[2] else (error.raw_line, error.raw_column)
        message, line, column = _as_python_says(text) or (message, line, column)
        raise error_at(message, text, max(line, 1), max(column, 1)) from None
    except cst.CSTValidationError as error:
        raise SourceError(str(error)) from error
    except AttributeError as error:
        raise SourceError("libcst cannot represent this source") from error  # `async` and `for` on two lines
