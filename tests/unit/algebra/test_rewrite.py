"""Every identity of the tables: the law holds for integers, and the rule that applies it gives what the law says."""

from __future__ import annotations

import re
from itertools import product

import pytest

from analyzer.algebra.expression import Dim, parse, symbol
from analyzer.algebra.rewrite import QUOTIENTS, REMAINDERS, Identity

BOUNDED = {name: symbol(name, lower=1) for name in "BCHW"} | {"s": symbol("s", lower=0, upper=6)}

# What each identity does to one dividend and divisor.
APPLIED = {
    "x // 1 == x": ("a", "1", "a"),
    "0 // y == 0": ("0", "b", "0"),
    "x // -y == -x // y": ("3*a + 1", "-2*b", "(-3*a - 1)//(2*b)"),
    "(k*x) // (k*y) == x // y": ("6*a*b", "4*b", "3*a//2"),
    "(g*x + c) // (g*y) == (x + c//g) // y": ("4*a + 7", "6", "(2*a + 3)//3"),
    "(y*q + r) // y == q + r//y": ("4*a + b + 5", "4", "a + (b + 1)//4 + 1"),
    "(x//y + c) // b == (x + y*c) // (y*b)": ("a//3 + 1", "2", "(a + 3)//6"),
    "x // y == 0": ("s", "7", "0"),
    "x // y == -1": ("-s - 1", "7", "-1"),
    "-x // y == -((x + y - 1) // y)": ("-a", "4", "-((a + 3)//4)"),
    "x % 1 == 0": ("a", "1", "0"),
    "0 % y == 0": ("0", "b", "0"),
    "x % -y == -(-x % y)": ("a", "-4", "-(-a % 4)"),
    "(k*x) % (k*y) == k*(x % y)": ("6*a*b", "4*b", "2*b*(a % 2)"),
    "(g*x + c) % (g*y) == g*((x + c//g) % y) + c % g": ("4*a + 7", "6", "2*((2*a + 3) % 3) + 1"),
    "(y*q + r) % y == r % y": ("4*a + b + 5", "4", "(b + 1) % 4"),
    "(k*(x % (b*c)) + r) % (k*b) == (k*x + r) % (k*b)": ("a % 32 + b", "16", "(a + b) % 16"),
    "((k*y + c)*x + r) % y == (c*x + r) % y": ("5*a + 1", "3", "(-a + 1) % 3"),
    "x % y == x": ("s", "7", "s"),
    "x % y == x + y": ("-s - 1", "7", "6 - s"),
}


@pytest.mark.parametrize("identity", [*QUOTIENTS, *REMAINDERS], ids=lambda identity: identity.law)
def test_the_law_holds_for_small_integers(identity: Identity) -> None:
    names = sorted(set(re.findall("[a-z]", identity.law)))
    holds, applies = compile(identity.law, "law", "eval"), compile(identity.given, "given", "eval")
    checked = 0
    for numbers in product(range(-5, 6), repeat=len(names)):
        values = dict(zip(names, numbers, strict=True))
        if eval(applies, values):
            try:
                assert eval(holds, values), values
            except ZeroDivisionError:
                continue
            checked += 1
    assert checked >= 10


@pytest.mark.parametrize("identity", [*QUOTIENTS, *REMAINDERS], ids=lambda identity: identity.law)
def test_the_rule_applies_its_law(identity: Identity) -> None:
    dividend, divisor, expected = (parse(text, BOUNDED) for text in APPLIED[identity.law])
    result = identity.apply(dividend, divisor)
    assert str(result) == str(expected)


def test_no_two_identities_are_the_same() -> None:
    laws = [identity.law for identity in (*QUOTIENTS, *REMAINDERS)]
    assert sorted(laws) == sorted(APPLIED)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("(H//2)//2", "H//4"),
        ("(H + 2*1 - 1*(3 - 1) - 1)//2 + 1", "(H - 1)//2 + 1"),
        ("(((H - 1)//2 + 1) - 1)//2 + 1", "(H - 1)//4 + 1"),
        ("(H + 6 - 7)//2 + 1", "(H - 1)//2 + 1"),
        ("(H - 7)//2 + 1", "(H - 7)//2 + 1"),
        ("(4*H + 2)//4", "H"),
        ("(H*W)//W", "H"),
        ("(H//2)*2 + H % 2", "H"),
        ("H - H % 7", "7*(H//7)"),
        ("(H + (-H) % 7) % 7", "0"),
        ("(H + (-H) % 7)//7", "(H - 1)//7 + 1"),
        ("-(-H//2)", "(H - 1)//2 + 1"),
        ("H % 1", "0"),
        ("(6*H + 3) % 3", "0"),
        ("(32 - H % 32) % 32", "(-H) % 32"),
        ("(B*H*W*C)//(B*C)", "H*W"),
        ("(B*C*(H//2)*(W//2))//(B*C)", "(H//2)*(W//2)"),
        ("(B*C*((H - 1)//2 + 1)*W)//(W*((H + 1)//2))", "B*C"),
        ("(B*H + B*W)//(H + W)", "B"),
        ("(H*C + W)//C", "H + W//C"),
        ("H % (2*H)", "H"),
        ("max(H, 1)", "H"),
        ("min(max(H, W), max(W, H))", "max(H, W)"),
        ("max(H - 1, H)", "H"),
        ("(s//7) + s % 7", "s"),
        ("(H if H >= 1 else W)", "H"),
        ("(3 if H % 2 == 0 else 5) + (4 if H % 2 != 0 else 1)", "(4 if H % 2 == 0 else 9)"),
        ("(H if C == 2 else 0)*(W if C == 2 else 1)", "(H*W if C == 2 else 0)"),
    ],
)
def test_canonical_forms(written: str, canonical: str) -> None:
    assert str(parse(written, BOUNDED)) == canonical


def test_a_quotient_by_what_may_be_zero_is_not_zero() -> None:
    a, b = symbol("a"), symbol("b")
    quotient: Dim = (a * b + 1) // b
    assert str(quotient) == "a + 1//b"
