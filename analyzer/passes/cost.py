"""Costs of one forward pass: multiply-accumulates, activations, and bytes of memory.

    cost(model, inputs, DType.float32)   -> Cost(macs=4_089_184_256, activations=..., memory={...})

Activations are the outputs of every leaf layer, as torchinfo counts them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.algebra.dtype import DType
from analyzer.algebra.expression import Dim, total
from analyzer.algebra.tensor import TensorType
from analyzer.model.tree import Layer, Model
from analyzer.passes import liveness
from analyzer.passes.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Cost:
    """`macs` and the values of `memory` are None where they are not known."""

    macs: Dim | None
    memory: Mapping[str, Dim | None]


def tensors_in(value: Any) -> Iterator[TensorType]:
    """The tensor types inside a recorded input or output."""
    if isinstance(value, TensorType):
        yield value
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from tensors_in(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from tensors_in(item)


def macs(model: Model) -> Dim:
    """Multiply-accumulates of every call."""
    return total(call.macs for call in model.trace.calls)


def activations(layer: Layer, dtype: DType) -> Dim:
    """Bytes of the outputs of every call of a layer that has no layers inside; 0 for one that has."""
    found: Dim = 0
    for call in () if layer.record.children else layer.calls:
        for tensor in tensors_in(call.output):
            found = found + tensor.numel * itemsize(tensor, dtype)
    return found


def cost(model: Model, inputs: Any, parameters: Parameters, dtype: DType, *, ran: bool) -> Cost:
    """Memory and work; `ran` tells whether the forward pass is wholly known."""
    weights = _bytes(model, dtype, "parameters") if parameters.known else None
    buffers = _bytes(model, dtype, "buffers") if parameters.known else None
    given: Dim = 0
    for tensor in tensors_in(inputs):
        given = given + tensor.numel * itemsize(tensor, dtype)
    kept = total(activations(layer, dtype) for layer in model.layers) if ran else None
    training = None
    if weights is not None and kept is not None:
        trained = _bytes(model, dtype, "parameters", trainable=True)
        training = weights + 3 * trained + kept
    return Cost(
        macs(model) if ran else None,
        {
            "parameters": weights,
            "buffers": buffers,
            "input": given if ran else None,
            "activations": kept,
            "peak": liveness.peak(model, dtype) if ran else None,
            "training": training,
        },
    )


def itemsize(tensor: TensorType, dtype: DType) -> int:
    """Bytes of one element; a floating-point one takes the size of `dtype` where that is not float32."""
    return dtype.itemsize if dtype is not DType.float32 and tensor.dtype.is_floating else tensor.dtype.itemsize


def _bytes(model: Model, dtype: DType, kind: str, *, trainable: bool = False) -> Dim:
    """Bytes of parameters or buffers; floating-point ones take the size of `dtype` where that is not float32."""
    held: Dim = 0
    for layer in model.layers:
        for record in getattr(layer, kind).values():
            if record.type is None or (trainable and not record.trainable):
                continue
            held = held + record.type.numel * itemsize(record.type, dtype)
    return held
