"""The figures of a model as bounds, so that symbolic and partial models can be judged too.

bounds_of(weighed, "macs", budget)           Bounds(4_089_184_256, 4_089_184_256)    for a known input
bounds_of(weighed, "parameters", budget)     Bounds(9_217, None)                     at least so many
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import Dim, bounds, free_symbols
from analyzer.algebra.tensor import TensorType
from analyzer.budget import Budget
from analyzer.model.tree import Model
from analyzer.passes import cost
from analyzer.passes.parameters import lower_bound
from analyzer.report import Status
from analyzer.weigh import Weighed


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a figure lies between; `high` is None where nothing bounds it."""

    low: int
    high: int | None
    why: str = ""
    """Why it is not known exactly."""

    @property
    def text(self) -> str:
        """`630`, or `at least 630`."""
        return f"{self.low:,}" if self.low == self.high else f"at least {self.low:,}"


@dataclass(frozen=True, slots=True)
class Held:
    """A parameter or buffer whose shape is known."""

    type: TensorType
    trainable: bool


def bounds_of(weighed: Weighed, figure: str, budget: Budget) -> Bounds:
    """The bounds of one figure of a model."""
    return FIGURES[figure](weighed, budget)


def _parameters(weighed: Weighed, budget: Budget) -> Bounds:
    count = weighed.report.parameters
    if weighed.report.status is Status.SYMBOLIC:
        return _over(weighed, lambda model: (held.type.numel for held in _held(model, "parameters")))
    return Bounds(count.at_least or 0, count.at_most, _reason(weighed))


def _trainable(weighed: Weighed, budget: Budget) -> Bounds:
    count = weighed.report.parameters
    if count.trainable is not None:
        return Bounds(count.trainable, count.trainable)
    if weighed.report.status is not Status.SYMBOLIC:
        return Bounds(0, count.at_most, _reason(weighed))
    return _over(weighed, lambda model: (held.type.numel for held in _held(model, "parameters") if held.trainable))


def _size(weighed: Weighed, budget: Budget) -> Bounds:
    dtype = DType.parse(budget.dtype)
    if weighed.report.status in (Status.EXACT, Status.SYMBOLIC):
        return _over(weighed, lambda model: _bytes(model, dtype))
    models = [way.model for way in weighed.ways if way.model is not None]
    sizes = [cost.itemsize(record.type, dtype) for model in models for record in _held(model, "parameters")]
    return Bounds((weighed.report.parameters.at_least or 0) * min(sizes, default=1), None, _reason(weighed))


def _macs(weighed: Weighed, budget: Budget) -> Bounds:
    macs = weighed.report.macs
    if macs is not None:
        return Bounds(macs, macs)
    return _of_forward(weighed, lambda model: (call.macs for call in model.trace.calls))


def _activations(weighed: Weighed, budget: Budget) -> Bounds:
    dtype = DType.parse(budget.dtype)
    return _of_forward(weighed, lambda model: (cost.activations(layer, dtype) for layer in model.layers))


FIGURES: Mapping[str, Callable[[Weighed, Budget], Bounds]] = {
    "parameters": _parameters,
    "trainable": _trainable,
    "size": _size,
    "macs": _macs,
    "activations": _activations,
}


Measure = Callable[[Model], Iterable[Dim]]
"""The terms of a sum, none of which is ever negative."""


def _held(model: Model, kind: Literal["parameters", "buffers"]) -> Iterator[Held]:
    """The parameters or buffers whose shape is known."""
    for layer in model.layers:
        for record in (layer.parameters if kind == "parameters" else layer.buffers).values():
            if record.type is not None:
                yield Held(record.type, record.trainable)


def _bytes(model: Model, dtype: DType) -> Iterator[Dim]:
    for held in (*_held(model, "parameters"), *_held(model, "buffers")):
        yield held.type.numel * cost.itemsize(held.type, dtype)


def _of_forward(weighed: Weighed, measure: Measure) -> Bounds:
    """The bounds of something that the forward pass tells, where every path through it was followed."""
    if weighed.report.status not in (Status.EXACT, Status.SYMBOLIC):
        return Bounds(0, None, _reason(weighed))
    passes = [way.forward for way in weighed.ways if way.forward is not None and not way.forward.stopped]
    if not passes:
        return Bounds(0, None, "its input is not known")
    unknown = next((one.unknown for one in passes if one.unknown is not None), None)
    if unknown is not None or not all(one.ran for one in passes):
        reason = f": {unknown.reason}" if unknown is not None else ""
        return Bounds(0, None, f"its forward pass could not be followed{reason}")
    return _over(weighed, measure, ran=True)


def _over(weighed: Weighed, measure: Measure, *, ran: bool = False) -> Bounds:
    """The bounds of a measure over all paths."""
    models = [
        way.model
        for way in weighed.ways
        if way.model is not None and (not ran or (way.forward is not None and way.forward.ran))
    ]
    found = [_bounds(tuple(measure(model))) for model in models]
    highs = [high for _, high, _ in found if high is not None]
    high = max(highs) if len(highs) == len(found) else None
    names = sorted({name for _, _, used in found for name in used})
    why = f"it depends on {', '.join(names)}" if names else "it depends on conditions that are not known"
    shapes = [type_.shape for way in weighed.ways for _, type_ in way.inputs]
    if names and {name for shape in shapes for dim in shape for name in free_symbols(dim)}.issuperset(names):
        why += ": an input of numbers settles it"
    return Bounds(min(low for low, _, _ in found), high, why)


def _bounds(terms: tuple[Dim, ...]) -> tuple[int, int | None, frozenset[str]]:
    """The bounds of a sum, and the names in it."""
    total: Dim = 0
    for term in terms:
        total = total + term
    if isinstance(total, int):
        return total, total, frozenset()
    high = bounds(total)[1]
    low = max(lower_bound(total), sum(lower_bound(term) for term in terms))
    return low, high if isinstance(high, int) else None, free_symbols(total)


def _reason(weighed: Weighed) -> str:
    """Why a count is not known exactly."""
    unknowns = weighed.report.unknowns
    return unknowns[0].reason if unknowns else "it depends on sizes that are not known"
