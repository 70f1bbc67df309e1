"""Sums of products of atoms with integer coefficients, as plain dictionaries.

    9*x*y + y   is   {((x, 1), (y, 1)): 9, ((y, 1),): 1}        a monomial lists (atom, exponent) by atom.serial
    multiply({x: 1, (): 1}, {x: 1, (): -1})                     -> {x**2: 1, (): -1}
    divide({x*y: 4, x: 2}, {x: 2})                              -> {y: 2, (): 1}, or None when it does not divide

No term has the coefficient 0; the empty monomial `()` is the constant term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.algebra.expression import Atom

Monomial = tuple[tuple["Atom", int], ...]
Terms = dict[Monomial, int]

MAX_TERMS = 2000
MAX_PRODUCTS = 100_000
MAX_EXPONENT = 64
MAX_BITS = 4096


class TooComplex(Exception):
    """An expression grew beyond what is worth knowing: too many terms, too high a power, too long an integer."""


def add(a: Mapping[Monomial, int], b: Mapping[Monomial, int], scale: int = 1) -> Terms:
    """a + scale*b"""
    result = dict(a)
    for monomial, coefficient in b.items():
        value = result.get(monomial, 0) + scale * coefficient
        if value:
            result[monomial] = value
        else:
            del result[monomial]
    if len(result) > MAX_TERMS:
        raise TooComplex(f"a formula of more than {MAX_TERMS} terms")
    return result


def multiply(a: Mapping[Monomial, int], b: Mapping[Monomial, int]) -> Terms:
    """a * b"""
    if len(a) * len(b) > MAX_PRODUCTS:
        raise TooComplex(f"a product of {len(a)} by {len(b)} terms")
    result: Terms = {}
    for left, p in a.items():
        for right, q in b.items():
            monomial = times(left, right)
            result[monomial] = result.get(monomial, 0) + p * q
    if len(result) > MAX_TERMS:
        raise TooComplex(f"a formula of more than {MAX_TERMS} terms")
    return {monomial: coefficient for monomial, coefficient in result.items() if coefficient}


def times(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials."""
    if not a or not b:
        return a or b
    powers = dict(a)
    for atom, exponent in b:
        power = powers.get(atom, 0) + exponent
        if power > MAX_EXPONENT:
            raise TooComplex(f"a power above {MAX_EXPONENT}")
        powers[atom] = power
    return tuple(sorted(powers.items(), key=_serial))


def over(a: Monomial, b: Monomial) -> Monomial | None:
    """a / b where b divides a, else None."""
    if not b:
        return a
    powers = dict(a)
    for atom, exponent in b:
        left = powers.get(atom, 0) - exponent
        if left < 0:
            return None
        if left:
            powers[atom] = left
        else:
            del powers[atom]
    return tuple(powers.items())


def common_monomial(monomials: Iterable[Monomial]) -> Monomial:
    """The greatest monomial that divides all of them."""
    monomials = iter(monomials)
    shared = dict(next(monomials, ()))
    for monomial in monomials:
        if not shared:
            break
        powers = dict(monomial)
        shared = {atom: min(e, powers[atom]) for atom, e in shared.items() if atom in powers}
    return tuple(shared.items())


def content(terms: Mapping[Monomial, int]) -> int:
    """The greatest common divisor of the coefficients, the constant term left out."""
    return gcd(*(coefficient for monomial, coefficient in terms.items() if monomial))


def cancel(terms: Mapping[Monomial, int], monomial: Monomial, factor: int) -> Terms:
    """terms / (factor*monomial), which must divide each term."""
    result: Terms = {}
    for each, coefficient in terms.items():
        quotient = over(each, monomial)
        assert quotient is not None
        result[quotient] = coefficient // factor
    return result


def divide(terms: Mapping[Monomial, int], divisor: Mapping[Monomial, int]) -> Terms | None:
    """The quotient where the division leaves no remainder, else None."""
    lead = max(divisor, key=_lexical)
    rest, quotient = dict(terms), Terms()
    for _ in range(MAX_TERMS):
        if not rest:
            return quotient
        highest = max(rest, key=_lexical)
        monomial = over(highest, lead)
        if monomial is None or rest[highest] % divisor[lead]:
            return None
        quotient[monomial] = rest[highest] // divisor[lead]
        if len(rest) * len(divisor) > MAX_PRODUCTS:
            return None
        rest = add(rest, multiply({monomial: quotient[monomial]}, divisor), -1)
    return None


def _serial(power: tuple[Atom, int]) -> int:
    return power[0].serial


def _lexical(monomial: Monomial) -> list[tuple[int, int]]:
    return [(-atom.serial, exponent) for atom, exponent in monomial]
