"""Operators that pick elements out of a tensor: narrow, select, index_select, gather, take, unfold.

    narrow(TensorType((N, 8)), 1, 2, 3)                                -> TensorType((N, 3))
    index_select(TensorType((9, 4)), 0, TensorType((5,), int64))       -> TensorType((5, 4))
    select(TensorType((2, 3)), 1, 3)                                   -> Refused: select(): index 3 out of range ...

https://docs.pytorch.org/docs/stable/generated/torch.gather.html
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, at_least, equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast
from analyzer.knowledge.operands import dimension, scalar_name, shape_text
from analyzer.knowledge.operator import Case, operator
from analyzer.knowledge.sizes import index_within, replaced


@operator(
    "torch.narrow", "Tensor.narrow", "torch.narrow_copy", "Tensor.narrow_copy",
    cases=(
        Case("torch.narrow(x, 1, 0, 2)", x="2,3,4"),
        Case("x.narrow(dim=1, start=-2, length=2)", x="2,3,4"),
        Case("x.narrow(1, 3, 0)", x="2,3"),
        Case("x.narrow(1, 2, 2)", x="2,3", refused="start (2) + length (2) exceeds dimension size (3)."),
        Case("x.narrow(1, 4, 0)", x="2,3", refused="start out of range (expected to be in range of [-3, 3], but got"),
        Case("x.narrow(1, 0, -1)", x="2,3", refused="narrow(): length must be non-negative."),
        Case("x.narrow(0, 0, 1)", x="", refused="narrow() cannot be applied to a 0-dim tensor."),
    ),
)  # fmt: skip
def narrow(input: TensorType, dim: int, start: Dim | TensorType, length: Dim) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.narrow.html"""
    if not input.rank:
        raise Refused("narrow() cannot be applied to a 0-dim tensor.")
    at = dimension(dim, input.rank)
    size = input.shape[at]
    require(at_least(length, 0), "narrow(): length must be non-negative.")
    if not isinstance(start, TensorType):
        complaint = f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        require(at_least(size, start), complaint)
        require(at_least(start, -size), complaint)
        first = start if start >= 0 else start + size
        require(at_least(size, first + length), f"start ({first}) + length ({length}) exceeds dimension size ({size}).")
    return TensorType(replaced(input.shape, at, length), input.dtype)


