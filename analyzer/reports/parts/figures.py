"""Numbers as people read them: a figure is an integer, a formula, or only a bound from below.

written(Figure(value=5852234))             '5,852,234'
written(Figure(formula="9*in*out"))        '9*in*out'
written(Figure(at_least=12345))            '≥ 12,345'
total([Figure(value=8), Figure(formula="in + 1"), Figure(formula="in + 1")])   Figure(formula='2*(in + 1) + 8')
megabytes(23408936)                        '23.41 MB'
amount(153000000)                          '153.00 M'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.report import Count, Shape, Status

UNKNOWN = "?"
NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of elements or operations: exact in `value`, else exact in `formula`, else known from below."""

    value: int | None = None
    formula: str | None = None
    at_least: int = 0
    at_most: int | None = None

    @property
    def known(self) -> bool:
        return self.value is not None or self.formula is not None


def of_count(count: Count) -> Figure:
    """The total of a model."""
    return Figure(count.total, count.formula, count.at_least or 0, count.at_most)


def total(figures: Iterable[Figure]) -> Figure:
    """The sum; equal formulas are gathered, and one unknown summand leaves a bound from below."""
    number = bound = 0
    known = True
    formulas: Counter[str] = Counter()
    for figure in figures:
        bound += figure.at_least if figure.value is None else figure.value
        if figure.value is not None:
            number += figure.value
        elif figure.formula is not None:
            formulas[figure.formula] += 1
        else:
            known = False
    if not known:
        return Figure(at_least=bound)
    if not formulas:
        return Figure(value=number)
    terms = [formula if times == 1 else f"{times}*({formula})" for formula, times in formulas.items()]
    return Figure(formula=" + ".join([*terms, *([str(number)] if number else [])]), at_least=bound)


def written(figure: Figure) -> str:
    """The figure in the fewest honest signs."""
    if figure.value is not None:
        return f"{figure.value:,}"
    if figure.formula is not None:
        return figure.formula
    if figure.at_most is not None:
        return f"{figure.at_least:,} … {figure.at_most:,}"
    return f"≥ {figure.at_least:,}" if figure.at_least else UNKNOWN


def weighed(count: Count, status: Status) -> str:
    """A model's total as its status allows it to be said."""
    if status == "failed":
        return NOTHING
    if status == "partial" and count.total is None and count.at_least is not None:
        return written(Figure(at_least=count.at_least, at_most=count.at_most)) if count.at_least else "≥ 0"
    return written(of_count(count))


def percent(share: float) -> str:
    """`71.7%`, and `<0.1%` for what is small and not nothing."""
    return "<0.1%" if 0 < share < 0.0005 else f"{share:.1%}"


def bar(share: float, width: int) -> str:
    """A thin bar in half cells; whatever is more than nothing leaves a mark."""
    halves = round(share * width * 2)
    if halves == 0:
        return "╴" if share > 0 else ""
    return "━" * (halves // 2) + "╸" * (halves % 2)


def megabytes(size: int) -> str:
    """Bytes in units of a million, as torchinfo gives them."""
    return "<0.01 MB" if 0 < size < 5000 else f"{size / 1e6:,.2f} MB"


def amount(number: int) -> str:
    """A large number in a few digits: `1.82 G`."""
    for sign, unit in (("T", 10**12), ("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if number >= unit:
            return f"{number / unit:,.2f} {sign}"
    return str(number)


def shape(sizes: Shape) -> str:
    """`[N, 64, H//2, W//2]`; an unknown size is `?`, an unknown shape is nothing."""
    if sizes is None:
        return ""
    return f"[{', '.join(UNKNOWN if size is None else str(size) for size in sizes)}]"
