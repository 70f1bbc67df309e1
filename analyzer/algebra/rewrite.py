"""The table of identities that make division, modulo, min, max and piecewise expressions canonical.

    floordiv(H//2, 2)                      -> H//4               because (x//y + c) // b == (x + y*c) // (y*b)
    floordiv(B*H*W, B*H)                   -> W                  because (k*x) // (k*y) == x // y
    modulo(H + H % 32, 16)                 -> 2*(H % 8)

An identity is a law that holds for all integers that satisfy `given`, and a function that applies it from left to
right, or answers None where the left side does not match.  Divisors are never zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import gcd, inf

from analyzer.algebra import bounds, decision, notation, polynomial
from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import Atom, Dim, Expr, atom_expression, make, total
from analyzer.algebra.polynomial import Monomial, Terms


@dataclass(frozen=True, slots=True)
class Identity:
    law: str
    apply: Callable[[Dim, Dim], Dim | None]
    given: str = "True"


def floordiv(a: Dim, b: Dim) -> Dim:
    """a // b, canonical."""
    return _first(QUOTIENTS, "floordiv", a, b)


def modulo(a: Dim, b: Dim) -> Dim:
    """a % b, canonical."""
    return _first(REMAINDERS, "mod", a, b)


def _first(table: Iterable[Identity], kind: str, a: Dim, b: Dim) -> Dim:
    if isinstance(a, int) and isinstance(b, int):
        return a // b if kind == "floordiv" else a % b
    for identity in table:
        result = identity.apply(a, b)
        if result is not None:
            return result
    return atom_expression(kind, a, b)


# --------------------------------------------------------------- what matches


def _terms(dim: Dim) -> Terms:
    if isinstance(dim, Expr):
        return dict(dim.terms)
    return {(): dim} if dim else {}


def _shared(a: Dim, b: Dim) -> tuple[Monomial, int] | None:
    """What all terms of both have in common, when it is not 1."""
    terms = [*_terms(a).items(), *_terms(b).items()]
    monomial = polynomial.common_monomial(m for m, _ in terms)
    factor = gcd(*(c for _, c in terms))
    return (monomial, factor) if monomial or factor > 1 else None


def _cancelled(dim: Dim, shared: tuple[Monomial, int]) -> Dim:
    return _sum(polynomial.cancel(_terms(dim), *shared))


def _sum(terms: Terms) -> Dim:
    return make(terms, mixed=True)


def _common_factor(a: Dim, b: Dim) -> int:
    """The g > 1 that divides b > 0 and every term of a but the constant."""
    if not isinstance(b, int) or b < 0 or isinstance(a, int):
        return 0
    factor = gcd(polynomial.content(a.terms), b)
    return factor if factor > 1 else 0


def _split(a: Dim, b: Dim) -> tuple[Dim, Dim] | None:
    """a as b*q + r where some term of a is a multiple of b, the constant of r from 0 to b - 1."""
    divisor = _terms(b)
    if len(divisor) == 1:
        ((monomial, factor),) = divisor.items()
        quotient: Terms = {}
        for each, coefficient in _terms(a).items():
            over = polynomial.over(each, monomial)
            if over is not None and not each:
                if coefficient // factor:
                    quotient[over] = coefficient // factor
            elif over is not None and coefficient % factor == 0:
                quotient[over] = coefficient // factor
    else:
        constant = _terms(a).get((), 0)
        quotient = polynomial.divide(_terms(a), divisor) or polynomial.divide(_terms(a - constant), divisor) or {}
    if not quotient:
        return None
    q = _sum(quotient)
    return q, a - q * b


def _nested(a: Dim, b: Dim) -> tuple[Dim, Dim, int] | None:
    """x, y and c where a is x//y + c and b > 0."""
    if isinstance(a, int) or bounds.interval(b)[0] <= 0:
        return None
    constant = a.terms.get((), 0)
    rest = [monomial for monomial in a.terms if monomial]
    if len(rest) == 1 and len(rest[0]) == 1 and rest[0][0][1] == 1 and a.terms[rest[0]] == 1:
        atom = rest[0][0][0]
        if atom.kind == "floordiv":
            x, y = atom.arguments
            return x, y, constant
    return None


