"""Figures of a model before and after, with their difference as a number or as a formula.

measure(Figure(630), Figure(850))                             Measure(..., delta=220, percent=34.92...)
measure(Figure(formula="12*d**2"), Figure(formula="24*d**2")) Measure(..., formula="12*d**2")
measure(None, Figure(630))                                    Measure(..., delta=630), of a model that is new
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, TooComplex, total
from analyzer.algebra.parsing import parse
from analyzer.change import Figure, Measure
from analyzer.report import LayerReport, ModelReport, Status

LONGEST_FORMULA = 2000


def measure(before: Figure | None, after: Figure | None) -> Measure:
    """The difference of two figures, an absent one counting as nothing."""
    one, other = (Figure(0) if figure is None else figure for figure in (before, after))
    difference = _difference(one, other)
    if isinstance(difference, int):
        both = before is not None and after is not None
        percent = 100 * difference / one.value if one.value and both else None
        return Measure(before, after, difference, percent=percent)
    return Measure(before, after, formula=difference)


def _difference(before: Figure, after: Figure) -> int | str | None:
    if not (before.known and after.known):
        return None
    if before.value is not None and after.value is not None:
        return after.value - before.value
    try:
        difference = _read(after) - _read(before)
    except (ValueError, TooComplex, RecursionError):
        return None
    return difference if isinstance(difference, int) else str(difference)


def _read(figure: Figure) -> Dim:
    if figure.value is not None:
        return figure.value
    assert figure.formula is not None
    if len(figure.formula) > LONGEST_FORMULA:
        raise TooComplex("a long formula")
    return parse(figure.formula)


# ---------------------------------------------------------------- of models and layers


def parameters(model: ModelReport) -> Figure:
    """All parameters; of a model that is not wholly known, what they are at least."""
    count = model.parameters
    if count.total is not None or count.formula is not None:
        return Figure(count.total, None if count.total is not None else count.formula)
    return Figure(at_least=count.at_least if model.status is Status.PARTIAL else None)


def trainable(model: ModelReport) -> Figure:
    """Those that are trained; the formula of all, where none is frozen."""
    count = model.parameters
    if count.trainable is None and count.frozen == 0:
        return Figure(formula=count.formula)
    return Figure(count.trainable)


def buffers(model: ModelReport) -> Figure:
    return Figure(model.buffers)


def macs(model: ModelReport) -> Figure:
    return Figure(model.macs, None if model.macs is not None else model.macs_formula)


def size(model: ModelReport) -> Figure:
    """Bytes of parameters and buffers."""
    parts = model.memory.get("parameters"), model.memory.get("buffers")
    return Figure(sum(part for part in parts if part is not None) if None not in parts else None)


def held(layers: list[LayerReport]) -> Figure:
    """The parameters of layers together."""
    if all(layer.parameters is not None for layer in layers):
        return Figure(sum(layer.parameters or 0 for layer in layers))
    figures = [Figure(layer.parameters, layer.formula) for layer in layers]
    if not all(figure.known for figure in figures):
        return Figure()
    try:
        added = total(_read(figure) for figure in figures)
    except (ValueError, TooComplex, RecursionError):
        return Figure()
    return Figure(added) if isinstance(added, int) else Figure(formula=str(added))
