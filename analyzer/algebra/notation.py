"""Writes expressions and conditions as a person would, in Python's syntax.

    9*in*out + out       (H - 1)//2 + 1       2*(W//4) + H % 2       max(H, W)       (H if H % 2 == 0 else W)
    H >= 32              H % 32 == 0          in != out

Highest degree first, then by name; the order does not depend on how the expression came to be.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzer.algebra.expression import Atom, Dim, Expr, make
from analyzer.algebra.polynomial import Monomial, Terms

if TYPE_CHECKING:
    from analyzer.algebra.condition import Condition

_RANK = {"symbol": 0, "floordiv": 1, "mod": 2, "min": 3, "max": 4, "select": 5}
Key = tuple[object, ...]


def text(dim: Dim) -> str:
    """The expression as text, which `parse` reads back."""
    if isinstance(dim, int):
        return str(dim)
    if dim.text is None:
        dim.text = _sum(dim.terms)
    return dim.text


def condition_text(condition: Condition) -> str:
    """`H >= 32`: what is added on the left, what is taken away and the constant on the right."""
    left, right, relation = sides(condition)
    return f"{text(left)} {relation} {text(right)}"


def sides(condition: Condition) -> tuple[Dim, Dim, str]:
    """The two sides and the sign between them, the constant on the right: (H, 32, ">=")."""
    terms = condition.expression.terms
    constant = terms.get((), 0)
    added = {m: c for m, c in terms.items() if m and c > 0}
    taken = {m: -c for m, c in terms.items() if m and c < 0}
    if not added:
        return make(taken), constant, {">=": "<="}.get(condition.relation, condition.relation)
    return make(added), make(taken) - constant, condition.relation


def ordered(terms: Terms) -> list[Monomial]:
    """The monomials in the order they are written: by degree, what is added first, then by name."""
    if len(terms) == 1:
        return list(terms)
    result = sorted(terms, key=lambda monomial: (-_degree(monomial), terms[monomial] < 0, _key(monomial)))
    first = next((i for i, monomial in enumerate(result) if terms[monomial] > 0), 0)
    return [result[first], *result[:first], *result[first + 1 :]]


def leads_negative(dim: Dim) -> bool:
    """Whether the term of highest degree, the first by name, is taken away."""
    if isinstance(dim, int):
        return dim < 0
    return dim.terms[min(dim.terms, key=lambda monomial: (-_degree(monomial), _key(monomial)))] < 0


def factors(monomial: Monomial) -> list[tuple[Atom, int]]:
    """The factors in the order they are written: symbols before the others, by name."""
    return sorted(monomial, key=lambda power: _atom_key(power[0]))


def _window(terms: Terms) -> tuple[Dim, int] | None:
    """H - 7 and 2 for (H + 1)//2 - 3, as `(H - 7)//2 + 1` is how the output of a window of 7 is written."""
    constant = terms.get((), 0)
    if len(terms) != (2 if constant else 1):
        return None
    monomial, coefficient = next((m, c) for m, c in terms.items() if m)
    atom, exponent = monomial[0]
    if len(monomial) > 1 or exponent > 1 or coefficient != 1 or atom.kind != "floordiv":
        return None
    n, d = atom.arguments
    offset = n.terms.get((), 0) if isinstance(n, Expr) else 0
    if not isinstance(d, int) or not offset or (not constant and 2 * offset < d):
        return None
    moved = (constant - 1) * d
    return (n + moved, d) if offset + moved <= 0 else None


def _sum(terms: Terms) -> str:
    window = _window(terms)
    if window is not None:
        return f"{_operand(window[0])}//{window[1]} + 1"
    written = ""
    for monomial in ordered(terms):
        coefficient = terms[monomial]
        sign = "-" if coefficient < 0 else "+"
        separator = f" {sign} " if written else sign.replace("+", "")
        written += separator + _product(monomial, abs(coefficient), alone=separator != "-")
    return written


def _product(monomial: Monomial, coefficient: int, alone: bool) -> str:
    if alone and coefficient == 1 and len(monomial) == 1 and monomial[0][1] == 1:
        return atom_text(monomial[0][0])
    if len(monomial) == 1 and monomial[0][0].kind == "select" and monomial[0][1] == 1:
        return _select(monomial[0][0], coefficient)
    parts = [str(coefficient)] if coefficient != 1 or not monomial else []
    for atom, exponent in factors(monomial):
        base = atom_text(atom)
        if atom.kind in ("floordiv", "mod"):
            base = f"({base})"
        parts.append(base if exponent == 1 else f"{base}**{exponent}")
    return "*".join(parts)


def atom_text(atom: Atom) -> str:
    """One atom, with no brackets around."""
    if atom.text is None:
        atom.text = _atom_text(atom)
    return atom.text


