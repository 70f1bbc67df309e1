"""Shapes and dtypes of distances between tensors, and of the losses that are made of them.

pairwise(TensorType((3, 4)), TensorType((3, 4)))             -> TensorType((3,))
cosine(TensorType((3, 4)), TensorType((3, 4)), dim=1)        -> TensorType((3,))
triplet_margin(anchor, positive, negative, "mean", 1.0)      -> TensorType(())
"""

from __future__ import annotations

from analyzer.algebra.tensor import Refused, TensorType, broadcast, promote
from analyzer.knowledge.losses import reduced
from analyzer.knowledge.operands import dimension, inexact, scalar_name, shape_text


def pairwise(x1: TensorType, x2: TensorType, keepdim: bool = False) -> TensorType:
    """The norm of the difference along the last dimension."""
    shape = broadcast(x1.shape, x2.shape)
    kept = (1,) if keepdim and shape else ()
    return TensorType((*shape[:-1], *kept), inexact(promote(x1, x2)))


def cosine(x1: TensorType, x2: TensorType, dim: int) -> TensorType:
    """The dimension `dim` of the common shape is gone."""
    dtype = promote(x1, x2)
    if not dtype.is_floating:
        raise Refused(f"expected common dtype to be floating point, yet common dtype is {scalar_name(dtype)}")
    shape = broadcast(x1.shape, x2.shape)
    at = dimension(dim, len(shape))
    return TensorType(shape[:at] + shape[at + 1 :], dtype)


def margin_ranking(input1: TensorType, input2: TensorType, target: TensorType, reduction: str) -> TensorType:
    if not input1.rank == input2.rank == target.rank:
        sizes = ", ".join(
            f"{name}: {shape_text(tensor.shape)}"
            for name, tensor in (("input1", input1), ("input2", input2), ("target", target))
        )
        raise Refused(f"margin_ranking_loss : All input tensors should have same dimension but got sizes: {sizes}")
    shape = broadcast(input1.shape, input2.shape, target.shape)
    return reduced(TensorType(shape, inexact(promote(input1, input2, target))), reduction)


def cosine_embedding(input1: TensorType, input2: TensorType, target: TensorType, reduction: str) -> TensorType:
    """A 0-dim target goes with two vectors, a vector of targets with two matrices."""
    if target.rank > 1:
        raise Refused("0D or 1D target tensor expected, multi-target not supported")
    if not input1.rank == input2.rank == target.rank + 1:
        raise Refused(
            f"{target.rank}D target tensor expects {target.rank + 1}D input tensors, "
            f"but found inputs with sizes {shape_text(input1.shape)} and {shape_text(input2.shape)}."
        )
    common = broadcast(input1.shape, input2.shape)
    dtype = inexact(promote(input1, input2))
    return reduced(TensorType(broadcast(common[:-1], target.shape), dtype), reduction)


def triplet_margin(
    anchor: TensorType, positive: TensorType, negative: TensorType, reduction: str, margin: float, swap: bool = False
) -> TensorType:
    if margin <= 0:
        raise Refused(f"margin must be greater than 0, got {margin}")
    if not anchor.rank == positive.rank == negative.rank:
        raise Refused(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, "
            f"but got: anchor {anchor.rank}D, positive {positive.rank}D, and negative {negative.rank}D inputs"
        )
    near, far = pairwise(anchor, positive), pairwise(anchor, negative)
    if swap:
        other = pairwise(positive, negative)
        far = TensorType(broadcast(far.shape, other.shape), promote(far, other))
    return reduced(TensorType(broadcast(near.shape, far.shape), promote(near, far)), reduction)
