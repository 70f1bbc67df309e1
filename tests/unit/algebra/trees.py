"""Random arithmetic over named integers, computed once symbolically and once by Python."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from analyzer.algebra.expression import (
    Dim,
    at_least,
    ceil_div,
    choose,
    divisible,
    equal,
    maximum,
    minimum,
    symbol,
)

SYMBOLS = {
    "x": symbol("x"),
    "n": symbol("n", lower=1),
    "p": symbol("p", lower=0, upper=7),
    "q": symbol("q", lower=-5, upper=3),
}

assignments = st.fixed_dictionaries(
    {
        "x": st.integers(-60, 60),
        "n": st.integers(1, 60),
        "p": st.integers(0, 7),
        "q": st.integers(-5, 3),
    }
)

Tree = Any
"""An int, a name, or (operation, tree, ...)."""

_SYMBOLIC = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "//": operator.floordiv,
    "%": operator.mod,
    "min": minimum,
    "max": maximum,
    "ceil": ceil_div,
    "even": lambda a, b: choose(divisible(a, 2), b, a),
    "same": lambda a, b: choose(equal(a, b), 3, b),
    "less": lambda a, b: choose(at_least(a, b), a - 1, b),
}
_CONCRETE = _SYMBOLIC | {
    "min": min,
    "max": max,
    "ceil": lambda a, b: -(-a // b),
    "even": lambda a, b: b if a % 2 == 0 else a,
    "same": lambda a, b: 3 if a == b else b,
    "less": lambda a, b: a - 1 if a >= b else b,
}

_leaves = st.one_of(st.sampled_from([*SYMBOLS]), st.integers(-12, 12))


def trees(operations: tuple[str, ...] = tuple(_SYMBOLIC), leaves: int = 12) -> st.SearchStrategy[Tree]:
    """Trees of these operations; + - * are drawn more often."""
    names = st.sampled_from(("+", "-", "*", *operations))
    return st.recursive(_leaves, lambda inner: st.tuples(names, inner, inner), max_leaves=leaves)


def symbolic(tree: Tree) -> Dim:
    """The tree as a Dim; ZeroDivisionError where a divisor is zero everywhere."""
    if isinstance(tree, tuple):
        return _SYMBOLIC[tree[0]](*map(symbolic, tree[1:]))
    return SYMBOLS[tree] if isinstance(tree, str) else tree


def concrete(tree: Tree, values: Mapping[str, int]) -> int:
    """The tree as Python computes it; ZeroDivisionError where a divisor is zero."""
    if isinstance(tree, tuple):
        return _CONCRETE[tree[0]](*(concrete(part, values) for part in tree[1:]))
    return values[tree] if isinstance(tree, str) else tree
