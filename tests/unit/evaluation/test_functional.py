"""functools: what partial application, wrapping, caching and dispatch give, as in Python."""

from __future__ import annotations

from collections.abc import Callable

import pytest

PRELUDE = """
import operator
from functools import (
    cache, cached_property, cmp_to_key, lru_cache, partial, partialmethod, reduce, singledispatch, total_ordering, wraps
)

def add_one(f):
    @wraps(f)
    def wrapper(*a, **k):
        return f(*a, **k) + 1
    return wrapper

@add_one
def double(x):
    return x * 2

@lru_cache(maxsize=None)
def make(a):
    return [a]

class Thing:
    @cached_property
    def held(self):
        return [1]

    @lru_cache
    def next(self, x):
        return x + 1

    def add(self, a, b=1):
        return a + b

    add5 = partialmethod(add, 5)

@singledispatch
def kind(x):
    return "object"

@kind.register
def _(x: int):
    return "int"

@kind.register(list)
def _(x):
    return "list"

@total_ordering
class Version:
    def __init__(self, v):
        self.v = v

    def __eq__(self, other):
        return self.v == other.v

    def __lt__(self, other):
        return self.v < other.v

thing = Thing()
"""

EXPRESSIONS = (
    "double(3)",
    "double.__name__",
    "double.__wrapped__(3)",
    "reduce(operator.mul, [2, 3, 4])",
    "reduce(lambda a, b: a + b, [], 7)",
    "make(1) is make(1)",
    "make(1) is make(2)",
    "thing.held is thing.held",
    "thing.next(3)",
    "thing.add5(b=3)",
    '[kind(v) for v in (1, "a", [1], True)]',
    "(Version(1) >= Version(1), Version(1) > Version(0), Version(2) <= Version(1))",
    "partial(double, 4)()",
    "partial(max, 1, 2).args",
    "partial(partial(dict, a=1), b=2)()",
    "isinstance(partial(double), partial)",
    "sorted([3, 1, 2], key=cmp_to_key(lambda a, b: b - a))",
    "cache(lambda a, b=2: a + b)(1, b=3)",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


def test_a_cache_refuses_what_has_no_hash(evaluate: Callable[..., object]) -> None:
    source = PRELUDE + "\ntry: make([1])\nexcept TypeError: x = 1\n"
    assert evaluate(source) == 1
