"""Looking into expressions and replacing what is in them.

formula = 9*H*W + H//32
free_symbols(formula)                  -> {"H", "W"}
substitute(formula, {"H": 64, "W": 2}) -> 1154
substitute(formula, {"W": H})          prints as `9*H**2 + H//32`
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyzer.algebra import rewrite
from analyzer.algebra.expression import Atom, Dim, Expr, make, product, total


def free_symbols(dim: Dim) -> frozenset[str]:
    """The names in it."""
    found: set[str] = set()
    for atom in atoms(dim):
        if atom.kind == "symbol":
            found.add(atom.arguments[0])
    return frozenset(found)


def atoms(dim: Dim) -> set[Atom]:
    """Every atom in it, at every depth."""
    found: set[Atom] = set()
    waiting = [dim]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Expr):
            for monomial in each.terms:
                for atom, _ in monomial:
                    if atom not in found:
                        found.add(atom)
                        waiting.extend(atom.parts())
    return found


def substitute(dim: Dim, values: Mapping[str, Dim]) -> Dim:
    """The expression with names replaced, all at once, and simplified again."""
    return replace(dim, lambda atom: values.get(atom.arguments[0]) if atom.kind == "symbol" else None, {})


def evaluate(dim: Dim, values: Mapping[str, int]) -> int:
    """The value of an expression whose every symbol is given; ZeroDivisionError where a divisor is zero."""
    if isinstance(dim, int):
        return dim
    result = 0
    for monomial, coefficient in dim.terms.items():
        term = coefficient
        for atom, exponent in monomial:
            term *= _value(atom, values) ** exponent
        result += term
    return result


def _value(atom: Atom, values: Mapping[str, int]) -> int:
    kind = atom.kind
    if kind == "symbol":
        return values[atom.arguments[0]]
    if kind == "select":
        condition, then, otherwise = atom.arguments
        compared = evaluate(condition.expression, values)
        holds = {"==": compared == 0, "!=": compared != 0, ">=": compared >= 0}[condition.relation]
        return evaluate(then if holds else otherwise, values)
    parts = [evaluate(part, values) for part in atom.arguments]
    if kind == "floordiv":
        return parts[0] // parts[1]
    if kind == "mod":
        return parts[0] % parts[1]
    return min(parts) if kind == "min" else max(parts)


def replace(dim: Dim, replacement: Callable[[Atom], Dim | None], done: dict[Atom, Dim]) -> Dim:
    """The expression with each atom replaced where `replacement` gives a Dim, from the outside in.

    Facts play no part; ZeroDivisionError where a divisor becomes zero.
    """
    if isinstance(dim, int):
        return dim
    result: list[Dim] = []
    for monomial, coefficient in dim.terms.items():
        factors: list[Dim] = [coefficient]
        for atom, exponent in monomial:
            if atom not in done:
                done[atom] = _replace_atom(atom, replacement, done)
            factors.append(done[atom] ** exponent)
        result.append(product(factors))
    return total(result)


def _replace_atom(atom: Atom, replacement: Callable[[Atom], Dim | None], done: dict[Atom, Dim]) -> Dim:
    given = replacement(atom)
    if given is not None:
        return given
    if atom.kind == "symbol":
        return make({((atom, 1),): 1})
    parts = [replace(part, replacement, done) for part in atom.parts()]
    return rewrite.rebuilt(atom, parts)
