"""operator: Python's operators as functions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import operator as op

class Thing:
    held = [1, 2]
    class inner:
        name = "n"
"""

EXPRESSIONS = (
    "op.itemgetter(1)([5, 6])",
    'op.itemgetter(0, 2)("abc")',
    'op.attrgetter("held")(Thing())',
    'op.attrgetter("inner.name", "held")(Thing())',
    'op.methodcaller("split", ",")("a,b")',
    "(op.add(1, 2), op.sub(1, 2), op.floordiv(7, 2), op.truediv(1, 2), op.mod(7, 4), op.pow(2, 3))",
    "op.iadd([1], [2])",
    "(op.not_(1), op.truth([]), op.neg(3), op.invert(3), op.abs(-2), op.index(True))",
    "(op.contains([1], 1), op.countOf([1, 1, 2], 1), op.indexOf([3, 4], 4))",
    "(op.eq(1, 1), op.lt(1, 2), op.is_(None, None), op.is_not(1, None))",
    "(op.and_(6, 3), op.or_(6, 3), op.xor(6, 3), op.lshift(1, 4), op.__mul__(2, 3))",
    'op.getitem({"a": 1}, "a")',
    'max([(1, "b"), (2, "a")], key=op.itemgetter(1))',
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")
