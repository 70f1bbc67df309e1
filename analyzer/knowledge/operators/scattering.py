"""Operators that write elements into a tensor at given places: scatter, index_add, index_copy, index_put, put.

    scatter(TensorType((2, 9)), 1, TensorType((2, 3), int64), 1.0)        -> TensorType((2, 9))
    index_add(TensorType((9, 4)), 0, TensorType((5,), int64), TensorType((6, 4)))
                                                                          -> Refused: Number of indices (5) ...

The result is of the shape and dtype of the tensor written into.
https://docs.pytorch.org/docs/stable/generated/torch.Tensor.scatter_.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Dim, at_least, equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, broadcast
from analyzer.knowledge.operands import dimension, scalar_name, shape_text
from analyzer.knowledge.operator import Case, operator
from analyzer.knowledge.sizes import fits, replaced

_INDEX_DTYPE = "Expected dtype int32/int64 for index"


def _check_dtypes(function: str, input: TensorType, source: Any) -> None:
    if isinstance(source, TensorType) and source.dtype is not input.dtype:
        raise Refused(
            f"{function}(): Expected self.dtype to be equal to src.dtype, but got self.dtype = "
            f"{scalar_name(input.dtype)} and source.dtype = {scalar_name(source.dtype)}"
        )


def _scattered(function: str, input: TensorType, dim: int, index: TensorType, source: Any) -> TensorType:
    """Index is of the rank of input and src, and no larger than either except in `dim`, where only src bounds it."""
    at = dimension(dim, input.rank)
    if index.dtype not in (DType.int32, DType.int64):
        raise Refused(f"{function}(): {_INDEX_DTYPE}")
    _check_dtypes(function, input, source)
    if isinstance(index.numel, int) and index.numel == 0:
        return input
    bounds: list[tuple[str, Shape, bool]] = [("self", input.shape, True)]
    if isinstance(source, TensorType):
        bounds.append(("src", source.shape, False))
    for name, shape, except_at in bounds:
        if max(len(shape), 1) != max(index.rank, 1):
            raise Refused(f"Index tensor must have the same number of dimensions as {name} tensor")
        for place, (taken, size) in enumerate(zip(index.shape, shape, strict=False)):
            if not (except_at and place == at):
                apart = f" apart from dimension {at}" if except_at else ""
                complaint = f"to be no larger than {name} {shape_text(shape)}{apart}"
                require(at_least(size, taken), f"Expected index {shape_text(index.shape)} {complaint}")
    return input


@operator(
    "torch.scatter", "Tensor.scatter", "Tensor.scatter_",
    cases=(
        Case("torch.scatter(x, 1, i, y)", x="2,3,4", i="2,7,4:int64", y="2,8,5"),
        Case("x.scatter(0, i, 1.0)", x="2,3", i="5,3:int64"),
        Case("x.scatter_(dim=-1, index=i, value=1)", x="2,3", i="2,1:int64"),
        Case("x.scatter_(1, i, y, reduce='add')", x="2,3", i="2,2:int32", y="2,2"),
        Case("x.scatter(1, i, y)", x="2,3", i="0:int64", y="2,2"),
        Case("x.scatter(1, i, 1)", x="2,3", i="3,3:int64", refused="Expected index [3, 3] to be no larger than self"),
        Case("x.scatter(1, i, y)", x="2,3", i="2,3:int64", y="2,2", refused="Expected index [2, 3] to be no larger"),
        Case("x.scatter(1, i, y)", x="2,3", i="2,3:int64", y="2,3:int64", refused="Expected self.dtype to be equal to"),
        Case("x.scatter(1, i, 1)", x="2,3", i="2,3", refused=_INDEX_DTYPE),
        Case("x.scatter(1, i, 1)", x="2,3", i="2:int64", refused="must have the same number of dimensions as self"),
    ),
)  # fmt: skip
def scatter(
    input: TensorType, dim: int, index: TensorType, src: Any = None, *, value: Any = None, reduce: str | None = None
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.scatter.html"""
    return _scattered("scatter", input, dim, index, src)


