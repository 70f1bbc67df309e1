"""Joining what the paths of an evaluation came to: equal figures merge, unequal ones become piecewise or bounds.

join([Path((bias != 0,), 10*n), Path((not bias != 0,), 9*n)], ...)   -> 10*n if bias != 0 else 9*n
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.algebra.expression import Dim, Expr, choose
from analyzer.evaluation.run import Decision, OpaqueCondition


@dataclass(frozen=True, slots=True)
class Figure:
    """One number along one path."""

    decisions: tuple[Decision, ...]
    value: Dim


def join(figures: Sequence[Figure]) -> Dim | None:
    """One figure for all paths; None where they differ for a reason that is no condition on symbols."""
    if not figures:
        return None
    return _join(list(figures), 0)


def _join(figures: list[Figure], depth: int) -> Dim | None:
    first = figures[0].value
    if all(_same(figure.value, first) for figure in figures):
        return first
    known = [figure for figure in figures if len(figure.decisions) > depth]
    if len(known) < len(figures):
        return None
    condition: Any = known[0].decisions[depth].condition
    yes = [figure for figure in known if figure.decisions[depth].taken]
    no = [figure for figure in known if not figure.decisions[depth].taken]
    if not yes or not no:
        return _join(known, depth + 1)
    if_yes, if_no = _join(yes, depth + 1), _join(no, depth + 1)
    if if_yes is None or if_no is None:
        return None
    if _same(if_yes, if_no):
        return if_yes
    if isinstance(condition, OpaqueCondition):
        return None
    return choose(condition, if_yes, if_no)


def _same(one: Dim, other: Dim) -> bool:
    if isinstance(one, Expr) or isinstance(other, Expr):
        return one is other
    return one == other
