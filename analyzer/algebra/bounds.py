"""Between which integers an expression lies, by interval arithmetic.

    H = symbol("H", lower=1)
    bounds((H - 1)//2 + 1)                 -> (1, None)
    bounds(H % 7)                          -> (0, 6)

An interval is a pair of ends, where a float infinity stands for no end.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from analyzer.algebra.expression import Atom, Dim
from analyzer.algebra.polynomial import Monomial

End = int | float
Interval = tuple[End, End]
ALL: Interval = (-inf, inf)


class Ranges(dict[Atom, Interval]):
    """What is known of single atoms beyond the symbols' own bounds; remembers what follows for other atoms."""

    def __init__(self) -> None:
        super().__init__()
        self.derived: dict[Atom, Interval] = {}

    def sharpen(self, atom: Atom, found: Interval) -> bool:
        """Take in an interval of an atom; whether it tells something new."""
        before = self.get(atom, ALL)
        after = meet(before, found)
        if after == before:
            return False
        self[atom] = after
        self.derived.clear()
        return True


NOTHING = Ranges()


def bounds(dim: Dim) -> tuple[int | None, int | None]:
    """The least and the greatest value it may have, under the facts in force; None where there is no limit known."""
    decider = facts.current()
    lower, upper = interval(dim) if decider is None else decider.facts.interval(dim)
    if lower == -inf:
        lower = next((end for end in (1, 0) if facts.at_least(dim, end) is True), lower)
    return (int(lower) if lower != -inf else None, int(upper) if upper != inf else None)


def pinned(dim: Dim) -> Dim:
    """The integer where the facts in force leave one only, else the expression itself."""
    if isinstance(dim, int):
        return dim
    lower, upper = bounds(dim)
    return lower if lower is not None and lower == upper else dim


def interval(dim: Dim) -> Interval:
    """The interval that follows from the bounds of the symbols alone."""
    if isinstance(dim, int):
        return dim, dim
    if dim.interval is None:
        dim.interval = of_terms(dim.terms)
    found: Interval = dim.interval
    return found


def of_terms(terms: Mapping[Monomial, int], known: Ranges = NOTHING) -> Interval:
    """The interval of a polynomial whose atoms are known to lie within `known`."""
    lower: End = 0
    upper: End = 0
    for monomial, coefficient in terms.items():
        low, high = of_monomial(monomial, known)
        if coefficient < 0:
            low, high = high, low
        lower, upper = plus(lower, times(coefficient, low)), plus(upper, times(coefficient, high))
    return lower, upper


def of_monomial(monomial: Monomial, known: Ranges = NOTHING) -> Interval:
    """The interval of a product of powers."""
    result: Interval = (1, 1)
    for atom, exponent in monomial:
        low, high = of_atom(atom, known)
        if exponent > 1:
            ends = (low**exponent, high**exponent)
            low, high = (0 if low < 0 < high and exponent % 2 == 0 else min(ends)), max(ends)
        if result == (1, 1):
            result = (low, high)
        else:
            corners = [times(x, y) for x in result for y in (low, high)]
            result = min(corners), max(corners)
    return result


def of_atom(atom: Atom, known: Ranges = NOTHING) -> Interval:
    """The interval of an atom, with what is known of it and of its parts."""
    if not known:
        if atom.interval is None:
            atom.interval = _by_kind(atom, known)
        found: Interval = atom.interval
        return found
    if atom not in known.derived:
        known.derived[atom] = meet(_by_kind(atom, known), known.get(atom, ALL))
    return known.derived[atom]


def meet(a: Interval, b: Interval) -> Interval:
    """The values that lie in both."""
    return max(a[0], b[0]), min(a[1], b[1])


def _by_kind(atom: Atom, known: Ranges) -> Interval:
    if atom.kind == "symbol":
        _, lower, upper = atom.arguments
        return (-inf if lower is None else lower), (inf if upper is None else upper)
    parts = [
        interval(part) if isinstance(part, int) or not known else of_terms(part.terms, known) for part in atom.parts()
    ]
    if atom.kind == "floordiv":
        return _quotient(*parts)
    if atom.kind == "mod":
        return _remainder(*parts)
    if atom.kind == "select":
        return min(parts[1][0], parts[2][0]), max(parts[1][1], parts[2][1])
    extreme = min if atom.kind == "min" else max
    return extreme(low for low, _ in parts), extreme(high for _, high in parts)


def _quotient(a: Interval, b: Interval) -> Interval:
    if b[1] < 0:
        a, b = (-a[1], -a[0]), (-b[1], -b[0])
    if b[0] <= 0:
        most = max(abs(a[0]), abs(a[1]))
        return -most, most
    return _floor(a[0], b[1] if a[0] >= 0 else b[0]), _floor(a[1], b[0] if a[1] >= 0 else b[1])


def _remainder(a: Interval, b: Interval) -> Interval:
    lower, upper = min(plus(b[0], 1), 0), max(plus(b[1], -1), 0)
    if a[0] >= 0 and lower == 0:
        upper = min(upper, a[1])
    return lower, upper


def _floor(a: End, b: End) -> End:
    if a in (inf, -inf):
        return a
    if b == inf:
        return 0 if a >= 0 else -1
    return a // b


def plus(a: End, b: End) -> End:
    """a + b, exact for integers of any size."""
    if a in (inf, -inf):
        return a
    return b if b in (inf, -inf) else a + b


def times(a: End, b: End) -> End:
    """a * b, exact for integers of any size, and 0 where one is 0."""
    if a == 0 or b == 0:
        return 0
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    return inf if (a > 0) == (b > 0) else -inf


# The facts in force sharpen bounds, and facts are decided by bounds.
from analyzer.algebra import facts  # noqa: E402
