"""Integer expressions over symbols, canonical and interned: equal expressions are the same object.

    H = symbol("H", lower=1)
    (H + 2*1 - 3)//2 + 1                   prints as `(H - 1)//2 + 1`
    (H//2)//2 is H//4, (4*H + 2)//4 is H   are both True
    H//2 + 1 > 0                           is True, decided by bounds
    H % 2 == 0                             asks the decider in force, or raises Undecided

A `Dim` is an int or an Expr: a result that is a known integer is always an `int`.  An Expr is a polynomial over
atoms; an atom is a symbol, `a//b`, `a % b`, `min(...)`, `max(...)` or `(a if condition else b)`.  Division and
modulo are Python's.  The divisor must not be zero: where that is not known, it becomes a requirement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count
from math import ceil, floor, isfinite
from typing import Any
from weakref import WeakValueDictionary

from analyzer.algebra import polynomial
from analyzer.algebra.polynomial import MAX_BITS, MAX_EXPONENT, Monomial, Terms, TooComplex

MAX_SIZE = 20_000
MAX_SIZE_INSIDE = 2_000
MAX_DEPTH = 60
NAME: re.Pattern[str] = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")

_serials = count(1)
_atoms: WeakValueDictionary[Any, Atom] = WeakValueDictionary()
_expressions: WeakValueDictionary[Any, Expr] = WeakValueDictionary()


class Atom:
    """What a polynomial does not look into; interned, compared by identity.

    kind and arguments: "symbol" (name, lower, upper), "floordiv" and "mod" (numerator, divisor), "min" and "max"
    (sizes), "select" (condition, then, otherwise).
    size and depth count the atoms inside; interval and text are computed once, by bounds and notation.
    """

    __slots__ = ("__weakref__", "arguments", "depth", "interval", "kind", "serial", "size", "text")

    def __init__(self, kind: str, arguments: tuple[Any, ...]) -> None:
        self.kind = kind
        self.arguments = arguments
        self.serial = next(_serials)
        self.interval: Any = None
        self.text: str | None = None
        inside = [part for part in self.parts() if isinstance(part, Expr)]
        self.size = 1 + sum(part.size for part in inside)
        self.depth = 1 + max((part.depth for part in inside), default=0)
        if self.size > MAX_SIZE_INSIDE or self.depth > MAX_DEPTH:
            raise TooComplex("a formula nested too deeply")

    def parts(self) -> tuple[Dim, ...]:
        """The Dims inside, the condition's among them."""
        if self.kind == "symbol":
            return ()
        if self.kind == "select":
            condition, then, otherwise = self.arguments
            return (condition.expression, then, otherwise)
        return self.arguments

    def __reduce__(self) -> tuple[Any, ...]:
        return intern, (self.kind, self.arguments)


