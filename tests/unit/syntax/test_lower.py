"""What lowering refuses and how it says so, and what only the fields of the IR show."""

from __future__ import annotations

import pytest

from analyzer.syntax import ir
from analyzer.syntax.literals import value_of
from analyzer.syntax.lower import lower_source
from analyzer.syntax.source import SourceError


def refusal(source: bytes | str, **options: int) -> SourceError:
    with pytest.raises(SourceError) as caught:
        lower_source(source.encode() if isinstance(source, str) else source, "m.py", **options)
    return caught.value


def constant(source: str | bytes) -> object:
    module = lower_source(source.encode() if isinstance(source, str) else source, "m.py")
    statement = module.body[-1]
    assert isinstance(statement, ir.Evaluate)
    assert isinstance(statement.value, ir.Constant)
    return value_of(statement.value)


def test_a_syntax_error_names_its_place() -> None:
    error = refusal("x = 1\ndef f(:\n    pass\n")
    assert (error.path, error.line, error.message) == ("m.py", 2, "invalid syntax")
    assert error.source_line == "def f(:"
    assert str(error) == "m.py:2:7: invalid syntax"


@pytest.mark.parametrize(
    "source",
    [
        'print "hello"',
        'exec "code"',
        "raise E, 'message'",
        "`x`",
        "a <> b",
        "0777",
        "10L",
        "ur'x'",
        "x = (1",
        "if x:\npass",
        "def f(a, a): pass",
        "lambda a, a: 1",
        "b'é'",
        r"'\x1'",
        r"'\N{NO SUCH NAME}'",
        r"'\U00110000'",
        "'a' b'b'",
        "t'{x}'",
        "1__0",
        "x = " + "9" * 5000,
        "x = 0x" + "f" * 5000,
    ],
)
def test_what_is_no_python_is_refused(source: str) -> None:
    refusal(source)


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        (b"x = 1\ny = '\xe9'\n", "byte 0xe9 is not utf-8", 2),
        (b"x\n\0\n", "source holds a null byte", 2),
        (b"# coding: nonsense\n", "unknown encoding: nonsense", 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", "encoding problem: utf-8", 1),
        (b"# coding: rot13\nx\n", "rot13 does not decode this source", 1),
        (b"# coding: ascii\n\xff\n", "byte 0xff is not ascii", 2),
    ],
)
def test_wrong_encodings(source: bytes, message: str, line: int) -> None:
    error = refusal(source)
    assert (error.message, error.line) == (message, line)


def test_cookies_and_byte_order_marks_are_obeyed() -> None:
    assert constant(b"#!/bin/sh\n# -*- coding: latin-1 -*-\n'\xe9'\n") == "é"
    assert constant(b"\xef\xbb\xbf'\xc3\xa9'\n") == "é"
    assert lower_source(b"\xef\xbb\xbfx\n", "m.py").body[0].span == (1, 1, 1, 2)


def test_size_is_bounded() -> None:
    assert refusal("x = 1\n", maximum_bytes=5).message == "6 bytes are more than the limit of 5"
    assert lower_source(b"x = 1\n", "m.py", maximum_bytes=6).lines == 1


@pytest.mark.parametrize(
    "value", ["'\\ud800x\\\\'", "'\\U0010ffff'", "b'\\xff\\0'", "1e400", "...", "None", "2j", "'a\\\r\nb'"]
)
def test_constants_have_python_s_values(value: str) -> None:
    assert constant(value) == eval(value)


def test_newlines_in_strings_are_line_feeds() -> None:
    assert constant("'''a\r\nb\rc'''") == "a\nb\nc"


def test_docstrings() -> None:
    module = lower_source(
        b'"""M"""\ndef f(): "F" \'G\'\nclass C:\n    x = 1\n    "no"\ndef g(): f"no"\ndef h(): b"no"', "m.py"
    )
    assert module.docstring == "M"
    assert [statement.docstring for statement in module.body[1:]] == ["FG", None, None, None]  # type: ignore[union-attr]


def test_empty_sources() -> None:
    assert lower_source(b"", "m.py") == ir.Module((), (), None, 0)
    assert lower_source(b"\n# c", "m.py") == ir.Module((), (ir.Comment(2, 1, "# c", True),), None, 2)


def test_a_missing_annotation_value_differs_from_none() -> None:
    bare, valued = lower_source(b"x: int\ny: int = None\n", "m.py").body
    assert isinstance(bare, ir.Annotate)
    assert bare.value is None
    assert isinstance(valued, ir.Annotate)
    assert isinstance(valued.value, ir.Constant)