def _known_quotient(a: Dim, b: Dim) -> int | None:
    """a // b where bounds leave one value."""
    low, high = bounds.interval(a)
    if isinstance(b, int) and low != -inf and high != inf and low // b == high // b:
        return int(low // b)
    least = bounds.interval(b)[0]
    if least > 0 and low >= 0 and (high < least or (isinstance(b, Expr) and decision.nonnegative(b - a - 1) is True)):
        return 0
    return -1 if least > 0 and high < 0 and low >= -least else None


def _inner_remainder(a: Dim, b: Dim) -> Dim | None:
    """a with k*(x % y) replaced by k*x where b divides k*y."""
    terms = _terms(a)
    for monomial, coefficient in terms.items():
        for atom, exponent in monomial:
            if atom.kind == "mod" and exponent == 1:
                x, y = atom.arguments
                others = _sum({tuple(power for power in monomial if power[0] is not atom): coefficient})
                if _is_multiple(others * y, b):
                    rest = _sum(polynomial.add(terms, {monomial: -coefficient}))
                    return total((rest, others * x))
    return None


def _is_multiple(a: Dim, b: Dim) -> bool:
    return polynomial.divide(_terms(a), _terms(b)) is not None


def _reduced(a: Dim, b: Dim) -> Dim | None:
    """a with its coefficients taken modulo the integer b, nearest to 0."""
    if not isinstance(b, int) or isinstance(a, int):
        return None
    terms = {m: c - b * -((b - 2 * c) // (2 * b)) for m, c in a.terms.items() if m}
    if all(terms[m] == a.terms[m] for m in terms):
        return None
    return _sum({m: c for m, c in terms.items() if c}) + a.terms.get((), 0)


# -------------------------------------------------------------- the identities


def _common_quotient(a: Dim, b: Dim) -> Dim | None:
    g = _common_factor(a, b)
    return floordiv(_times_and_rest(a, g)[0], b // g) if g else None


def _common_remainder(a: Dim, b: Dim) -> Dim | None:
    g = _common_factor(a, b)
    if not g:
        return None
    m, rest = _times_and_rest(a, g)
    return g * modulo(m, b // g) + rest


def _times_and_rest(a: Dim, g: int) -> tuple[Dim, int]:
    return _sum({m: c // g for m, c in _terms(a).items() if c // g}), _terms(a).get((), 0) % g


def _split_quotient(a: Dim, b: Dim) -> Dim | None:
    parts = _split(a, b)
    return parts[0] + floordiv(parts[1], b) if parts else None


def _split_remainder(a: Dim, b: Dim) -> Dim | None:
    parts = _split(a, b)
    return modulo(parts[1], b) if parts else None


def _cancel_quotient(a: Dim, b: Dim) -> Dim | None:
    shared = _shared(a, b)
    return floordiv(_cancelled(a, shared), _cancelled(b, shared)) if shared else None


def _cancel_remainder(a: Dim, b: Dim) -> Dim | None:
    shared = _shared(a, b)
    if not shared:
        return None
    return modulo(_cancelled(a, shared), _cancelled(b, shared)) * _sum({shared[0]: shared[1]})


def _unnest(a: Dim, b: Dim) -> Dim | None:
    nested = _nested(a, b)
    return floordiv(nested[0] + nested[1] * nested[2], nested[1] * b) if nested else None


def _round_up(a: Dim, b: Dim) -> Dim | None:
    if notation.leads_negative(a) and bounds.interval(b)[0] > 0:
        return -floordiv(b - a - 1, b)
    return None


def _range_quotient(a: Dim, b: Dim) -> Dim | None:
    return _known_quotient(a, b)


def _range_remainder(a: Dim, b: Dim) -> Dim | None:
    known = _known_quotient(a, b)
    return None if known is None else a - known * b


def _drop_inner_remainder(a: Dim, b: Dim) -> Dim | None:
    plain = _inner_remainder(a, b)
    return None if plain is None else modulo(plain, b)


def _reduce_coefficients(a: Dim, b: Dim) -> Dim | None:
    reduced = _reduced(a, b)
    return None if reduced is None else modulo(reduced, b)


QUOTIENTS = (
    Identity("x // 1 == x", lambda a, b: a if isinstance(b, int) and b == 1 else None),
    Identity("0 // y == 0", lambda a, b: 0 if isinstance(a, int) and a == 0 else None),
    Identity("x // -y == -x // y", lambda a, b: floordiv(-a, -b) if notation.leads_negative(b) else None),
    Identity("(k*x) // (k*y) == x // y", _cancel_quotient, "k != 0"),
    Identity("(g*x + c) // (g*y) == (x + c//g) // y", _common_quotient, "g > 0 and y > 0"),
    Identity("(y*q + r) // y == q + r//y", _split_quotient),
    Identity("(x//y + c) // b == (x + y*c) // (y*b)", _unnest, "b > 0"),
    Identity("x // y == 0", _range_quotient, "0 <= x < y"),
    Identity("x // y == -1", _range_quotient, "-y <= x < 0"),
    Identity("-x // y == -((x + y - 1) // y)", _round_up, "y > 0"),
)

REMAINDERS = (
    Identity("x % 1 == 0", lambda a, b: 0 if isinstance(b, int) and b == 1 else None),
    Identity("0 % y == 0", lambda a, b: 0 if isinstance(a, int) and a == 0 else None),
    Identity("x % -y == -(-x % y)", lambda a, b: -modulo(-a, -b) if notation.leads_negative(b) else None),
    Identity("(k*x) % (k*y) == k*(x % y)", _cancel_remainder, "k != 0"),
    Identity("(g*x + c) % (g*y) == g*((x + c//g) % y) + c % g", _common_remainder, "g > 0 and y > 0"),
    Identity("(y*q + r) % y == r % y", _split_remainder),
    Identity("(k*(x % (b*c)) + r) % (k*b) == (k*x + r) % (k*b)", _drop_inner_remainder, "k != 0"),
    Identity("((k*y + c)*x + r) % y == (c*x + r) % y", _reduce_coefficients),
    Identity("x % y == x", _range_remainder, "0 <= x < y"),
    Identity("x % y == x + y", _range_remainder, "-y <= x < 0"),
)


# ------------------------------------------------------- sums, min, max, select


def combined(terms: Terms) -> Terms:
    """x - y*(x//y) for x % y where that makes the sum shorter; one select for those of one condition."""
    for monomial, coefficient in terms.items():
        for atom, exponent in monomial:
            if atom.kind in ("mod", "select"):
                others = tuple(power for power in monomial if power[0] is not atom)
                if atom.kind == "select":
                    better = _multiplied(terms, monomial, atom, exponent) or _merged(terms, atom, others)
                else:
                    better = _without_mod(terms, atom, others, coefficient) if exponent == 1 else None
                if better is not None:
                    return combined(better)
    return terms


def _without_mod(terms: Terms, atom: Atom, others: Monomial, coefficient: int) -> Terms | None:
    factor: Terms = {others: coefficient}
    rest = polynomial.add(terms, polynomial.multiply(factor, {((atom, 1),): 1}), -1)
    result = polynomial.add(rest, polynomial.multiply(factor, _terms(_divided(atom))))
    return result if sum(1 for m in result if m) < sum(1 for m in terms if m) else None


@lru_cache(maxsize=2048)
def _divided(atom: Atom) -> Dim:
    """x - y*(x//y) for the atom x % y."""
    x, y = atom.arguments
    result: Dim = x - y * floordiv(x, y)
    return result


def _multiplied(terms: Terms, monomial: Monomial, atom: Atom, exponent: int) -> Terms | None:
    """(a if c else b) * (d if c else e) is (a*d if c else b*e)."""
    for other, power in monomial:
        if other.kind == "select" and other.arguments[0] == atom.arguments[0] and (other is not atom or power > 1):
            power -= other is atom
            condition, then, otherwise = atom.arguments
            product = select(condition, then * other.arguments[1] ** power, otherwise * other.arguments[2] ** power)
            others = tuple(each for each in monomial if each[0] not in (atom, other))
            left = polynomial.times(others, ((atom, exponent - 1),)) if exponent > 1 and other is not atom else others
            rest = {m: c for m, c in terms.items() if m != monomial}
            return polynomial.add(rest, polynomial.multiply({left: terms[monomial]}, _terms(product)))
    return None


def _merged(terms: Terms, atom: Atom, others: Monomial) -> Terms | None:
    """(a if c else b) + (d if c else e) is (a + d if c else b + e)."""
    condition = atom.arguments[0]
    same: list[Monomial] = []
    then: Dim = 0
    otherwise: Dim = 0
    for monomial, k in terms.items():
        quotient = polynomial.over(monomial, others)
        if quotient is not None and len(quotient) == 1 and quotient[0][1] == 1:
            other = quotient[0][0]
            if other.kind == "select" and other.arguments[0] == condition:
                same.append(monomial)
                then, otherwise = then + k * other.arguments[1], otherwise + k * other.arguments[2]
    if len(same) == 1:
        return None
    rest = {m: c for m, c in terms.items() if m not in same}
    return polynomial.add(rest, polynomial.multiply({others: 1}, _terms(select(condition, then, otherwise))))


Comparison = Callable[[Dim, Dim], Condition | bool]


def _always_at_least(a: Dim, b: Dim) -> Condition | bool:
    return decision.nonnegative(a - b)


def extremum(kind: str, dims: Iterable[Dim], at_least: Comparison = _always_at_least) -> Dim:
    """min or max: nested ones are taken apart, and what another one is known to dominate is left out."""

    def dominates(a: Dim, b: Dim) -> bool:
        return (at_least(b, a) if kind == "min" else at_least(a, b)) is True

    waiting, kept = list(dims), list[Dim]()
    if not waiting:
        raise ValueError(f"{kind}() of nothing")
    while waiting:
        dim = waiting.pop(0)
        inner = _only_atom(dim)
        if inner is not None and inner.kind == kind:
            waiting[:0] = inner.arguments
        elif not any(dominates(other, dim) for other in kept):
            kept = [other for other in kept if not dominates(dim, other)] + [dim]
    return kept[0] if len(kept) == 1 else atom_expression(kind, *sorted(kept, key=notation.text))


def select(condition: Condition, then: Dim, otherwise: Dim) -> Dim:
    """`then` where the condition holds, else `otherwise`.

    Of a condition and its negation one is used, and an integer factor of both is drawn out.
    """
    if then is otherwise or (isinstance(then, int) and isinstance(otherwise, int) and then == otherwise):
        return then
    if condition.relation == "!=" or (condition.relation == ">=" and notation.leads_negative(condition.expression)):
        condition, then, otherwise = ~condition, otherwise, then
    factor = gcd(*_terms(then).values(), *_terms(otherwise).values())
    factor = -factor if notation.leads_negative(then if _terms(then) else otherwise) else factor
    arms = (_cancelled(arm, ((), factor)) for arm in (then, otherwise))
    result: Dim = factor * atom_expression("select", condition, *arms)
    return result


def rebuilt(atom: Atom, parts: list[Dim]) -> Dim:
    """An atom of the same kind with other parts."""
    if atom.kind in ("min", "max"):
        return extremum(atom.kind, parts)
    if atom.kind == "select":
        condition = decision.condition(parts[0], atom.arguments[0].relation)
        return parts[2 - condition] if isinstance(condition, bool) else select(condition, parts[1], parts[2])
    if isinstance(parts[1], int) and parts[1] == 0:
        raise ZeroDivisionError("integer division or modulo by zero")
    return (floordiv if atom.kind == "floordiv" else modulo)(*parts)


def _only_atom(dim: Dim) -> Atom | None:
    if isinstance(dim, Expr) and len(dim.terms) == 1:
        ((monomial, coefficient),) = dim.terms.items()
        if coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
            return monomial[0][0]
    return None
