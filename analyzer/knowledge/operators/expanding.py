"""Operators that repeat elements: expand and broadcast_to in place of copies, repeat and tile with them.

    expand(TensorType((1, 3)), 5, -1)                 -> TensorType((5, 3))
    repeat(TensorType((N, 3)), 1, 2)                  -> TensorType((N, 6))
    expand(TensorType((2, 3)), 2, 4)                  -> Refused: The expanded size of the tensor (4) must match ...

https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Dim, at_least, equal, require
from analyzer.algebra.tensor import Refused, Shape, TensorType, broadcast
from analyzer.knowledge.operands import dimension, shape_text
from analyzer.knowledge.operator import Case, DataDependent, operator
from analyzer.knowledge.sizes import integer, integers, replaced, shape_of, sizes


def _expanded(input: TensorType, target: Shape) -> TensorType:
    extra = len(target) - input.rank
    if extra < 0:
        raise Refused(
            f"expand(Tensor{{{shape_text(input.shape)}}}, size={shape_text(target)}): the number of sizes provided "
            f"({len(target)}) must be greater or equal to the number of dimensions in the tensor ({input.rank})"
        )
    return TensorType(tuple(_stretched(input.shape, target, place) for place in range(len(target))), input.dtype)


def _stretched(shape: Shape, target: Shape, place: int) -> Dim:
    """The size at `place` of the target; -1 keeps the size that is there."""
    wanted, old = target[place], place - len(target) + len(shape)
    keeps = isinstance(wanted, int) and wanted == -1
    if old < 0:
        reason = "isn't allowed in a leading, non-existing dimension"
        require(not keeps and at_least(wanted, 0), f"The expanded size of the tensor ({wanted}) {reason} {place}")
        return wanted
    existing = shape[old]
    if keeps or equal(existing, wanted) is True:
        return existing
    if existing == 1:
        require(at_least(wanted, 0), f"The expanded size of the tensor ({wanted}) must not be negative")
        return wanted
    require(
        equal(existing, wanted),
        f"The expanded size of the tensor ({wanted}) must match the existing size ({existing}) at non-singleton "
        f"dimension {place}.  Target sizes: {shape_text(target)}.  Tensor sizes: {shape_text(shape)}",
    )
    return wanted


@operator(
    "Tensor.expand", "torch.broadcast_to", "Tensor.broadcast_to", "torch.expand_copy",
    cases=(
        Case("x.expand(5, -1)", x="1,3"),
        Case("x.expand((2, 4, 3))", x="4,1"),
        Case("x.expand(size=(3, 0))", x="3,1"),
        Case("torch.broadcast_to(x, (2, 3, 4))", x="3,4"),
        Case("x.broadcast_to(2, 3)", x=""),
        Case("x.expand(2, 4)", x="2,3", refused="The expanded size of the tensor (4) must match the existing size (3)"),
        Case("x.expand(3)", x="2,3", refused="the number of sizes provided (1) must be greater or equal"),
        Case("x.expand(-1, 2, 3)", x="2,3", refused="isn't allowed in a leading, non-existing dimension 0"),
    ),
)  # fmt: skip
def expand(input: TensorType, *shape: Any, size: Any = None, implicit: bool = False) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand.html"""
    return _expanded(input, sizes("expand", shape, size))