class Expr:
    """A polynomial that is not a known integer; made by `symbol` and by arithmetic, never directly."""

    __slots__ = ("__weakref__", "_hash", "depth", "interval", "mixed", "size", "terms", "text")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.size = self.depth = 0
        self.mixed = False
        for monomial in terms:
            for atom, _ in monomial:
                self.size += atom.size
                self.depth = max(self.depth, atom.depth)
                self.mixed = self.mixed or atom.kind in ("mod", "select")
        if self.size > MAX_SIZE:
            raise TooComplex("a formula of too many parts")
        self._hash = next(_serials) * 0x9E3779B97F4A7C15 % (2**61 - 1)
        self.interval: Any = None
        self.text: str | None = None

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (tuple(self.terms.items()),)

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    def __repr__(self) -> str:
        return notation.text(self)

    # ------------------------------------------------------------ arithmetic

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Expr):
            return make(polynomial.add(self.terms, other.terms), self.mixed or other.mixed)
        if isinstance(other, int):
            return make(polynomial.add(self.terms, {(): int(other)}), self.mixed) if other else self
        return rational.Rational(self) + other if isinstance(other, float) else NotImplemented

    __radd__ = __add__

    def __neg__(self) -> Dim:
        return make({monomial: -c for monomial, c in self.terms.items()}, self.mixed)

    def __pos__(self) -> Expr:
        return self

    def __sub__(self, other: Any) -> Any:
        if isinstance(other, Expr):
            return make(polynomial.add(self.terms, other.terms, -1), self.mixed or other.mixed)
        return self + -other if isinstance(other, int | float) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return -self + other if isinstance(other, int | float) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Expr):
            return make(polynomial.multiply(self.terms, other.terms), self.mixed or other.mixed)
        if isinstance(other, int):
            return make({m: c * other for m, c in self.terms.items()} if other else {}, self.mixed)
        return rational.Rational(self) * other if isinstance(other, float) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return rational.Rational(self) / other

    def __rtruediv__(self, other: Any) -> Any:
        return rational.Rational(other) / self if isinstance(other, int | float) else NotImplemented

    def __pow__(self, exponent: int) -> Dim:
        if not isinstance(exponent, int):
            return NotImplemented
        if exponent < 0:
            raise ValueError(f"{self} to a negative power is not an integer")
        if exponent > MAX_EXPONENT:
            raise TooComplex(f"a power above {MAX_EXPONENT}")
        return product([self] * exponent)

    def __floordiv__(self, other: Any) -> Any:
        return floordiv(self, other) if isinstance(other, Expr | int) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Any:
        return floordiv(other, self) if isinstance(other, int) else NotImplemented

    def __mod__(self, other: Any) -> Any:
        return modulo(self, other) if isinstance(other, Expr | int) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return modulo(other, self) if isinstance(other, int) else NotImplemented

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __abs__(self) -> Dim:
        return maximum(self, -self)

    def __floor__(self) -> Expr:
        return self

    __ceil__ = __trunc__ = __floor__

    def __round__(self, digits: int | None = None) -> Expr:
        return self

    # ----------------------------------------------------------- comparisons

    def __bool__(self) -> bool:
        return self != 0

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if isinstance(other, float):
            return other.is_integer() and self == int(other)
        return facts.settle(facts.equal(self, other)) if isinstance(other, Expr | int) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not self == other if isinstance(other, Expr | int | float) else NotImplemented

    def __ge__(self, other: Any) -> Any:
        if isinstance(other, float) and isfinite(other):
            other = ceil(other)
        return facts.settle(facts.at_least(self, other)) if isinstance(other, Expr | int) else self._beyond(other, -1)

    def __lt__(self, other: Any) -> bool:
        return not self >= other

    def __le__(self, other: Any) -> Any:
        if isinstance(other, float) and isfinite(other):
            other = floor(other)
        return facts.settle(facts.at_least(other, self)) if isinstance(other, Expr | int) else self._beyond(other, 1)

    def __gt__(self, other: Any) -> bool:
        return not self <= other

    def _beyond(self, other: Any, sign: int) -> Any:
        return other * sign > 0 if isinstance(other, float) else NotImplemented


Dim = int | Expr


# ---------------------------------------------------------------- construction


def make(terms: Terms, mixed: bool = False) -> Dim:
    """The interned expression of these terms, or its integer value.  `mixed`: atoms may combine with each other."""
    if mixed:
        terms = rewrite.combined(terms)
    if not terms:
        return 0
    for coefficient in terms.values():
        if coefficient.bit_length() > MAX_BITS:
            raise TooComplex(f"an integer of more than {MAX_BITS} bits")
    if len(terms) == 1 and () in terms:
        return terms[()]
    key = frozenset(terms.items())
    found = _expressions.get(key)
    return found if found is not None else _expressions.setdefault(key, Expr(terms))


def intern(kind: str, arguments: tuple[Any, ...]) -> Atom:
    """The atom of this kind; its arguments are canonical."""
    found = _atoms.get((kind, arguments))
    return found if found is not None else _atoms.setdefault((kind, arguments), Atom(kind, arguments))