@operator(
    "torch.scatter_add", "Tensor.scatter_add", "Tensor.scatter_add_",
    cases=(
        Case("torch.scatter_add(x, 1, i, y)", x="2,3", i="2,7:int64", y="2,8"),
        Case("x.scatter_add_(0, i, src=y)", x="2,3", i="1,1:int64", y="2,3"),
        Case("x.scatter_add(1, i, y)", x="2,3", i="2,3:int64", y="2,2", refused="Expected index [2, 3] to be no"),
        Case("x.scatter_add(1, i, 1.0)", x="2,3", i="2,3:int64", refused="argument 'src' (position 3) must be Tensor"),
    ),
)  # fmt: skip
def scatter_add(input: TensorType, dim: int, index: TensorType, src: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.scatter_add.html"""
    if not isinstance(src, TensorType):
        raise Refused(f"scatter_add(): argument 'src' (position 3) must be Tensor, not {type(src).__name__}")
    return _scattered("scatter_add", input, dim, index, src)


@operator(
    "torch.scatter_reduce", "Tensor.scatter_reduce", "Tensor.scatter_reduce_",
    cases=(
        Case("torch.scatter_reduce(x, 1, i, y, 'sum')", x="2,3", i="2,7:int64", y="2,7"),
        Case("x.scatter_reduce_(0, i, y, reduce='amax', include_self=False)", x="2,3", i="1,1:int64", y="2,3"),
        Case("x.scatter_reduce(1, i, y, 'add')", x="2,3", i="2,3:int64", y="2,3", refused="reduce argument must be"),
        Case("x.scatter_reduce(1, i, y, 'sum')", x="2,3", i="2,3:int64", y="2,2", refused="to be no larger than"),
    ),
)  # fmt: skip
def scatter_reduce(
    input: TensorType, dim: int, index: TensorType, src: TensorType, reduce: str, *, include_self: bool = True
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.scatter_reduce.html"""
    if reduce not in ("sum", "prod", "mean", "amax", "amin", "max", "min"):
        raise Refused(f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}")
    return _scattered("scatter_reduce", input, dim, index, src)


@operator(
    "torch.index_add", "Tensor.index_add", "Tensor.index_add_",
    cases=(
        Case("torch.index_add(x, 1, i, y)", x="2,3,4", i="5:int64", y="2,5,4"),
        Case("x.index_add_(0, i, y, alpha=2)", x="2,3", i="4:int32", y="4,3"),
        Case("x.index_add(1, i, y)", x="2,3", i="3:int64", y="2,2", refused="Number of indices (3) should be equal to"),
        Case("x.index_add(1, i, y)", x="2,3", i="3:int64", y="4,3", refused="source tensor shape must match self"),
        Case("x.index_add(1, i, y)", x="2,3", i="3:int64", y="2,3:int64", refused="must have the same scalar type"),
        Case("x.index_add(1, i, y)", x="2,3", i="3", y="2,3", refused=_INDEX_DTYPE),
        Case("x.index_add(1, i, y)", x="2,3", i="1,3:int64", y="2,3", refused="Index is supposed to be a vector"),
    ),
)  # fmt: skip
def index_add(input: TensorType, dim: int, index: TensorType, source: TensorType, *, alpha: Any = 1) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.index_add.html"""
    at = dimension(dim, input.rank)
    if index.rank > 1:
        raise Refused(f"index_add_(): Index is supposed to be a vector, but got dim: {index.rank}")
    if index.dtype not in (DType.int32, DType.int64):
        raise Refused(f"index_add_(): {_INDEX_DTYPE} but got: {scalar_name(index.dtype)}")
    if input.dtype is not source.dtype:
        raise Refused(
            f"index_add_(): self ({scalar_name(input.dtype)}) and source ({scalar_name(source.dtype)}) "
            "must have the same scalar type"
        )
    taken = source.shape[at] if source.rank > at else 1
    complaint = f"index_add_(): Number of indices ({index.numel}) should be equal to source.size(dim): ({taken})"
    require(equal(index.numel, taken), complaint)
    complaint = (
        "source tensor shape must match self tensor shape, excluding the specified dimension. "
        f"Got self.shape = {shape_text(input.shape)} source.shape = {shape_text(source.shape)}"
    )
    require(input.rank == source.rank, complaint)
    _require_alike(_slice(input, at), _slice(source, at), complaint)
    return input


def _slice(input: TensorType, at: int) -> Shape:
    return replaced(input.shape, at) if input.rank else ()


def _require_alike(mine: Shape, theirs: Shape, complaint: str) -> None:
    require(len(mine) == len(theirs), complaint)
    for one, other in zip(mine, theirs, strict=True):
        require(equal(one, other), complaint)


@operator(
    "torch.index_copy", "Tensor.index_copy", "Tensor.index_copy_",
    cases=(
        Case("torch.index_copy(x, 1, i, y)", x="2,3,4", i="2:int64", y="2,2,4"),
        Case("x.index_copy_(0, index=i, source=y)", x="2,3", i="1:int64", y="1,3"),
        Case("x.index_copy(1, i, y)", x="2,3", i="3:int64", y="2,2", refused="Number of indices (3) should be equal"),
        Case("x.index_copy(1, i, y)", x="2,3", i="3:int32", y="2,3", refused="Expected a long tensor for index, but"),
        Case("x.index_copy(0, i, y)", x="2,3", i="3:int64", y="3", refused="their dimensionality must match"),
    ),
)  # fmt: skip
def index_copy(input: TensorType, dim: int, index: TensorType, source: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.index_copy.html"""
    at = dimension(dim, input.rank)
    if index.rank > 1:
        raise Refused(f"index_copy_(): Index should have dimension 1 or 0 (got {index.rank})")
    if input.rank and source.rank and input.rank != source.rank:
        raise Refused(
            "index_copy_(): When source and destination are not scalars, their dimensionality must match. "
            f"Source dimensionality ({source.rank}), destination dimensionality ({input.rank})"
        )
    if index.dtype is not DType.int64:
        raise Refused(f"index_copy_(): Expected a long tensor for index, but got {scalar_name(index.dtype)}")
    _check_dtypes("index_copy_", input, source)
    taken = source.shape[at] if source.rank else 1
    complaint = f"index_copy_(): Number of indices ({index.numel}) should be equal to source.size(dim) ({taken})"
    require(equal(index.numel, taken), complaint)
    complaint = "index_copy_(): Source/destination tensor must have same slice shapes."
    _require_alike(_slice(input, at), _slice(source, at), complaint)
    return input


@operator(
    "torch.index_fill", "Tensor.index_fill", "Tensor.index_fill_",
    cases=(
        Case("torch.index_fill(x, 1, i, 0.0)", x="2,3", i="5:int64"),
        Case("x.index_fill_(0, i, value=y)", x="2,3", i=":int64", y=""),
        Case("x.index_fill(0, i, y)", x="2,3", i="2:int64", y="2", refused="only supports a 0-dimensional value"),
        Case("x.index_fill(0, i, 0)", x="2,3", i="2:int32", refused="index_fill_(): Expected dtype int64 for index."),
        Case("x.index_fill(0, i, 0)", x="2,3", i="1,2:int64", refused="Index has to be a vector/scalar"),
    ),
)  # fmt: skip
def index_fill(input: TensorType, dim: int, index: TensorType, value: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_fill_.html"""
    dimension(dim, input.rank)
    if index.dtype is not DType.int64:
        raise Refused("index_fill_(): Expected dtype int64 for index.")
    if index.rank > 1:
        raise Refused("Index has to be a vector/scalar")
    if isinstance(value, TensorType) and value.rank:
        raise Refused(
            f"index_fill_ only supports a 0-dimensional value tensor, but got tensor with {value.rank} dimension(s)."
        )
    return input


@operator(
    "torch.index_put", "Tensor.index_put", "torch.index_put_", "Tensor.index_put_",
    cases=(
        Case("x.index_put((i,), y)", x="2,3", i="5:int64", y="3"),
        Case("torch.index_put(x, (i, j), y, accumulate=True)", x="2,3", i="5:int64", j="4,1:int64", y=""),
        Case("x.index_put_((i,), y)", x="2,3", i="5:int64", y="2", refused="shape mismatch: value tensor of shape [2]"),
        Case("x.index_put_((i,), y)", x="2,3", i="5:int64", y="3:int64", refused="source and destination dtypes match"),
    ),
)  # fmt: skip
def index_put(
    input: TensorType, indices: Sequence[TensorType], values: TensorType, accumulate: bool = False
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html"""
    if values.dtype is not input.dtype:
        raise Refused(
            "Index put requires the source and destination dtypes match, got "
            f"{scalar_name(input.dtype)} for the destination and {scalar_name(values.dtype)} for the source."
        )
    if len(indices) > input.rank:
        raise Refused(f"too many indices for tensor of dimension {input.rank} (got {len(indices)})")
    if any(index.dtype in (DType.bool_, DType.uint8) for index in indices):
        return input
    target = (*broadcast(*(index.shape for index in indices)), *input.shape[len(indices) :])
    complaint = (
        f"shape mismatch: value tensor of shape {shape_text(values.shape)} cannot be broadcast "
        f"to indexing result of shape {shape_text(target)}"
    )
    fits(values.shape, target, complaint)
    return input


@operator(
    "torch.put", "Tensor.put", "Tensor.put_",
    cases=(
        Case("torch.put(x, i, y)", x="2,3", i="2,2:int64", y="4"),
        Case("x.put_(i, y, accumulate=True)", x="2,3", i=":int64", y="1"),
        Case("x.put(i, y)", x="2,3", i="2:int64", y="3", refused="source and index to have the same number of"),
        Case("x.put(i, y)", x="2,3", i="2", y="2", refused="put_(): Expected a long tensor for index, but got Float"),
    ),
)  # fmt: skip
def put(input: TensorType, index: TensorType, source: TensorType, accumulate: bool = False) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.put_.html"""
    if index.dtype is not DType.int64:
        raise Refused(f"put_(): Expected a long tensor for index, but got {scalar_name(index.dtype)}")
    _check_dtypes("put_", input, source)
    count: Dim = source.numel
    complaint = (
        "put_(): Expected source and index to have the same number of elements, "
        f"but got source.numel() = {count}, index.numel() = {index.numel}"
    )
    require(equal(count, index.numel), complaint)
    return input
