"""Whether a condition holds wherever the bounds and the known inequalities do.

    H = symbol("H", lower=1)
    nonnegative((H - 1)//2)                -> True
    nonnegative(6*H - 7)                   -> the Condition `H >= 2`: canonical, the common factor divided out
    zero(H//32 - 1)                        -> the Condition `H//32 == 1`
    nonnegative(H//32 - 7)                 -> the Condition `H >= 224`

Answers are sound, not complete: None means that this module does not know.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf

from analyzer.algebra import bounds, notation, polynomial
from analyzer.algebra.bounds import ALL, Interval, Ranges, of_terms
from analyzer.algebra.condition import Condition, Relation
from analyzer.algebra.expression import Atom, Dim, Expr, make
from analyzer.algebra.polynomial import Monomial, Terms, TooComplex

MAX_STEPS = 60
MAX_SHIFTED = 64
MAX_PROVED = 200
MAX_INEQUALITIES = 64


class Known:
    """Inequalities beyond the symbols' own bounds: an interval for single atoms, expressions that are >= 0."""

    def __init__(self) -> None:
        self.ranges = Ranges()
        self.nonnegative: list[Expr] = []
        self._mentioning: dict[Monomial, list[Expr]] = {}

    def copy(self) -> Known:
        other = Known()
        other.ranges.update(self.ranges)
        other.nonnegative = list(self.nonnegative)
        other._mentioning = {monomial: list(found) for monomial, found in self._mentioning.items()}
        return other

    def related(self, e: Expr) -> list[Expr]:
        """The known expressions >= 0 that share a term with this one."""
        return list(dict.fromkeys(each for m in e.terms if m for each in self._mentioning.get(m, ())))

    def interval(self, dim: Dim) -> Interval:
        """Between which values it lies."""
        if isinstance(dim, int):
            return dim, dim
        return of_terms(dim.terms, self.ranges) if self.ranges else bounds.interval(dim)

    def learn(self, condition: Condition) -> None:
        """Take in a condition that holds."""
        e = condition.expression
        if condition.relation == ">=":
            self.assume(e)
        elif condition.relation == "==":
            self.assume(e)
            self.assume(-e)
        else:
            low, high = self.interval(e)
            self.assume(e - 1 if low == 0 else -e - 1 if high == 0 else 0)

    def assume(self, e: Dim) -> None:
        """Take in that e >= 0."""
        condition = nonnegative(e)
        if isinstance(condition, bool):
            return
        e = condition.expression
        if len(self.nonnegative) < MAX_INEQUALITIES and len(e.terms) <= MAX_SHIFTED:
            self.nonnegative.append(e)
            for monomial in filter(None, e.terms):
                self._mentioning.setdefault(monomial, []).append(e)
        if self._sharpen(e):
            for each in self.related(e):
                self._sharpen(each)

    def _sharpen(self, e: Expr) -> bool:
        """From `k*atom + rest >= 0` an end of the atom's interval; whether that is new."""
        found = False
        for monomial, k in e.terms.items():
            if len(monomial) != 1 or monomial[0][1] != 1:
                continue
            atom = monomial[0][0]
            _, most = self.interval(e - make({monomial: k}))
            if most == inf:
                continue
            end: Interval = (-(int(most) // k), inf) if k > 0 else (-inf, int(most) // -k)
            found = self.ranges.sharpen(atom, end) or found
        return found


NOTHING = Known()


# -------------------------------------------------------------- canonical form


def condition(e: Dim, relation: Relation) -> Condition | bool:
    """`e == 0`, `e != 0` or `e >= 0`, canonical, or its truth where bounds settle it."""
    if relation == ">=":
        return nonnegative(e)
    equality = zero(e)
    if relation == "==":
        return equality
    return not equality if isinstance(equality, bool) else ~equality


@lru_cache(maxsize=2048)
def zero(e: Dim) -> Condition | bool:
    """`e == 0`, canonical, or its truth."""
    if isinstance(e, int):
        return e == 0
    constant, factor = e.terms.get((), 0), polynomial.content(e.terms)
    if constant % factor:
        return False
    monomial = _common(e.terms)
    sign = -1 if notation.leads_negative(e) else 1
    e = _expression(polynomial.cancel(e.terms, monomial, factor * sign))
    if isinstance(e, int):
        return e == 0
    return _settled(Condition(e, "=="))


@lru_cache(maxsize=2048)
def nonnegative(e: Dim) -> Condition | bool:
    """`e >= 0`, canonical, or its truth."""
    before: Dim = 0
    while isinstance(e, Expr) and e is not before:
        before, e = e, _peeled(_divided_out(e))
    if isinstance(e, int):
        return e >= 0
    return _settled(Condition(e, ">="))


def _settled(condition: Condition) -> Condition | bool:
    answer = decide(condition, NOTHING)
    return condition if answer is None else answer


def _divided_out(e: Expr) -> Dim:
    """6*H - 7 >= 0 is H - 2 >= 0; a positive common factor of all terms counts for nothing."""
    factor = polynomial.content(e.terms)
    terms = {monomial: c // factor for monomial, c in e.terms.items() if c // factor}
    monomial = _common(terms)
    return _expression(polynomial.cancel(terms, monomial, 1)) if monomial and _positive(monomial) else make(terms)


def _peeled(e: Dim) -> Dim:
    """n//d + c >= 0 is n + c*d >= 0, and -(n//d) + c >= 0 is -n + (c + 1)*d - 1 >= 0, for d > 0."""
    if isinstance(e, int):
        return e
    constant = e.terms.get((), 0)
    single = [monomial for monomial in e.terms if monomial]
    if len(single) != 1 or len(single[0]) != 1 or abs(e.terms[single[0]]) != 1:
        return e
    (atom, exponent) = single[0][0]
    if atom.kind != "floordiv" or exponent != 1 or bounds.interval(atom.arguments[1])[0] <= 0:
        return e
    n, d = atom.arguments
    result: Dim = n + constant * d if e.terms[single[0]] > 0 else -n + (constant + 1) * d - 1
    return result


def _common(terms: Terms) -> Monomial:
    """The part common to all terms that is known not to be zero."""
    shared = polynomial.common_monomial(terms)
    return tuple(power for power in shared if _nonzero(power[0]))


def _nonzero(atom: Atom) -> bool:
    low, high = bounds.of_atom(atom)
    return low > 0 or high < 0


def _positive(monomial: Monomial) -> bool:
    return bounds.of_monomial(monomial)[0] > 0


def _expression(terms: Terms) -> Dim:
    return make(terms, mixed=True)


# -------------------------------------------------------------------- proofs


def decide(condition: Condition, known: Known) -> bool | None:
    """Whether it holds wherever what is known does; None where that is not found."""
    e = condition.expression
    try:
        if condition.relation == ">=":
            return True if _proved(e, known) else False if _proved(-e - 1, known) else None
        answer = _is_zero(e, known)
    except TooComplex:
        return None
    return answer if answer is None or condition.relation == "==" else not answer


def _is_zero(e: Expr, known: Known) -> bool | None:
    low, high = known.interval(e)
    if low > 0 or high < 0:
        return False
    if _proved(e - 1, known) or _proved(-e - 1, known):
        return False
    if _proved(e, known) and _proved(-e, known):
        return True
    spread = _spread(e)
    if isinstance(spread, int):
        return spread == 0
    return False if spread.terms.get((), 0) % polynomial.content(spread.terms) else None


def _proved(e: Dim, known: Known) -> bool:
    """Whether `e >= 0` is found to follow."""
    return _prove(e, known, [MAX_STEPS])


def _prove(e: Dim, known: Known, steps: list[int]) -> bool:
    if isinstance(e, int):
        return e >= 0
    low, high = known.interval(e)
    if low >= 0 or high < 0:
        return low >= 0
    steps[0] -= 1
    if steps[0] < 0 or len(e.terms) > MAX_PROVED:
        return False
    if _shifted_lower(e, known) >= 0:
        return True
    for inequality in known.related(e):
        rest = e - inequality
        if known.interval(rest)[0] >= 0:
            return True
    return any(all(_prove(part, known, steps) for part in parts) for parts in _weakened(e, known))


def _shifted_lower(e: Expr, known: Known) -> bounds.End:
    """The lower end after writing each atom as its end plus something >= 0: H*W - W is (H - 1)*W + ... >= 0."""
    if len(e.terms) > MAX_SHIFTED or any(power > 3 for monomial in e.terms for _, power in monomial):
        return -inf
    ranges: dict[Atom, Interval] = {}
    moved: dict[Atom, Terms] = {}
    for atom in {atom for monomial in e.terms for atom, _ in monomial}:
        low, high = bounds.of_atom(atom, known.ranges)
        if low != -inf:
            ranges[atom], moved[atom] = (0, bounds.plus(high, -low)), _shift(atom, 1, int(low))
        elif high != inf:
            ranges[atom], moved[atom] = (0, inf), _shift(atom, -1, int(high))
        else:
            ranges[atom], moved[atom] = ALL, _shift(atom, 1, 0)
    shifted: Terms = {}
    for monomial, coefficient in e.terms.items():
        term: Terms = {(): coefficient}
        for atom, exponent in monomial:
            for _ in range(exponent):
                term = polynomial.multiply(term, moved[atom])
        shifted = polynomial.add(shifted, term)
    lower: bounds.End = 0
    for monomial, coefficient in shifted.items():
        ends = [bounds.times(coefficient, end) for end in _placeholder(monomial, ranges)]
        lower = bounds.plus(lower, min(ends))
        if lower == -inf:
            break
    return lower


def _shift(atom: Atom, sign: int, constant: int) -> Terms:
    return {((atom, 1),): sign, (): constant} if constant else {((atom, 1),): sign}


def _placeholder(monomial: Monomial, ranges: dict[Atom, Interval]) -> Interval:
    low: bounds.End = 1
    high: bounds.End = 1
    for atom, exponent in monomial:
        ends = ranges[atom]
        if ends[0] < 0:
            return ALL if monomial else (1, 1)
        for _ in range(exponent):
            low, high = bounds.times(low, ends[0]), bounds.times(high, ends[1])
    return low, high


def _weakened(e: Expr, known: Known) -> list[list[Dim]]:
    """Ways to prove e >= 0, each a list of expressions that must all be >= 0: the deepest atom is replaced."""
    inner = [atom for monomial in e.terms for atom, _ in monomial if atom.kind != "symbol"]
    if not inner:
        return []
    atom = max(inner, key=lambda each: (each.depth, each.serial))
    if any(exponent > 1 for monomial in e.terms for each, exponent in monomial if each is atom):
        return []
    factor = make({tuple(p for p in m if p[0] is not atom): c for m, c in e.terms.items() if (atom, 1) in m})
    rest = make({m: c for m, c in e.terms.items() if (atom, 1) not in m})
    low, high = known.interval(factor)
    if low < 0 < high:
        return []
    if atom.kind == "floordiv":
        n, d = atom.arguments
        if known.interval(d)[0] <= 0:
            return []
        return [[(n if high <= 0 else n - d + 1) * factor + d * rest + d - 1]]
    if atom.kind == "mod":
        n, d = atom.arguments
        return [[(n - d * rewrite.floordiv(n, d)) * factor + rest]] if known.interval(d)[0] > 0 else []
    parts = [part * factor + rest for part in atom.parts()[-2 if atom.kind == "select" else 0 :]]
    if atom.kind == "select" or (atom.kind == "min") == (low >= 0):
        return [parts]
    return [[part] for part in parts]


def _spread(e: Dim) -> Dim:
    """The same with `n % d` written as `n - d*(n//d)`, and `(d*q + r)//d` as `q + r//d` term by term."""

    done: dict[Atom, Dim] = {}

    def spread(atom: Atom) -> Dim | None:
        if atom.kind not in ("floordiv", "mod"):
            return None
        n, d = (replace(part, spread, done) for part in atom.arguments)
        if not isinstance(n, Expr) or not isinstance(d, int) or d <= 0:
            return None
        whole = make({monomial: c // d for monomial, c in n.terms.items() if c // d})
        quotient = whole + rewrite.floordiv(n - d * whole, d)
        return quotient if atom.kind == "floordiv" else n - d * quotient

    return replace(e, spread, done)


# Canonical division is part of the proofs, and its own rules ask for proofs of simpler things.
from analyzer.algebra import rewrite  # noqa: E402
from analyzer.algebra.substitution import replace  # noqa: E402