@operator(
    "Tensor.expand_as",
    cases=(
        Case("x.expand_as(y)", x="3,1", y="2,3,4"),
        Case("x.expand_as(other=y)", x="", y="2:int64"),
        Case("x.expand_as(y)", x="3,2", y="2,3,4", refused="must match the existing size (2) at non-singleton"),
    ),
)
def expand_as(input: TensorType, other: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.expand_as.html"""
    return _expanded(input, other.shape)


@operator(
    "torch.broadcast_tensors",
    cases=(
        Case("torch.broadcast_tensors(x, y)", x="3,4", y="2,1,1:int64"),
        Case("torch.broadcast_tensors(x)", x="3"),
        Case("torch.broadcast_tensors(x, y)", x="3,4", y="2,2", refused="must match the size of tensor b (2)"),
    ),
)
def broadcast_tensors(*tensors: TensorType) -> tuple[TensorType, ...]:
    """https://docs.pytorch.org/docs/stable/generated/torch.broadcast_tensors.html"""
    shape = broadcast(*(tensor.shape for tensor in tensors))
    return tuple(TensorType(shape, tensor.dtype) for tensor in tensors)


@operator(
    "torch.broadcast_shapes",
    cases=(
        Case("torch.broadcast_shapes((3, 4), (2, 1, 1))"),
        Case("torch.broadcast_shapes(3, (2, 1))"),
        Case("torch.broadcast_shapes((3, 4), (2, 2))", refused="must match"),
    ),
)
def broadcast_shapes(*shapes: Dim | Sequence[Dim]) -> Shape:
    """https://docs.pytorch.org/docs/stable/generated/torch.broadcast_shapes.html"""
    return broadcast(*(shape_of("broadcast_shapes", (), shape) for shape in shapes))


@operator(
    "Tensor.repeat",
    cases=(
        Case("x.repeat(2, 1, 3)", x="3,4"),
        Case("x.repeat((2, 0))", x="3,4"),
        Case("x.repeat(repeats=[2])", x=""),
        Case("x.repeat(2)", x="3,4", refused="can not be smaller than number of dimensions of tensor"),
        Case("x.repeat(2, -1)", x="3,4", refused="Repeats cannot be negative"),
    ),
)
def repeat(input: TensorType, *times: Any, repeats: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.repeat.html"""
    given = sizes("repeat", times, repeats)
    if len(given) < input.rank:
        raise Refused("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    return _repeated(input, given)


@operator(
    "torch.tile", "Tensor.tile",
    cases=(
        Case("x.tile(2)", x="3,4"),
        Case("torch.tile(x, (2, 3, 1))", x="3,4"),
        Case("x.tile(dims=(2, 2))", x="3,4"),
        Case("x.tile(-1)", x="3,4", refused="Repeats cannot be negative"),
    ),
)  # fmt: skip
def tile(input: TensorType, *times: Any, dims: Any = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.tile.html"""
    return _repeated(input, sizes("tile", times, dims))


def _repeated(input: TensorType, times: Shape) -> TensorType:
    for place, count in enumerate(times):
        require(at_least(count, 0), f"Repeats cannot be negative, found {count} at index {place}")
    rank = max(len(times), input.rank)
    padded = (1,) * (rank - input.rank) + input.shape
    counts = (1,) * (rank - len(times)) + times
    return TensorType(tuple(size * count for size, count in zip(padded, counts, strict=True)), input.dtype)


@operator(
    "torch.repeat_interleave", "Tensor.repeat_interleave",
    cases=(
        Case("x.repeat_interleave(2)", x="3,4"),
        Case("torch.repeat_interleave(x, 2, dim=-1)", x="3,4"),
        Case("x.repeat_interleave(repeats=3, dim=0, output_size=9)", x="3,4"),
        Case("x.repeat_interleave(r, dim=0)", x="3,4", r="3:int64"),
        Case("x.repeat_interleave(2, 2)", x="3,4", refused="Dimension out of range"),
        Case("x.repeat_interleave(2, 0)", x="", refused="Dimension out of range"),
        Case("x.repeat_interleave(-2, 1)", x="3,4", refused="Repeats must be non-negative"),
    ),
)  # fmt: skip
def repeat_interleave(
    input: TensorType, repeats: Dim | TensorType | None = None, dim: int | None = None, *, output_size: Any = None
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.repeat_interleave.html"""
    shape, at = ((input.numel,), 0) if dim is None else (input.shape, dimension(dim, input.rank))
    if not shape:
        raise Refused("Dimension out of range (expected to be in range of [-1, 0], but got 1)")
    if repeats is None or isinstance(repeats, TensorType):
        if output_size is None:
            raise DataDependent("how often each element is repeated is the value of a tensor")
        if repeats is None:
            return TensorType((output_size,), input.dtype)
        return TensorType(replaced(shape, at, output_size), input.dtype)
    times = integer("repeat_interleave", repeats)
    require(at_least(times, 0), "Repeats must be non-negative")
    return TensorType(replaced(shape, at, shape[at] * times), input.dtype)


@operator(
    "torch.as_strided", "Tensor.as_strided", "Tensor.as_strided_",
    cases=(
        Case("x.as_strided((2, 2), (1, 2))", x="3,4"),
        Case("torch.as_strided(x, [3], [2], storage_offset=1)", x="3,4"),
        Case("x.as_strided((2, 2), (1,))", x="3,4", refused="mismatch in length of strides and shape"),
    ),
)  # fmt: skip
def as_strided(
    input: TensorType, size: Sequence[Dim], stride: Sequence[Dim], storage_offset: Dim | None = None
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.as_strided.html"""
    if len(size) != len(stride):
        raise Refused("mismatch in length of strides and shape")
    return TensorType(integers("as_strided", size), input.dtype)
