"""Source built to exhaust a parser ends in SourceError; source that merely looks like it does not."""

from __future__ import annotations

import pytest

from analyzer.syntax.encoding import decode, encode
from analyzer.syntax.lower import lower_source
from analyzer.syntax.nesting import check_nesting
from analyzer.syntax.source import SourceError
from analyzer.syntax.text import print_module


def lower(source: str) -> object:
    return lower_source(source.encode(), "deep.py")


@pytest.mark.parametrize(
    "source",
    [
        "(" * 5000 + ")" * 5000,
        "[" * 101 + "]" * 101,
        "f(" * 101 + ")" * 101,
        "x = " + "a+" * 20_000 + "a",
        "x = a" + ".b" * 20_000,
        "x = a" + "()" * 20_000,
        "x = " + "not " * 20_000 + "a",
        "x = " + "-" * 20_000 + "a",
        "x = " + "a ** " * 20_000 + "a",
        "x = " + "lambda: " * 20_000 + "a",
        "x = " + "lambda x=" * 400 + "1" + ": 1" * 400,
        "x = " + "a if b else " * 20_000 + "a",
        "x = " + "a and " * 20_000 + "a",
        "x = " + "'a' " * 20_000,
        "import a" + ".b" * 20_000,
        "if a: pass\n" + "elif a: pass\n" * 20_000,
        "match x:\n case " + "[" * 40 + "y" + "]" * 40 + ": pass",
        "del " + "(" * 40 + "x" + ",)" * 40,
        "if x: del " + "[" * 40 + "x" + "]" * 40,
        'f"{' * 200 + "1" + '}"' * 200,
        'f"{"" ' + "(" * 5000 + ")" * 5000 + '}"',
        'f"\\N{" + ' + "(" * 5000 + ")" * 5000 + ' + ""',
        'f"{x:' + "{x:" * 5000 + "}" * 5000 + '}"',
        "".join(" " * depth + "if a:\n" for depth in range(150)) + " " * 150 + "pass",
    ],
    ids=lambda source: source[:24],
)
def test_deep_nesting_is_refused(source: str) -> None:
    with pytest.raises(SourceError):
        lower(source + "\n")


@pytest.mark.parametrize(
    "source",
    [
        "(" * 90 + "x" + ")" * 90,
        "f(" * 60 + "x" + ")" * 60,
        "x = " + "a+" * 250 + "a",
        "x = a" + ".b()" * 120,
        "if a: pass\n" + "elif a: pass\n" * 250,
        "x = [" + "(a, b), " * 2_000 + "]",
        "x = (" + "'a'\n" * 2_000 + ")",
        "f(" + "a=1, " * 2_000 + ")",
        "x = 1\n" * 5_000,
        "'" + "(" * 5_000 + "'",
        "'''" + "[" * 5_000 + "'''",
        "# " + "{" * 5_000,
        "f'" + "(" * 5_000 + "{x}" + "[" * 5_000 + "'",
        "f'" + "{{" * 5_000 + "'",
        "case(" + "(" * 8 + ")" * 8 + ")",
        "match x:\n case [[[1, {'a': (b, c)}]]]: pass",
        "a = 1; b = 2;" * 1_000,
        "def f():\n" + "".join(f" if a: pass\n elif b: pass\n x{n} = 1\n" for n in range(1_200)),
    ],
    ids=lambda source: source[:24],
)
def test_ordinary_shapes_are_not(source: str) -> None:
    module = lower_source(source.encode(), "wide.py")
    assert decode(encode(module)) == module
    assert print_module(module)


def test_the_refusal_names_its_place() -> None:
    with pytest.raises(SourceError, match="more than 100 nested brackets") as caught:
        lower("x = 1\ny = " + "(" * 200)
    assert (caught.value.line, caught.value.column) == (2, 105)


def test_depth_does_not_depend_on_the_caller() -> None:
    source = "x = " + "a+" * 250 + "a"

    def call_at(depth: int) -> object:
        return call_at(depth - 1) if depth else lower(source)

    assert call_at(600) == lower(source)


def test_tokens_of_a_file() -> None:
    check_nesting("x = 1\n" * 40_000)
    with pytest.raises(SourceError, match="more than 120,000 tokens in one file"):
        check_nesting("x = 1\n" * 40_001)
