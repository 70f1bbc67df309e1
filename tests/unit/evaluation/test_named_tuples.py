"""Named tuples of both kinds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
from collections import namedtuple
from typing import NamedTuple

Point = namedtuple("Point", "a b", defaults=[7])

class Pair(namedtuple("Pair", ["u", "v"])):
    def sum(self):
        return self.u + self.v

    @classmethod
    def make(cls):
        return cls(1, 2)

class Size(NamedTuple):
    height: int
    width: int = 4

    def area(self):
        return self.height * self.width

first, second = Point(3)
"""

EXPRESSIONS = (
    "(Point(3).b, first, second, Point(1, 2)._replace(a=5)[0], Point(1)._asdict(), Point._fields)",
    "(Pair.make().sum(), isinstance(Pair(1, 2), tuple), len(Pair(1, 2)), issubclass(Pair, tuple))",
    "(Size(2).area(), Size(height=1, width=2).width, Size._make([1, 2]).height)",
    "(Point(1) == Point(1), Point(1) == (1, 7), str(Size(1)), repr(Point(1)))",
    "[*Point(1, 2)]",
    "(lambda *a: a)(*Size(1, 2))",
    "Point(1, 2) + (3,)",
    "sorted([Point(2, 1), Point(1, 2)])[0].a",
    "type(Point(1)).__name__",
    "(isinstance(Point(1), Point), isinstance(Point(1), Pair))",
    'namedtuple("R", ["a", "def", "a"], rename=True)._fields',
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


@pytest.mark.parametrize("call", ["Point()", "Point(1, 2, 3)", "Point(1, a=2)", "Size(1, depth=3)"])
def test_wrong_arguments_raise(compare: Callable[[str], None], call: str) -> None:
    compare(f"{PRELUDE}\ntry: x = {call}\nexcept TypeError: x = 1\n")
