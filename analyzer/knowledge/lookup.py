"""Shapes of looking up rows of a table by index.

embedding(TensorType((N, 77), DType.int64), TensorType((30522, 768)))    -> TensorType((N, 77, 768))
embedding_bag(TensorType((8, 5), DType.int64), TensorType((10, 4)))      -> TensorType((8, 4))
"""

from __future__ import annotations

from analyzer.algebra.expression import Dim, at_least, equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.agreement import same_shape
from analyzer.knowledge.operands import scalar_name, shape_text


def padding_row(padding_idx: Dim | None, rows: Dim, name: str = "Padding_idx") -> Dim | None:
    """`padding_idx` counted from the front; Refused when it is not the number of a row."""
    if padding_idx is None or isinstance(padding_idx, bool):
        return padding_idx
    complaint = f"{name} must be within num_embeddings"
    if padding_idx < 0:
        require(at_least(rows + padding_idx, 0), complaint)
        return rows + padding_idx
    require(at_least(rows, padding_idx + 1), complaint)
    return padding_idx


def _check_index(index: TensorType) -> None:
    if index.dtype not in (DType.int64, DType.int32):
        raise Refused(
            "Expected tensor for argument #1 'indices' to have one of the following scalar types: Long, Int; "
            f"but got {scalar_name(index.dtype)} instead"
        )


def embedding(input: TensorType, weight: TensorType, padding_idx: Dim | None = None) -> TensorType:
    """One row of `weight` for each index."""
    if weight.rank != 2:
        raise Refused("'weight' must be 2-D")
    padding_row(padding_idx, weight.shape[0])
    _check_index(input)
    return TensorType((*input.shape, weight.shape[1]), weight.dtype)


def embedding_bag(
    input: TensorType,
    weight: TensorType,
    offsets: TensorType | None = None,
    *,
    mode: str = "mean",
    scale_grad_by_freq: bool = False,
    sparse: bool = False,
    per_sample_weights: TensorType | None = None,
    include_last_offset: bool = False,
    padding_idx: Dim | None = None,
) -> TensorType:
    """One row for each bag: each row of a matrix of indices, or each of the `offsets` into a vector of indices."""
    if per_sample_weights is not None:
        complaint = (
            f"embedding_bag: If per_sample_weights ({shape_text(per_sample_weights.shape)}) is not None, "
            f"then it must have the same shape as the input ({shape_text(input.shape)})"
        )
        same_shape(per_sample_weights.shape, input.shape, complaint)
    if weight.rank != 2:
        raise Refused(f"weight has to be a 2D Tensor, but got Tensor of dimension {weight.rank}")
    bags = _bags(input, offsets, include_last_offset)
    if mode not in ("sum", "mean", "max"):
        raise Refused("mode has to be one of sum, mean or max")
    if mode == "max" and scale_grad_by_freq:
        raise Refused("max mode does not support scaling the gradient by the frequency")
    if mode == "max" and sparse:
        raise Refused("max mode does not support sparse weights")
    if per_sample_weights is not None:
        if mode != "sum":
            raise Refused(f"per_sample_weights is only supported for mode='sum' (got mode='{mode}').")
        if per_sample_weights.dtype is not weight.dtype:
            raise Refused("Expected tensor for argument #1 'weight' to have the same type as 'per_sample_weights'")
    _check_index(input)
    if offsets is not None:
        _check_index(offsets)
    padding_row(padding_idx, weight.shape[0], "padding_idx")
    return TensorType((bags, weight.shape[1]), weight.dtype)


def _bags(input: TensorType, offsets: TensorType | None, include_last_offset: bool) -> Dim:
    if input.rank == 2:
        if offsets is not None:
            raise Refused("if input is 2D, then offsets has to be None")
        require(at_least(input.shape[1], 1), "step must be nonzero")
        return input.shape[0]
    if input.rank != 1:
        raise Refused(f"input has to be 1D or 2D Tensor, but got Tensor of dimension {input.rank}")
    if offsets is None or offsets.rank != 1:
        found = " but got None" if offsets is None else ""
        raise Refused(f"offsets has to be a 1D Tensor{found}")
    count = offsets.shape[0]
    if not include_last_offset:
        return count
    require(at_least(count, 1), "include_last_offset: number of offset should be at least 1")
    return count - 1


def one_hot(indices: TensorType, num_classes: Dim) -> TensorType:
    """A last dimension of `num_classes`, which must not be negative."""
    if indices.dtype is not DType.int64:
        raise Refused("one_hot is only applicable to index tensor of type LongTensor.")
    empty = equal(indices.numel, 0) is True
    require(at_least(num_classes, 0 if empty else 1), "Class values must be smaller than num_classes.")
    return TensorType((*indices.shape, num_classes), DType.int64)
