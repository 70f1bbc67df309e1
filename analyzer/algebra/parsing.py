"""Reads back what `str(dim)` writes; nothing is evaluated but integer arithmetic.

parse("(H - 1)//2 + 1", {"H": symbol("H", lower=1)})
parse("9*in*out + out if in != out else 0")        names that are not given become symbols without bounds
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from analyzer.algebra import decision
from analyzer.algebra.condition import Condition, Relation
from analyzer.algebra.expression import (
    NAME,
    Dim,
    Expr,
    TooComplex,
    choose,
    floordiv,
    maximum,
    minimum,
    modulo,
    symbol,
    total,
)

MAX_LENGTH = 100_000
MAX_NESTING = 60
_TOKEN = re.compile(rf"\s*(\d+|{NAME.pattern}|//|\*\*|[<>=!]=|[-+*%(),<>])")


def parse(text: str, symbols: Mapping[str, Dim] | None = None) -> Dim:
    """The expression written in `text`; ValueError where it is not one, TooComplex where it is too large.

    symbols: what the names stand for; another name becomes a symbol without bounds.
    """
    if len(text) > MAX_LENGTH:
        raise TooComplex("a formula of too many characters")
    reader = _Reader(text, symbols or {})
    result = reader.choice()
    if reader.token:
        raise reader.error()
    return result


class _Reader:
    """Recursive descent; `token` is the one that comes next, "" at the end."""

    def __init__(self, text: str, symbols: Mapping[str, Dim]) -> None:
        self.text = text
        self.symbols = symbols
        self.end = 0
        self.nesting = 0
        self.token = ""
        self.advance()

    def advance(self) -> str:
        """Step over a token and give it."""
        passed = self.token
        found = _TOKEN.match(self.text, self.end)
        if found:
            self.token, self.end = found[1], found.end()
        elif self.text[self.end :].strip():
            raise self.error()
        else:
            self.token, self.end = "", len(self.text)
        return passed

    def error(self) -> ValueError:
        return ValueError(f"{self.text!r} is not an expression of integers, at character {self.end}")

    def expect(self, token: str) -> None:
        if self.advance() != token:
            raise self.error()

    def sum(self) -> Dim:
        terms = [self.product()]
        while self.token in ("+", "-"):
            sign = 1 if self.advance() == "+" else -1
            terms.append(sign * self.product())
        return total(terms)

    def product(self) -> Dim:
        result = self.factor()
        while self.token in ("*", "//", "%"):
            operator, right = self.advance(), self.factor()
            if operator == "*":
                result = result * right
            else:
                result = floordiv(result, right) if operator == "//" else modulo(result, right)
        return result

    def factor(self) -> Dim:
        sign = 1
        while self.token in ("+", "-"):
            sign = -sign if self.advance() == "-" else sign
        base = self.atom()
        if self.token == "**":
            self.advance()
            exponent = self.advance()
            if not exponent.isdecimal():
                raise self.error()
            base = base ** int(exponent) if isinstance(base, Expr) else _power(base, int(exponent))
        return sign * base

    def atom(self) -> Dim:
        token = self.advance()
        if token.isdecimal():
            return int(token)
        if token == "(":
            return self.bracket()
        if not NAME.fullmatch(token):
            raise self.error()
        if self.token == "(" and token in ("min", "max"):
            return self.extremum(token)
        given = self.symbols.get(token)
        return symbol(token) if given is None else given

    def bracket(self) -> Dim:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise TooComplex("a formula nested too deeply")
        result = self.choice()
        self.expect(")")
        self.nesting -= 1
        return result

    def choice(self) -> Dim:
        """`A if CONDITION else B`, or a sum alone."""
        result = self.sum()
        if self.token == "if":
            self.advance()
            condition = self.condition()
            self.expect("else")
            result = choose(condition, result, self.sum())
        return result

    def condition(self) -> Condition | bool:
        left, sign, right = self.sum(), self.advance(), self.sum()
        relations: dict[str, tuple[Dim, Relation]] = {
            "==": (left - right, "=="),
            "!=": (left - right, "!="),
            ">=": (left - right, ">="),
            "<=": (right - left, ">="),
            ">": (left - right - 1, ">="),
            "<": (right - left - 1, ">="),
        }
        if sign not in relations:
            raise self.error()
        return decision.condition(*relations[sign])

    def extremum(self, name: str) -> Dim:
        self.expect("(")
        parts = [self.sum()]
        while self.token == ",":
            self.advance()
            parts.append(self.sum())
        self.expect(")")
        return minimum(*parts) if name == "min" else maximum(*parts)


def _power(base: int, exponent: int) -> int:
    if base.bit_length() * exponent > 4096:
        raise TooComplex("an integer of more than 4096 bits")
    return int(base**exponent)
