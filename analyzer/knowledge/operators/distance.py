"""Distances between tensors: F.cosine_similarity, F.pairwise_distance, torch.cdist, F.pdist.

    F.cosine_similarity(x, y)    x, y [3, 4]              -> [3] float32
    torch.cdist(x, y)            x [B, 3, 4], y [B, 5, 4] -> [B, 3, 5] float32

FlopCounterMode counts nothing for any of them.
Source: https://docs.pytorch.org/docs/2.13/nn.functional.html#distance-functions
"""

from __future__ import annotations

from analyzer.algebra.expression import equal, require
from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast, promote
from analyzer.knowledge import distances
from analyzer.knowledge.operands import is_inexact, scalar_name
from analyzer.knowledge.operator import Case, operator

_MODES = (
    None,
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)


@operator(
    "torch.nn.functional.cosine_similarity", "torch.cosine_similarity",
    cases=(
        Case("F.cosine_similarity(x, y)", x="3,4", y="3,4"),
        Case("torch.cosine_similarity(x, y, dim=-1)", x="2,3,4", y="2,1,4:float64"),
        Case("F.cosine_similarity(x, y, 0)", x="4", y="3,4"),
        Case("F.cosine_similarity(x, y)", x="4", y="4", refused="Dimension out of range"),
        Case("F.cosine_similarity(x, y)", x="3,4", y="3,5", refused="must match the size"),
    ),
)  # fmt: skip
def cosine_similarity(x1: TensorType, x2: TensorType, dim: int = 1, eps: float = 1e-8) -> TensorType:
    return distances.cosine(x1, x2, dim)


@operator(
    "torch.nn.functional.pairwise_distance", "torch.pairwise_distance",
    cases=(
        Case("F.pairwise_distance(x, y)", x="3,4", y="3,4"),
        Case("torch.pairwise_distance(x, y, 1.0, keepdim=True)", x="2,3,4:int64", y="4:int64"),
        Case("F.pairwise_distance(x, y)", x="3,4", y="3,5", refused="must match the size"),
    ),
)  # fmt: skip
def pairwise_distance(
    x1: TensorType, x2: TensorType, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> TensorType:
    return distances.pairwise(x1, x2, keepdim)


@operator(
    "torch.dist", "Tensor.dist",
    cases=(
        Case("torch.dist(x, y)", x="3,1", y="4"),
        Case("x.dist(y, p=1)", x="3", y="3:float64"),
        Case("torch.dist(x, y)", x="3", y="4", refused="must match the size"),
        Case("torch.dist(x, y)", x="3:int64", y="3:int64", refused="should be either floating point or complex"),
    ),
)  # fmt: skip
def dist(input: TensorType, other: TensorType, p: float = 2) -> TensorType:
    broadcast(input.shape, other.shape)
    if DType.bool_ in (input.dtype, other.dtype):
        raise Refused("Subtraction, the `-` operator, with a bool tensor is not supported.")
    dtype = promote(input, other)
    if not is_inexact(dtype):
        raise Refused(
            f"norm(): input dtype should be either floating point or complex. Got {scalar_name(dtype)} instead."
        )
    return TensorType((), dtype)


@operator(
    "torch.cdist",
    cases=(
        Case("torch.cdist(x, y)", x="3,4", y="5,4"),
        Case("torch.cdist(x, y, p=1.0)", x="2,3,4", y="5,4"),
        Case("torch.cdist(x, y)", x="6,2,3,4", y="2,5,4"),
        Case("torch.cdist(x, y)", x="3,4", y="5,3", refused="same number of columns"),
        Case("torch.cdist(x, y)", x="4", y="5,4", refused="at least 2D tensors"),
        Case("torch.cdist(x, y)", x="2,3,4", y="3,5,4", refused="must match the size"),
        Case("torch.cdist(x, y)", x="3,4:int64", y="5,4:int64", refused="floating-point dtypes"),
        Case("torch.cdist(x, y, p=-1.0)", x="3,4", y="5,4", refused="non-negative p"),
        Case("torch.cdist(x, y, compute_mode='fast')", x="3,4", y="5,4", refused="compute_mode"),
    ),
)
def cdist(
    x1: TensorType,
    x2: TensorType,
    p: float = 2.0,
    compute_mode: str | None = "use_mm_for_euclid_dist_if_necessary",
) -> TensorType:
    if compute_mode not in _MODES:
        raise Refused(f"{compute_mode} is not a valid value for compute_mode")
    for name, tensor in (("X1", x1), ("X2", x2)):
        if tensor.rank < 2:
            raise Refused(f"cdist only supports at least 2D tensors, {name} got: {tensor.rank}D")
        if not tensor.dtype.is_floating:
            raise Refused(f"cdist only supports floating-point dtypes, {name} got: {scalar_name(tensor.dtype)}")
    if p < 0:
        raise Refused("cdist only supports non-negative p values")
    if x1.dtype is not x2.dtype:
        raise Refused(f"expected scalar type {scalar_name(x1.dtype)} but found {scalar_name(x2.dtype)}")
    complaint = f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
    require(equal(x1.shape[-1], x2.shape[-1]), complaint)
    return TensorType((*broadcast(x1.shape[:-2], x2.shape[:-2]), x1.shape[-2], x2.shape[-2]), x1.dtype)


@operator(
    "torch.nn.functional.pdist", "torch.pdist",
    cases=(
        Case("F.pdist(x)", x="4,3"),
        Case("torch.pdist(x, 1)", x="1,3"),
        Case("F.pdist(x)", x="2,4,3", refused="pdist only supports 2D tensors"),
        Case("F.pdist(x)", x="4,3:int64", refused="floating-point dtypes"),
    ),
)  # fmt: skip
def pdist(input: TensorType, p: float = 2) -> TensorType:
    if input.rank != 2:
        raise Refused(f"pdist only supports 2D tensors, got: {input.rank}D")
    if not input.dtype.is_floating:
        raise Refused("pdist only supports floating-point dtypes")
    rows = input.shape[0]
    return TensorType((rows * (rows - 1) // 2,), input.dtype)
