"""Numbers before and after, as people read them.

said(Figure(4749))                                    "4,749"
signed(Measure(..., delta=9380))                      "+9,380"
signed(Measure(..., formula="12*L*d**2"))             "+12*L*d**2"
percent(Measure(..., percent=197.5))                  "+197.5 %"
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.change import Figure, Measure
from analyzer.reports.parts.figures import NOTHING, UNKNOWN, amount

Say = Callable[[int], str]
LONGEST_FORMULA = 60


def whole(number: int) -> str:
    """`4,749`."""
    return f"{number:,}"


def size(number: int) -> str:
    """`512 B`, `19.0 kB`, `23.41 MB`, in units of a thousand, a million."""
    if number < 1000:
        return f"{number} B"
    for unit, bytes_ in (("GB", 10**9), ("MB", 10**6)):
        if number >= bytes_:
            return f"{number / bytes_:,.2f} {unit}"
    return f"{number / 1000:,.1f} kB"


def said(figure: Figure | None, say: Say = whole) -> str:
    """One side: a number, a formula, a bound from below, `?` for what is not known, a dash for no model at all."""
    if figure is None:
        return NOTHING
    if figure.value is not None:
        return say(figure.value)
    if figure.formula is not None:
        return shortened(figure.formula)
    return UNKNOWN if figure.at_least is None else f"≥ {say(figure.at_least)}"


def shortened(formula: str) -> str:
    """A formula, cut where it is long."""
    return formula if len(formula) <= LONGEST_FORMULA else f"{formula[: LONGEST_FORMULA - 1].rstrip()}…"


def way(measure: Measure, say: Say = whole) -> str:
    """`4,749 → 14,129`; one number where it stays, and one side where there is only one."""
    if measure.before is None or measure.after is None or measure.same:
        return said(measure.before if measure.after is None else measure.after, say)
    return f"{said(measure.before, say)} → {said(measure.after, say)}"


def signed(measure: Measure, say: Say = whole) -> str:
    """`+9,380`, `-12 kB`, `+12*L*d**2`; nothing where it stays, `?` where it is not known."""
    if measure.same:
        return ""
    if measure.delta is not None:
        return f"{'-' if measure.delta < 0 else '+'}{say(abs(measure.delta))}" if measure.delta else ""
    if measure.formula is not None:
        formula = shortened(measure.formula)
        return formula if formula.startswith("-") else f"+{formula}"
    return UNKNOWN


def percent(measure: Measure) -> str:
    """`+197.5 %`; nothing where that is no number, or none that says anything."""
    if measure.percent is None or not measure.delta:
        return ""
    sign, share = ("-" if measure.percent < 0 else "+"), abs(measure.percent)
    if share < 0.05:
        return f"{sign}<0.1 %"
    return f"{sign}{share:,.1f} %" if share < 1000 else f"{sign}{share:,.0f} %"


def work(number: int) -> str:
    """Multiply-accumulates: `1.82 G`, `512`."""
    return amount(number) if number >= 1000 else str(number)
