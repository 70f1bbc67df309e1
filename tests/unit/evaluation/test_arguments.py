"""argparse: the defaults of a parser, and what a program passes itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import argparse

parser = argparse.ArgumentParser(description="x")
parser.add_argument("--width", type=int, default="64")
parser.add_argument("-d", "--depth-x", default=2)
parser.add_argument("--flag", action="store_true")
parser.add_argument("--no", action="store_false", dest="yes")
group = parser.add_argument_group("g")
group.add_argument("--ls", type=lambda s: [int(i) for i in s.split(",")], default="1,2")
parser.add_argument("--none")
parser.set_defaults(extra=5, none=3)
parser.add_argument("--many", nargs="+", type=int, default=[1])
parser.add_argument("-v", action="count", default=0)
child = argparse.ArgumentParser(parents=[parser], add_help=False)
a = parser.parse_args([])
b = parser.parse_args(["--width", "3", "--flag", "--many", "4", "5", "--none=q", "-v", "-v"])
c, rest = parser.parse_known_args([])
"""

EXPRESSIONS = (
    "(a.width, a.depth_x, a.flag, a.yes, a.ls, a.none, a.extra, a.many, a.v)",
    "(b.width, b.flag, b.many, b.none, b.v)",
    "(c.width, rest, sorted(vars(a)))",
    "child.parse_args([]).width",
    '"width" in a',
    "argparse.Namespace(a=1).a",
    'parser.get_default("extra")',
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


def test_no_command_line_is_ever_given(evaluate: Callable[..., object]) -> None:
    source = (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('data')\np.add_argument('--n', default=1)\n"
    )
    assert "argument data has no default" in evaluate(f"{source}x = p.parse_args().data").reason  # type: ignore[attr-defined]
    assert evaluate(f"{source}x = p.parse_args().n") == 1
