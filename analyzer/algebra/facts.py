"""Conditions on sizes, what is known of them, and who decides what is not known.

H = symbol("H", lower=1)
equal(H % 2, 0)                        -> the Condition `H % 2 == 0`
at_least(H, 1)                         -> True
with deciding(decider):
    if H % 2 == 0: ...                 asks decider.decide(`H % 2 == 0`) and records the answer in decider.facts
    require(equal(H, 32), "...")       calls decider.requires(`H == 32`, "...") and records it as a fact
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Any, Protocol

from analyzer.algebra import bounds, decision, rewrite
from analyzer.algebra.condition import Condition
from analyzer.algebra.expression import Atom, Dim, Expr, atom_expression, make
from analyzer.algebra.polynomial import TooComplex
from analyzer.algebra.substitution import atoms, replace


class Refused(Exception):
    """PyTorch would raise here; `message` is the reason in PyTorch's words."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.place: Any = None
        """Where in the analysed program, once the evaluation has said so."""


class Undecided(Exception):
    """A comparison that neither bounds nor facts settle, with no decider in force to ask."""

    def __init__(self, condition: Condition) -> None:
        super().__init__(str(condition))
        self.condition = condition


class Facts:
    """What has been found or assumed to hold; owned by a decider."""

    def __init__(self) -> None:
        self._held: dict[Condition, None] = {}
        self._solved: dict[Atom, Dim] = {}
        self._known = decision.Known()
        self._verdicts: dict[Condition, bool | None] = {}

    def __iter__(self) -> Iterator[Condition]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def copy(self) -> Facts:
        """An independent copy: what is added to one is not known to the other."""
        other = Facts()
        other._held = dict(self._held)
        other._solved = dict(self._solved)
        other._known = self._known.copy()
        return other

    def add(self, condition: Condition, value: bool = True) -> None:
        """From now on the condition holds, or does not."""
        held = condition if value else ~condition
        if held in self._held:
            return
        self._held[held] = None
        self._verdicts.clear()
        if held.relation == "==":
            self._solve(held.expression)
        self._learn(held)

    def decide(self, condition: Condition) -> bool | None:
        """Whether it holds, or None where the facts do not tell."""
        if not self._held:
            return None
        if condition in self._held:
            return True
        if ~condition in self._held:
            return False
        if condition not in self._verdicts:
            self._verdicts[condition] = self._derive(condition)
        return self._verdicts[condition]

    def interval(self, dim: Dim) -> bounds.Interval:
        """Between which values it lies; infinite floats where there is no end."""
        found = bounds.interval(dim)
        if isinstance(dim, Expr) and self._held:
            found = bounds.meet(found, self._known.interval(dim))
            found = bounds.meet(found, self._known.interval(self._rewritten(dim)))
        return found

    def _derive(self, condition: Condition) -> bool | None:
        rewritten = decision.condition(self._rewritten(condition.expression), condition.relation)
        if isinstance(rewritten, bool):
            return rewritten
        answer = decision.decide(rewritten, self._known)
        return answer if answer is not None else decision.decide(condition, self._known)

    def _rewritten(self, dim: Dim) -> Dim:
        """The expression without the symbols that are solved; itself where that cannot be written."""
        if not self._solved:
            return dim
        try:
            return replace(dim, self._solved.get, {})
        except (TooComplex, ZeroDivisionError):
            return dim

    def _learn(self, condition: Condition) -> None:
        """Sharpen what is known by one condition, written in terms of what is not solved."""
        rewritten = decision.condition(self._rewritten(condition.expression), condition.relation)
        for each in (condition, rewritten):
            if isinstance(each, Condition):
                self._known.learn(each)

    def _solve(self, zero: Expr) -> None:
        """Solve `zero == 0` for a symbol, which is replaced from now on, also in what is known of it."""
        rewritten = self._rewritten(zero)
        solution = _solution(rewritten) if isinstance(rewritten, Expr) else None
        if solution is None:
            return
        atom, value = solution
        low, high = self._known.interval(make({((atom, 1),): 1}))
        limits = [value - int(low) if low != -inf else 0, int(high) - value if high != inf else 0]
        try:
            limits += [replace(e, {atom: value}.get, {}) for e in self._known.nonnegative if atom in atoms(e)]
            solved = {old: replace(dim, {atom: value}.get, {}) for old, dim in self._solved.items()}
        except (TooComplex, ZeroDivisionError):
            return
        self._solved = solved | {atom: value}
        for limit in limits:
            self._known.assume(limit)