@operator(
    "torch.select", "Tensor.select", "torch.select_copy",
    cases=(
        Case("torch.select(x, 1, 0)", x="2,3,4"),
        Case("x.select(dim=-1, index=-4)", x="2,3,4"),
        Case("x.select(1, 3)", x="2,3", refused="select(): index 3 out of range for tensor of size [2, 3] at"),
        Case("x.select(2, 0)", x="2,3", refused="Dimension out of range (expected to be in range of [-2, 1], but got"),
        Case("x.select(0, 0)", x="", refused="select() cannot be applied to a 0-dim tensor."),
    ),
)  # fmt: skip
def select(input: TensorType, dim: int, index: Dim | TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.select.html"""
    if not input.rank:
        raise Refused("select() cannot be applied to a 0-dim tensor.")
    at = dimension(dim, input.rank)
    if not isinstance(index, TensorType):
        where = f"for tensor of size {shape_text(input.shape)} at dimension {at}"
        index_within(index, input.shape[at], f"select(): index {index} out of range {where}")
    return TensorType(replaced(input.shape, at), input.dtype)


@operator(
    "torch.index_select", "Tensor.index_select",
    cases=(
        Case("torch.index_select(x, 1, i)", x="2,3,4", i="5:int64"),
        Case("x.index_select(dim=-1, index=i)", x="2,3", i=":int32"),
        Case("x.index_select(0, i)", x="", i="1:int64"),
        Case("x.index_select(1, i)", x="2,3", i="2,2:int64", refused="index_select(): Index is supposed to be a"),
        Case("x.index_select(1, i)", x="2,3", i="2", refused="index_select(): Expected dtype int32 or int64 for index"),
        Case("x.index_select(2, i)", x="2,3", i="2:int64", refused="Dimension out of range"),
    ),
)  # fmt: skip
def index_select(input: TensorType, dim: int, index: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.index_select.html"""
    at = dimension(dim, input.rank)
    if index.rank > 1:
        raise Refused("index_select(): Index is supposed to be a vector")
    if index.dtype not in (DType.int32, DType.int64):
        raise Refused("index_select(): Expected dtype int32 or int64 for index")
    if not input.rank:
        complaint = f"index_select(): Index to scalar can have only 1 value, got {index.numel} value(s)"
        require(equal(index.numel, 1), complaint)
        return input
    return TensorType(replaced(input.shape, at, index.numel), input.dtype)


@operator(
    "torch.gather", "Tensor.gather",
    cases=(
        Case("torch.gather(x, 1, i)", x="2,3,4", i="2,5,4:int64"),
        Case("x.gather(dim=-1, index=i)", x="2,3", i="1,7:int32"),
        Case("x.gather(0, i)", x="3", i=":int64"),
        Case("x.gather(0, i)", x="2,3", i="0:int64"),
        Case("x.gather(1, i)", x="2,3", i="3,3:int64", refused="to be no larger than self [2, 3] apart from"),
        Case("x.gather(1, i)", x="2,3", i="2:int64", refused="Index tensor must have the same number of dimensions as"),
        Case("x.gather(1, i)", x="2,3", i="2,3", refused="gather(): Expected dtype int32/int64 for index"),
        Case("x.gather(2, i)", x="2,3", i="2,3:int64", refused="Dimension out of range"),
    ),
)  # fmt: skip
def gather(input: TensorType, dim: int, index: TensorType, *, sparse_grad: bool = False) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.gather.html"""
    at = dimension(dim, input.rank)
    if index.dtype not in (DType.int32, DType.int64):
        raise Refused("gather(): Expected dtype int32/int64 for index")
    result = TensorType(index.shape, input.dtype)
    if isinstance(index.numel, int) and index.numel == 0:
        return result
    if max(index.rank, 1) != max(input.rank, 1):
        raise Refused("Index tensor must have the same number of dimensions as input tensor")
    for place, (taken, size) in enumerate(zip(index.shape, input.shape, strict=False)):
        if place != at:
            complaint = (
                f"Size does not match at dimension {place} expected index {shape_text(index.shape)} "
                f"to be no larger than self {shape_text(input.shape)} apart from dimension {at}"
            )
            require(at_least(size, taken), complaint)
    return result


@operator(
    "torch.take", "Tensor.take",
    cases=(
        Case("torch.take(x, i)", x="2,3", i="2,2:int64"),
        Case("x.take(index=i)", x="2,3", i=":int64"),
        Case("x.take(i)", x="2,3", i="4:int32", refused="take(): Expected a long tensor for index, but got Int"),
    ),
)  # fmt: skip
def take(input: TensorType, index: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.take.html"""
    if index.dtype is not DType.int64:
        raise Refused(f"take(): Expected a long tensor for index, but got {scalar_name(index.dtype)}")
    return TensorType(index.shape, input.dtype)


@operator(
    "torch.take_along_dim", "Tensor.take_along_dim",
    cases=(
        Case("torch.take_along_dim(x, i, 1)", x="2,3,4", i="2,5,1:int64"),
        Case("x.take_along_dim(indices=i, dim=-1)", x="1,4", i="2,3:int64"),
        Case("x.take_along_dim(i)", x="2,3", i="2,2:int64"),
        Case("x.take_along_dim(i, 1)", x="2,3", i="5:int64", refused="should have the same number of dimensions"),
        Case("x.take_along_dim(i, 1)", x="2,3", i="3,3:int64", refused="The size of tensor a (2) must match the size"),
        Case("x.take_along_dim(i, 1)", x="2,3", i="2,3", refused="dtype of indices should be Long but got Float"),
    ),
)  # fmt: skip
def take_along_dim(input: TensorType, indices: TensorType, dim: int | None = None) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.take_along_dim.html"""
    if indices.dtype is not DType.int64:
        raise Refused(f"torch.take_along_dim(): dtype of indices should be Long but got {scalar_name(indices.dtype)}")
    if dim is None:
        return TensorType((indices.numel,), input.dtype)
    if input.rank != indices.rank:
        raise Refused(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.rank} dimensions for input, and {indices.rank} dimensions for indices"
        )
    at = dimension(dim, input.rank)
    if not input.rank:
        raise Refused(f"Dimension specified as {dim} but tensor has no dimensions")
    common = broadcast(replaced(input.shape, at, 1), replaced(indices.shape, at, 1))
    return TensorType(replaced(common, at, indices.shape[at]), input.dtype)


@operator(
    "Tensor.unfold",
    cases=(
        Case("x.unfold(1, 2, 1)", x="2,5,4"),
        Case("x.unfold(dimension=-1, size=3, step=2)", x="2,8"),
        Case("x.unfold(0, 1, 1)", x=""),
        Case("x.unfold(0, 4, 1)", x="3", refused="maximum size for tensor at dimension 0 is 3 but size is 4"),
        Case("x.unfold(0, 2, 0)", x="3", refused="step is 0 but must be > 0"),
        Case("x.unfold(0, -2, 1)", x="3", refused="size is -2 but must be >= 0"),
    ),
)
def unfold(input: TensorType, dimension: int, size: Dim, step: Dim) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.unfold.html"""
    at = _place(dimension, input.rank)
    whole = input.shape[at] if input.rank else 1
    require(at_least(size, 0), f"size is {size} but must be >= 0")
    require(at_least(whole, size), f"maximum size for tensor at dimension {at} is {whole} but size is {size}")
    require(at_least(step, 1), f"step is {step} but must be > 0")
    if not input.rank:
        return TensorType((size,), input.dtype)
    return TensorType((*replaced(input.shape, at, (whole - size) // step + 1), size), input.dtype)


def _place(dim: int, rank: int) -> int:
    return dimension(dim, rank)