def _atom_text(atom: Atom) -> str:
    if atom.kind == "symbol":
        return str(atom.arguments[0])
    if atom.kind in ("floordiv", "mod"):
        n, d = atom.arguments
        return f"{_operand(n)}{'//' if atom.kind == 'floordiv' else ' % '}{_operand(d, divisor=True)}"
    if atom.kind == "select":
        return _select(atom, 1)
    return f"{atom.kind}({', '.join(sorted(map(text, atom.arguments), key=_text_key))})"


def _select(atom: Atom, factor: int) -> str:
    condition, then, otherwise = atom.arguments
    return f"({text(factor * then)} if {condition_text(condition)} else {text(factor * otherwise)})"


def _operand(dim: Dim, divisor: bool = False) -> str:
    """One side of // or %, in brackets unless it binds more tightly."""
    written = text(dim)
    if isinstance(dim, int):
        return written if dim >= 0 else f"({written})"
    ((monomial, coefficient),) = dim.terms.items() if len(dim.terms) == 1 else (((), 0),)
    bare = len(monomial) == 1 and monomial[0][1] == 1 and coefficient == 1
    if bare and monomial[0][0].kind not in ("floordiv", "mod"):
        return written
    return written if coefficient > 0 and not divisor and not bare else f"({written})"


def _degree(monomial: Monomial) -> int:
    return sum(_atom_degree(atom) * exponent for atom, exponent in monomial)


def _atom_degree(atom: Atom) -> int:
    degrees = [_dim_degree(part) for part in atom.parts()]
    if atom.kind == "floordiv":
        return max(1, degrees[0] - degrees[1])
    return max((1, *degrees)) if atom.kind in ("min", "max", "select") else 1


def _dim_degree(dim: Dim) -> int:
    return max(map(_degree, dim.terms)) if isinstance(dim, Expr) else 0


def _key(monomial: Monomial) -> list[Key]:
    return [key for atom, exponent in factors(monomial) for key in [_atom_key(atom)] * exponent]


def _atom_key(atom: Atom) -> Key:
    return (_RANK[atom.kind], *_text_key(atom_text(atom)), str(atom.arguments[1:]) if atom.kind == "symbol" else "")


def _text_key(written: str) -> Key:
    """By name, numbers inside by size: `H//4` before `H//16`."""
    parts = re.split(r"(\d+)", written)
    return tuple(int(part) if part.isdecimal() else part.casefold() for part in parts), written


# ---------------------------------------------------------------------- LaTeX


def latex(dim: Dim) -> str:
    """The expression in LaTeX's mathematics: `\\left\\lfloor \\frac{H - 1}{2} \\right\\rfloor + 1`."""
    if isinstance(dim, int):
        return str(dim)
    window = _window(dim.terms)
    if window is not None:
        return f"{_latex_floor(*window)} + 1"
    written = ""
    for monomial in ordered(dim.terms):
        coefficient = dim.terms[monomial]
        sign = "-" if coefficient < 0 else "+"
        number = str(abs(coefficient)) if abs(coefficient) != 1 or not monomial else ""
        product = " \\, ".join(filter(None, [number, *(_latex_power(*power) for power in factors(monomial))]))
        written += (f" {sign} " if written else sign.replace("+", "")) + product
    return written


def _latex_power(atom: Atom, exponent: int) -> str:
    base = _latex_atom(atom)
    if exponent == 1:
        return base
    return f"{base}^{{{exponent}}}" if atom.kind == "symbol" else f"\\left({base}\\right)^{{{exponent}}}"


def _latex_atom(atom: Atom) -> str:
    if atom.kind == "symbol":
        name = str(atom.arguments[0])
        return name if len(name) == 1 else f"\\mathrm{{{name.replace('_', chr(92) + '_')}}}"
    if atom.kind == "select":
        condition, then, otherwise = atom.arguments
        left, right, relation = sides(condition)
        sign = {"==": "=", "!=": "\\ne", ">=": "\\ge", "<=": "\\le"}[relation]
        first = f"{latex(then)} & \\text{{if }} {latex(left)} {sign} {latex(right)}"
        return f"\\begin{{cases}} {first} \\\\ {latex(otherwise)} & \\text{{otherwise}} \\end{{cases}}"
    if atom.kind == "floordiv":
        return _latex_floor(*atom.arguments)
    if atom.kind == "mod":
        modulo = " \\bmod ".join(map(_latex_operand, atom.arguments))
        return f"\\left({modulo}\\right)"
    return f"\\{atom.kind}\\left({', '.join(map(latex, atom.arguments))}\\right)"


def _latex_floor(numerator: Dim, divisor: Dim) -> str:
    return f"\\left\\lfloor \\frac{{{latex(numerator)}}}{{{latex(divisor)}}} \\right\\rfloor"


def _latex_operand(dim: Dim) -> str:
    single = isinstance(dim, int) or (len(dim.terms) == 1 and not leads_negative(dim))
    return latex(dim) if single else f"\\left({latex(dim)}\\right)"
