"""Symbolic arithmetic agrees with Python's integers: values, bounds, decisions, text and pickles."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping

import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import (
    Dim,
    Expr,
    Facts,
    at_least,
    bounds,
    deciding,
    equal,
    free_symbols,
    parse,
    substitute,
)
from tests.unit.algebra.trees import SYMBOLS, Tree, assignments, concrete, symbolic, trees


def evaluated(tree: Tree, values: Mapping[str, int]) -> int:
    """What Python computes; the example is left out where it divides by zero."""
    try:
        return concrete(tree, values)
    except ZeroDivisionError:
        assume(False)
        raise


def value_of(dim: Dim, values: Mapping[str, int]) -> Dim:
    return substitute(dim, values)


def truth(condition: Condition | bool, values: Mapping[str, int]) -> bool:
    if isinstance(condition, bool):
        return condition
    value = value_of(condition.expression, values)
    assert isinstance(value, int)
    return {"==": value == 0, "!=": value != 0, ">=": value >= 0}[condition.relation]


@settings(max_examples=400, deadline=None)
@given(trees(), assignments)
def test_a_tree_substituted_is_what_python_computes(tree: Tree, values: dict[str, int]) -> None:
    expected = evaluated(tree, values)
    result = value_of(symbolic(tree), values)
    assert type(result) is int
    assert result == expected


@settings(max_examples=300, deadline=None)
@given(trees(), assignments)
def test_bounds_contain_the_value(tree: Tree, values: dict[str, int]) -> None:
    expected = evaluated(tree, values)
    lower, upper = bounds(symbolic(tree))
    assert lower is None or lower <= expected
    assert upper is None or expected <= upper


@settings(max_examples=300, deadline=None)
@given(trees(leaves=7), trees(leaves=7), assignments)
def test_a_condition_says_what_the_comparison_says(a: Tree, b: Tree, values: dict[str, int]) -> None:
    left, right = evaluated(a, values), evaluated(b, values)
    same, not_less = equal(symbolic(a), symbolic(b)), at_least(symbolic(a), symbolic(b))
    assert truth(same, values) == (left == right)
    assert truth(not_less, values) == (left >= right)
    for condition in (same, not_less):
        if isinstance(condition, Condition):
            assert truth(~condition, values) != truth(condition, values)
            assert ~~condition == condition


class Assumed:
    """A decider that knows the values and answers from them."""

    def __init__(self, values: Mapping[str, int]) -> None:
        self.facts = Facts()
        self.values = values

    def decide(self, condition: Condition) -> bool:
        return truth(condition, self.values)

    def requires(self, condition: Condition, message: str) -> None:
        assert truth(condition, self.values), message


comparisons = st.lists(st.tuples(st.sampled_from(["==", ">="]), trees(leaves=4), trees(leaves=3)), max_size=4)


@settings(max_examples=400, deadline=None)
@given(comparisons, trees(leaves=5), trees(leaves=5), assignments)
def test_facts_never_contradict_the_values(known: list[Tree], a: Tree, b: Tree, values: dict[str, int]) -> None:
    for _, left, right in known:
        evaluated(left, values), evaluated(right, values)
    left, right = evaluated(a, values), evaluated(b, values)
    with deciding(Assumed(values)) as _:
        for relation, x, y in known:
            if relation == "==":
                assert (symbolic(x) == symbolic(y)) == (concrete(x, values) == concrete(y, values))
            else:
                assert (symbolic(x) >= symbolic(y)) == (concrete(x, values) >= concrete(y, values))
        first, second = symbolic(a), symbolic(b)
        assert truth(equal(first, second), values) == (left == right)
        assert truth(at_least(first, second), values) == (left >= right)
        lower, upper = bounds(first)
        assert lower is None or lower <= left
        assert upper is None or left <= upper
        assert value_of(first, values) == left


@settings(max_examples=400, deadline=None)
@given(trees())
def test_text_and_pickles_give_back_the_same_object(tree: Tree) -> None:
    try:
        dim = symbolic(tree)
    except ZeroDivisionError:
        return
    assert parse(str(dim), SYMBOLS) is dim or (isinstance(dim, int) and parse(str(dim)) == dim)
    if isinstance(dim, Expr):
        assert pickle.loads(pickle.dumps(dim)) is dim
        assert copy.deepcopy([dim])[0] is dim
        assert free_symbols(dim) <= set(SYMBOLS)


@settings(max_examples=200, deadline=None)
@given(trees(("+", "-", "*"), leaves=8), trees(("+", "-", "*"), leaves=8))
def test_polynomials_are_canonical(a: Tree, b: Tree) -> None:
    names = {name: sympy.Symbol(name) for name in SYMBOLS}

    def oracle(tree: Tree) -> sympy.Expr:
        if isinstance(tree, tuple):
            left, right = oracle(tree[1]), oracle(tree[2])
            return {"+": left + right, "-": left - right, "*": left * right}[tree[0]]
        return names[tree] if isinstance(tree, str) else sympy.Integer(tree)

    first, second = symbolic(a), symbolic(b)
    same = sympy.expand(oracle(a) - oracle(b)) == 0
    assert same == (first is second or (isinstance(first, int) and isinstance(second, int) and first == second))
    assert symbolic(("-", a, b)) == 0 if same else True
    assert symbolic(("*", a, b)) is symbolic(("*", b, a)) or isinstance(symbolic(("*", a, b)), int)
