"""A comparison of sizes that is not settled: the canonical form `e == 0`, `e != 0` or `e >= 0`.

    equal(H % 32, 0)                       prints as `H % 32 == 0`
    ~at_least(H, 32)                       prints as `H <= 31`

Two conditions that say the same of the same expression are equal; a hash or `==` never decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from analyzer.algebra.expression import Expr

Relation = Literal["==", "!=", ">="]


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """`expression == 0`, `!= 0` or `>= 0`; made by `equal`, `at_least` and `divisible`, canonical."""

    expression: Expr
    relation: Relation

    def __invert__(self) -> Condition:
        if self.relation == ">=":
            negated = -self.expression - 1
            assert isinstance(negated, Expr)
            return Condition(negated, ">=")
        return Condition(self.expression, "!=" if self.relation == "==" else "==")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Condition):
            return NotImplemented
        return self.expression is other.expression and self.relation == other.relation

    def __hash__(self) -> int:
        return hash((self.expression, self.relation))

    def __str__(self) -> str:
        return notation.condition_text(self)

    def __bool__(self) -> bool:
        """Decided as a comparison is: by facts, by the decider in force, or Undecided."""
        return facts.settle(self)


# Printing and deciding need the class above.
from analyzer.algebra import facts, notation  # noqa: E402