def atom_expression(kind: str, *arguments: Any) -> Expr:
    """The expression of one atom, which `rewrite` has found nothing simpler for."""
    made = make({((intern(kind, arguments), 1),): 1})
    assert isinstance(made, Expr)
    return made


def _restore(items: tuple[tuple[Monomial, int], ...]) -> Dim:
    return make({tuple(sorted(monomial, key=lambda power: power[0].serial)): c for monomial, c in items})


def symbol(name: str, *, lower: int | None = None, upper: int | None = None) -> Expr:
    """An integer of this name, within inclusive bounds; the same name with other bounds is another symbol."""
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name")
    if lower is not None and upper is not None and lower >= upper:
        raise ValueError(f"{name} has no more than one value in [{lower}, {upper}]")
    return atom_expression("symbol", name, lower, upper)


def floordiv(a: Dim, b: Dim) -> Dim:
    """a // b; ZeroDivisionError where b is zero, a requirement where it may be."""
    return a // b if isinstance(a, int) and isinstance(b, int) else rewrite.floordiv(a, _divisor(b))


def modulo(a: Dim, b: Dim) -> Dim:
    """a % b; ZeroDivisionError where b is zero, a requirement where it may be."""
    return a % b if isinstance(a, int) and isinstance(b, int) else rewrite.modulo(a, _divisor(b))


def _divisor(b: Dim) -> Dim:
    zero = b == 0 if isinstance(b, int) else facts.equal(b, 0)
    if zero is True:
        raise ZeroDivisionError("integer division or modulo by zero")
    facts.require(zero is False or ~zero, "integer division or modulo by zero")
    return b


def minimum(*dims: Dim) -> Dim:
    """The least of one or more."""
    return rewrite.extremum("min", dims, facts.at_least)


def maximum(*dims: Dim) -> Dim:
    """The greatest of one or more."""
    return rewrite.extremum("max", dims, facts.at_least)


def ceil_div(a: Dim, b: Dim) -> Dim:
    """a / b, rounded up."""
    return -(-a // b)


def product(dims: Iterable[Dim]) -> Dim:
    """The product; 1 of none."""
    result: Dim = 1
    for dim in dims:
        result = result * dim
    return result


def total(dims: Iterable[Dim]) -> Dim:
    """The sum; 0 of none."""
    constant, terms, mixed = 0, Terms(), False
    for dim in dims:
        if isinstance(dim, int):
            constant += dim
        else:
            terms, mixed = polynomial.add(terms, dim.terms), mixed or dim.mixed
    return make(polynomial.add(terms, {(): constant} if constant else {}), mixed)


def choose(condition: Condition | bool, a: Dim, b: Dim) -> Dim:
    """a where the condition holds, else b."""
    settled = condition if isinstance(condition, bool) else facts.settled(condition)
    if isinstance(settled, bool):
        return a if settled else b
    return rewrite.select(settled, a, b)


# These modules need the classes above, and the operators above need them.
from analyzer.algebra import facts, notation, rational, rewrite  # noqa: E402
from analyzer.algebra.bounds import bounds, pinned  # noqa: E402
from analyzer.algebra.condition import Condition  # noqa: E402
from analyzer.algebra.facts import (  # noqa: E402
    Facts,
    Refused,
    Undecided,
    at_least,
    deciding,
    divisible,
    equal,
    require,
)
from analyzer.algebra.notation import latex  # noqa: E402
from analyzer.algebra.parsing import parse  # noqa: E402
from analyzer.algebra.substitution import free_symbols, substitute  # noqa: E402

__all__ = [
    "Condition", "Dim", "Expr", "Facts", "Refused", "TooComplex", "Undecided", "at_least", "bounds", "ceil_div",
    "choose", "deciding", "divisible", "equal", "free_symbols", "latex", "maximum", "minimum", "parse", "pinned",
    "product", "require", "substitute", "symbol", "total",
]  # fmt: skip
