"""Counting: how many elements the parameters and buffers of each layer and of the whole model hold.

    count(build(trace))     -> Parameters(total=896, trainable=896, frozen=0, at_least=896, ...)

Counts are ints, or expressions where sizes are symbols.  A parameter whose shape is not known adds nothing to the
lower bound and leaves the total without an upper one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.algebra.expression import Dim, bounds
from analyzer.evaluation.trace import ParameterRecord
from analyzer.model.tree import Layer, Model


@dataclass(frozen=True, slots=True)
class Parameters:
    """Totals of one path; `known` tells whether they are all there is."""

    total: Dim
    trainable: Dim
    buffers: Dim
    at_least: int
    known: bool

    @property
    def frozen(self) -> Dim:
        return self.total - self.trainable


def elements(records: Iterable[ParameterRecord]) -> Dim:
    """The number of elements of all whose shape is known."""
    total: Dim = 0
    for record in records:
        if record.type is not None:
            total = total + record.type.numel
    return total


def own(layer: Layer) -> tuple[Dim, Dim, Dim]:
    """A layer's own parameters, trainable ones, and buffers."""
    records = layer.parameters.values()
    return elements(records), elements(r for r in records if r.trainable), elements(layer.buffers.values())


def lower_bound(count: Dim) -> int:
    """The least value of a count, which is never negative."""
    low = count if isinstance(count, int) else bounds(count)[0]
    return max(low, 0) if isinstance(low, int) else 0


def count(model: Model) -> Parameters:
    """The totals of a model."""
    total: Dim = 0
    trainable: Dim = 0
    buffers: Dim = 0
    for layer in model.layers:
        one, two, three = own(layer)
        total, trainable, buffers = total + one, trainable + two, buffers + three
    shrinking = [layer.path for layer in model.layers if any(u.shrinks for u in layer.record.unknowns)]
    at_least = 0
    for layer in model.layers:
        if not any(path == "" or layer.path == path or layer.path.startswith(f"{path}.") for path in shrinking):
            at_least += sum(lower_bound(r.type.numel) for r in layer.parameters.values() if r.type is not None)
    known = not model.unknowns and all(
        record.type is not None
        for layer in model.layers
        for record in (*layer.parameters.values(), *layer.buffers.values())
    )
    return Parameters(total, trainable, buffers, at_least, known)