def _solution(zero: Expr) -> tuple[Atom, Dim] | None:
    """A symbol and what it is equal to where `zero == 0`: H and 32*h where `H % 32 == 0`."""
    for monomial, coefficient in zero.terms.items():
        if len(monomial) != 1 or monomial[0][1] != 1:
            continue
        (atom, _), rest = monomial[0], zero - make({monomial: coefficient})
        if abs(coefficient) != 1:
            continue
        if atom.kind == "symbol" and atom not in atoms(rest):
            return atom, -coefficient * rest
        if atom.kind == "mod" and isinstance(rest, int) and isinstance(atom.arguments[1], int):
            numerator, divisor = atom.arguments
            multiple = _multiple(numerator, divisor, atom)
            # numerator % divisor == remainder, which is -rest or rest
            return _solution(numerator - divisor * multiple + coefficient * rest)
    return None


def _multiple(numerator: Dim, divisor: int, atom: Atom) -> Expr:
    """A new symbol for numerator // divisor; no symbol of the user can have its name."""
    low, high = bounds.interval(rewrite.floordiv(numerator, divisor))
    lower, upper = (None if low == -inf else int(low)), (None if high == inf else int(high))
    return atom_expression("symbol", f"({numerator})/{divisor} #{atom.serial}", lower, upper)


# ------------------------------------------------------------------ deciding


class Decider(Protocol):
    """Answers what the algebra cannot: a branch of the analysed code, explored one way or the other."""

    facts: Facts

    def decide(self, condition: Condition) -> bool:
        """The answer to explore; it is recorded as a fact."""

    def requires(self, condition: Condition, message: str) -> None:
        """Without the condition PyTorch would raise `message`; it is recorded as a fact."""


_decider: ContextVar[Decider | None] = ContextVar("decider", default=None)


def current() -> Decider | None:
    """The decider in force."""
    return _decider.get()


@contextmanager
def deciding(decider: Decider | None) -> Iterator[None]:
    """Put a decider in force (or none) for the body of a `with`."""
    token = _decider.set(decider)
    try:
        yield
    finally:
        _decider.reset(token)


def settled(condition: Condition | bool) -> Condition | bool:
    """Its truth where the facts in force tell, else the condition."""
    decider = _decider.get()
    if isinstance(condition, bool) or decider is None:
        return condition
    answer = decider.facts.decide(condition)
    return condition if answer is None else answer


def settle(condition: Condition | bool) -> bool:
    """Its truth, which the decider in force is asked for where nothing else tells; Undecided without a decider."""
    condition = settled(condition)
    if isinstance(condition, bool):
        return condition
    decider = _decider.get()
    if decider is None:
        raise Undecided(condition)
    answer = decider.decide(condition)
    decider.facts.add(condition, answer)
    return answer


def require(condition: Condition | bool, message: str) -> None:
    """Refused(message) unless it holds; where that is not settled, the decider in force is told of a requirement."""
    condition = settled(condition)
    if condition is False:
        raise Refused(message)
    decider = _decider.get()
    if isinstance(condition, Condition) and decider is not None:
        decider.requires(condition, message)
        decider.facts.add(condition, True)


_NUMBERS = (int, float)
"""A float is no size, but programs ask of it what they ask of sizes."""


def _size(value: Any) -> Dim:
    """An integer or a formula of integers; raises TypeError, as of other arithmetic that is not for fractions."""
    if not isinstance(value, (int, Expr)):
        raise TypeError(f"{value} is no integer")
    return value


def equal(a: Dim, b: Dim) -> Condition | bool:
    """a == b, undecided where need be."""
    return a == b if isinstance(a, _NUMBERS) and isinstance(b, _NUMBERS) else settled(decision.zero(_size(a - b)))


def at_least(a: Dim, b: Dim) -> Condition | bool:
    """a >= b, undecided where need be."""
    return (
        a >= b if isinstance(a, _NUMBERS) and isinstance(b, _NUMBERS) else settled(decision.nonnegative(_size(a - b)))
    )


def divisible(a: Dim, b: Dim) -> Condition | bool:
    """a % b == 0, undecided where need be."""
    return equal(a % b, 0)
