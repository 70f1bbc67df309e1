"""Real-valued symbolic quantities: what `dim / 2` or `dim * 0.5` are before they are rounded.

    H = symbol("H", lower=1)
    (H / 2).ceil()                         prints as `(H - 1)//2 + 1`
    (H * 0.25 + 0.25).floor()              prints as `(H + 1)//4`
    H * 0.1                                raises Inexact: 0.1 is not a float that can be computed with exactly
    H / 49 * 49                            raises Inexact: Python rounds H / 49, and int(1 / 49 * 49) is 0

Every result is what Python's floats give, for sizes below 2**31: a value that Python
rounds (its denominator has an odd part) may be rounded to an integer, but not computed with in a way that could
cancel that odd part again.
"""

from __future__ import annotations

from collections.abc import Callable
from math import gcd, isfinite
from typing import Any

from analyzer.algebra import facts
from analyzer.algebra.expression import Dim, Expr, choose, floordiv, modulo
from analyzer.algebra.polynomial import content

MAX_DENOMINATOR = 2**20
MAX_NUMERATOR = 2**31


class Inexact(Exception):
    """Python's floating point would round here, and the result could differ from exact arithmetic."""


class Rational:
    """numerator / denominator in lowest terms, the denominator a positive int."""

    __slots__ = ("denominator", "numerator")

    numerator: Dim
    denominator: int

    def __init__(self, numerator: Dim | float, denominator: int = 1) -> None:
        if isinstance(numerator, float):
            if not isfinite(numerator):
                raise Inexact(f"{numerator} is not a number to compute with")
            numerator, power = numerator.as_integer_ratio()
            if power > MAX_DENOMINATOR or abs(numerator) > MAX_NUMERATOR:
                raise Inexact(f"{numerator / power!r} has too many digits to be computed with exactly")
            denominator *= power
        if denominator == 0:
            raise ZeroDivisionError("division by zero")
        if denominator < 0:
            numerator, denominator = -numerator, -denominator
        if isinstance(numerator, int):
            common = gcd(numerator, denominator)
            numerator //= common
        else:
            common = gcd(content(numerator.terms), numerator.terms.get((), 0), denominator)
            numerator = numerator if common == 1 else floordiv(numerator, common)
        self.numerator = numerator
        self.denominator = denominator // common
        if self.denominator > MAX_DENOMINATOR:
            raise Inexact(f"a fraction of {self.denominator}")

    def __repr__(self) -> str:
        if self.denominator == 1:
            return str(self.numerator)
        single = isinstance(self.numerator, int) or len(self.numerator.terms) == 1
        return f"{self.numerator}/{self.denominator}" if single else f"({self.numerator})/{self.denominator}"

    def __hash__(self) -> int:
        return hash((self.numerator, self.denominator)) if self.denominator != 1 else hash(self.numerator)

    # ------------------------------------------------------------ arithmetic

    def __add__(self, other: Any) -> Any:
        b = _rational(other)
        if b is None:
            return NotImplemented
        if _odd(self.denominator) > 1 < _odd(b.denominator):
            raise Inexact(f"{self} + {b} adds two rounded numbers")
        numerator = self.numerator * b.denominator + b.numerator * self.denominator
        return Rational(numerator, self.denominator * b.denominator)

    __radd__ = __add__

    def __neg__(self) -> Rational:
        return Rational(-self.numerator, self.denominator)

    def __pos__(self) -> Rational:
        return self

    def __sub__(self, other: Any) -> Any:
        b = _rational(other)
        return NotImplemented if b is None else self + -b

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        b = _rational(other)
        if b is None:
            return NotImplemented
        for rounded, factor in ((self, b), (b, self)):
            if not _coprime(factor.numerator, _odd(rounded.denominator)):
                raise Inexact(f"{self} * {b} multiplies a rounded number")
        return Rational(self.numerator * b.numerator, self.denominator * b.denominator)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        b = _rational(other)
        if b is None:
            return NotImplemented
        if _odd(b.denominator) > 1 or not _coprime(b.denominator, _odd(self.denominator)):
            raise Inexact(f"{self} / {b} computes with a rounded number")
        if isinstance(b.numerator, int):
            return Rational(self.numerator * b.denominator, self.denominator * b.numerator)
        ratio = None if _odd(self.denominator) > 1 else _exact_quotient(self.numerator * b.denominator, b.numerator)
        if ratio is None:
            raise Inexact(f"{self} / {b} has no integer denominator")
        return Rational(ratio, self.denominator)

    def __rtruediv__(self, other: Any) -> Any:
        b = _rational(other)
        return NotImplemented if b is None else b / self

    # -------------------------------------------------------------- rounding

    def floor(self) -> Dim:
        """math.floor: the greatest integer that is not above."""
        return floordiv(self.numerator, self.denominator)

    def ceil(self) -> Dim:
        """math.ceil: the least integer that is not below."""
        return -floordiv(-self.numerator, self.denominator)

    def trunc(self) -> Dim:
        """int(): towards zero."""
        if self.denominator == 1:
            return self.numerator
        return choose(facts.at_least(self.numerator, 0), self.floor(), self.ceil())

    def round(self) -> Dim:
        """round(): to the nearest integer, to the even one of two."""
        if self.denominator % 2:
            return floordiv(2 * self.numerator + self.denominator, 2 * self.denominator)
        half = self.denominator // 2
        up = floordiv(self.numerator + half, self.denominator)
        tie = facts.divisible(self.numerator + half, self.denominator)
        return up if tie is False else choose(tie, up - modulo(up, 2), up)

    __floor__ = floor
    __ceil__ = ceil
    __trunc__ = trunc

    def __round__(self, digits: int | None = None) -> Dim:
        if digits is not None:
            raise Inexact("round() to a number of digits")
        return self.round()

    # ----------------------------------------------------------- comparisons

    def __bool__(self) -> bool:
        return self.numerator != 0

    def __eq__(self, other: object) -> Any:
        return self._compare(other, lambda a, b: a == b)

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a >= b)

    def _compare(self, other: Any, holds: Callable[[Any, Any], bool]) -> Any:
        if isinstance(other, float) and not isfinite(other):
            return holds(0.0, other)
        b = _rational(other)
        if b is None:
            return NotImplemented
        return holds(self.numerator * b.denominator, b.numerator * self.denominator)


def _rational(value: object) -> Rational | None:
    if isinstance(value, Rational):
        return value
    return Rational(value) if isinstance(value, int | float | Expr) else None


def _odd(denominator: int) -> int:
    """The odd part: 1 where a float holds the value exactly."""
    return denominator // (denominator & -denominator)


def _coprime(numerator: Dim, odd: int) -> bool:
    return odd == 1 or (isinstance(numerator, int) and gcd(numerator, odd) == 1)


def _exact_quotient(a: Dim, b: Expr) -> Dim | None:
    quotient = floordiv(a, b)
    difference = quotient * b - a
    return quotient if isinstance(difference, int) and difference == 0 else None
