"""Rationals agree with fractions and, where they do not refuse, with Python's floats."""

from __future__ import annotations

import math
import operator
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analyzer.algebra.expression import Undecided, substitute, symbol
from analyzer.algebra.rational import Inexact, Rational

H = symbol("H", lower=0)
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
ROUNDINGS = {
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "round": round,
}

numbers = st.one_of(st.integers(-9, 60), st.sampled_from([0.5, 0.25, -1.5, 2.0, 0.75, 3.5]))
steps = st.lists(st.tuples(st.sampled_from([*OPERATORS]), numbers), min_size=1, max_size=4)


@settings(max_examples=400, deadline=None)
@given(steps, st.integers(0, 300), st.sampled_from([*ROUNDINGS]))
def test_a_chain_is_what_fractions_and_floats_give(
    chain: list[tuple[str, int | float]], value: int, rounding: str
) -> None:
    exact, rounded, quantity = Fraction(value), value, Rational(H)
    for sign, number in chain:
        assume(sign != "/" or number)
        try:
            quantity = OPERATORS[sign](quantity, number)
        except Inexact:
            return
        exact = OPERATORS[sign](exact, Fraction(number))
        rounded = OPERATORS[sign](rounded, number)
    result = substitute(getattr(quantity, rounding)(), {"H": value})
    assert result == ROUNDINGS[rounding](exact) == ROUNDINGS[rounding](rounded)
    assert Fraction(substitute(quantity.numerator, {"H": value}), quantity.denominator) == exact


@given(st.fractions(max_denominator=64), st.fractions(max_denominator=64))
def test_constants_compare_as_fractions(a: Fraction, b: Fraction) -> None:
    x, y = Rational(a.numerator, a.denominator), Rational(b.numerator, b.denominator)
    assert (x < y, x <= y, x == y, x >= y, x > y) == (a < b, a <= b, a == b, a >= b, a > b)


def test_division_and_floats_of_expressions_give_rationals() -> None:
    assert isinstance(H / 2, Rational)
    assert str(H / 2) == "H/2"
    assert str(H * 0.25 + 0.5) == "(H + 2)/4"
    assert str((H / 2).ceil()) == "(H - 1)//2 + 1"
    assert (4 * H / 2).floor() is 2 * H
    assert ((H * W + H) / (W + 1)).floor() is H
    assert math.floor(H * 0.5) is H // 2
    assert str(1 - H / 2) == "(2 - H)/2"


W = symbol("W", lower=1)


def test_what_python_rounds_is_not_computed_with() -> None:
    for compute in (
        lambda: H * 0.1,
        lambda: H * 1e300,
        lambda: H * float("nan"),
        lambda: H / 49 * 49,
        lambda: H / 3 + H / 3,
        lambda: H / 3 * H,
        lambda: H / W,
        lambda: H / 2**21,
    ):
        with pytest.raises(Inexact):
            compute()
    with pytest.raises(ZeroDivisionError):
        H / 0


def test_comparisons_are_decided_as_those_of_sizes() -> None:
    assert H / 2 >= 0
    assert W / 2 > 0.25
    assert W / 2 != W
    assert W / 2 < W
    assert W > W / 2
    assert H / 2 == H * 0.5
    assert float("inf") > H / 2
    assert bool(W / 3)
    with pytest.raises(Undecided):
        assert H / 2 == 3
    assert H / 2 != "half"
