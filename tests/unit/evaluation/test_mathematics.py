"""math and its neighbours: exact on numbers, bounded, and symbolic on sizes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analyzer.algebra.expression import symbol
from analyzer.evaluation.values import Unknown

PRELUDE = """
import bisect
import heapq
import math
import numbers

heap = [3, 1, 2]
heapq.heapify(heap)
"""

EXPRESSIONS = (
    "(math.sqrt(16), math.pi, math.inf, math.log2(8), math.log(100, 10))",
    "(math.pow(2, 3), math.hypot(3, 4), math.exp(0))",
    "(math.floor(2.5), math.ceil(2.1), math.trunc(-2.5), math.floor(-3), math.modf(2.5))",
    "(math.prod([2, 3]), math.prod([], start=4))",
    "(math.gcd(12, 18), math.gcd(4), math.gcd(), math.lcm(4, 6), math.lcm(2, 3, 4))",
    "(math.factorial(5), math.comb(5, 2), math.perm(5), math.perm(5, 2), math.isqrt(17), math.fsum([0.1] * 3))",
    "(math.isclose(1, 1.0), math.isnan(math.nan), math.copysign(1, -2))",
    '[isinstance(v, numbers.Number) for v in (3, 2.0, True, "a")]',
    "[isinstance(v, numbers.Integral) for v in (3, 2.0, True)]",
    "(bisect.bisect([1, 2, 3], 2), bisect.bisect_left([1, 2, 3], 2))",
    "(heapq.heappop(heap), heapq.nlargest(2, [1, 3, 2]), heapq.nsmallest(1, [3, 2]))",
)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_as_python_does(compare: Callable[[str], None], expression: str) -> None:
    compare(f"{PRELUDE}\nx = {expression}\n")


@pytest.mark.parametrize("call", ["math.factorial(10**9)", "math.comb(10**9, 10**8)", "math.perm(10**9)"])
def test_giant_results_are_refused(evaluate: Callable[..., object], call: str) -> None:
    assert "over the limit" in evaluate(f"import math\nx = {call}").reason  # type: ignore[attr-defined]


@pytest.mark.parametrize("statement", ["math.sqrt(-1)", "math.log(0)", "math.factorial(-1)"])
def test_domain_errors_are_the_programs_own(compare: Callable[[str], None], statement: str) -> None:
    compare(f"import math\ntry: x = {statement}\nexcept ValueError: x = 1\n")


def test_symbols(call_native: Callable[..., object]) -> None:
    n = symbol("n", lower=1)
    assert call_native("math.floor", n) is n
    assert call_native("math.ceil", n / 2) is (n + 1) // 2
    assert call_native("math.prod", [n, 3, n]) is 3 * n * n
    assert call_native("math.gcd", n * 4, 4) == 4
    assert call_native("math.gcd", n, n) is n
    root = call_native("math.sqrt", n)
    assert isinstance(root, Unknown)
    assert root.scalar


def test_random_numbers_are_not_known(evaluate: Callable[..., object]) -> None:
    number = evaluate("import random\nrandom.seed(0)\nx = random.random() + 1")
    assert isinstance(number, Unknown)
    assert number.scalar
    shuffled = evaluate("import random\nx = [1, 2]\nrandom.shuffle(x)")
    assert all(isinstance(item, Unknown) and item.plain for item in shuffled)  # type: ignore[attr-defined]
