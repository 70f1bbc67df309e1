"""Operators that order elements or find their place in an order: sort, topk, searchsorted, histc.

    topk(TensorType((N, 10)), 3).indices                          -> TensorType((N, 3), DType.int64)
    searchsorted(TensorType((5,)), TensorType((2, 3)))            -> TensorType((2, 3), DType.int64)
    topk(TensorType((2, 3)), 5)                                   -> Refused: selected index k out of range

https://docs.pytorch.org/docs/stable/generated/torch.sort.html
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Dim, at_least, equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType
from analyzer.knowledge.operands import dimension, shape_text
from analyzer.knowledge.operator import Case, Named, named, operator
from analyzer.knowledge.sizes import integer, replaced

_OUT_OF_RANGE = "Dimension out of range (expected to be in range of [-2, 1], but got 2)"


def _values_and_indices(input: TensorType, shape: Shape) -> Named:
    return named(("values", "indices"), (TensorType(shape, input.dtype), TensorType(shape, DType.int64)))


def _check_order(input: TensorType, dim: int) -> None:
    dimension(dim, input.rank)
    if input.dtype.is_complex:
        raise Refused("Sort does not support complex dtypes on CPU")


@operator(
    "torch.sort", "Tensor.sort",
    cases=(
        Case("torch.sort(x)", x="2,3"),
        Case("x.sort(0, True)", x="2,3:int64"),
        Case("torch.sort(x, stable=True, dim=-2, descending=True)", x="2,3"),
        Case("torch.sort(x)[1]", x=""),
        Case("torch.sort(x).values", x="4"),
        Case("torch.sort(x, dim=2)", x="2,3", refused=_OUT_OF_RANGE),
    ),
)  # fmt: skip
def sort(input: TensorType, dim: int = -1, descending: bool = False, *, stable: bool | None = None) -> Named:
    """https://docs.pytorch.org/docs/stable/generated/torch.sort.html"""
    _check_order(input, dim)
    return _values_and_indices(input, input.shape)


@operator(
    "torch.argsort", "Tensor.argsort",
    cases=(
        Case("torch.argsort(x)", x="2,3"),
        Case("x.argsort(dim=0, descending=True, stable=True)", x="2,3"),
        Case("x.argsort(2)", x="2,3", refused=_OUT_OF_RANGE),
    ),
)  # fmt: skip
def argsort(input: TensorType, dim: int = -1, descending: bool = False, *, stable: bool = False) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.argsort.html"""
    _check_order(input, dim)
    return TensorType(input.shape, DType.int64)


@operator("torch.msort", "Tensor.msort", cases=(Case("torch.msort(x)", x="2,3"), Case("x.msort()", x=":int64")))
def msort(input: TensorType) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.msort.html"""
    _check_order(input, 0)
    return input


@operator(
    "torch.topk", "Tensor.topk",
    cases=(
        Case("torch.topk(x, 2)", x="2,3"),
        Case("x.topk(k=1, dim=0, largest=False, sorted=True)", x="2,3:int64"),
        Case("x.topk(0).indices", x="2,3"),
        Case("x.topk(1)", x=""),
        Case("x.topk(5)", x="2,3", refused="selected index k out of range"),
        Case("x.topk(-1)", x="2,3", refused="selected index k out of range"),
        Case("x.topk(1, 2)", x="2,3", refused=_OUT_OF_RANGE),
        Case("x.topk(1)", x="2:bool", refused="topk does not support bool dtypes on CPU"),
    ),
)  # fmt: skip
def topk(input: TensorType, k: Dim, dim: int = -1, largest: bool = True, sorted: bool = True) -> Named:
    """https://docs.pytorch.org/docs/stable/generated/torch.topk.html"""
    at, count = dimension(dim, input.rank), integer("topk", k)
    if input.dtype is DType.bool_ or input.dtype.is_complex:
        raise Refused(f"topk does not support {'bool' if input.dtype is DType.bool_ else 'complex'} dtypes on CPU")
    require(at_least(count, 0), "selected index k out of range")
    require(at_least(input.shape[at] if input.rank else 1, count), "selected index k out of range")
    return _values_and_indices(input, replaced(input.shape, at, count) if input.rank else ())


@operator(
    "torch.searchsorted",
    cases=(
        Case("torch.searchsorted(x, y)", x="5", y="2,3"),
        Case("torch.searchsorted(x, y, out_int32=True, side='right')", x="2,5", y="2,3"),
        Case("torch.searchsorted(x, 2.5)", x="5"),
        Case("torch.searchsorted(x, y)", x="3,5", y="2,3", refused="boundaries tensor should be 1 dimension or the"),
        Case("torch.searchsorted(x, 2.5)", x="2,5", refused="input value can be a scalar only when boundaries tensor"),
        Case("torch.searchsorted(x, y)", x="", y="3", refused="boundaries tensor should have positive dimension"),
        Case("torch.searchsorted(x, y, side='up')", x="5", y="3", refused="side can only be 'left' or 'right' but"),
        Case("torch.searchsorted(x, y, right=True, side='left')", x="5", y="3", refused="can't be set to opposites"),
    ),
)
def searchsorted(
    sorted_sequence: TensorType,
    input: Any,
    *,
    out_int32: bool = False,
    right: bool = False,
    side: str | None = None,
    sorter: TensorType | None = None,
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.searchsorted.html"""
    if side not in (None, "left", "right"):
        raise Refused(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise Refused("torch.searchsorted(): side and right can't be set to opposites, got side of left while right")
    shape = input.shape if isinstance(input, TensorType) else ()
    rank = sorted_sequence.rank
    if not rank:
        raise Refused("torch.searchsorted(): boundaries tensor should have positive dimension, but got 0 dimension")
    if rank > 1:
        if not shape:
            raise Refused(
                "torch.searchsorted(): input value can be a scalar only when boundaries tensor dimension is 1, "
                f"but we got boundaries tensor dim({rank})"
            )
        complaint = (
            "torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries "
            "tensor and input value tensor must match, but we got boundaries tensor "
            f"{shape_text(sorted_sequence.shape)} and input value tensor {shape_text(shape)}"
        )
        require(rank == len(shape), complaint)
        for mine, theirs in zip(sorted_sequence.shape[:-1], shape[:-1], strict=True):
            require(equal(mine, theirs), complaint)
    return TensorType(shape, DType.int32 if out_int32 else DType.int64)


@operator(
    "torch.bucketize",
    cases=(
        Case("torch.bucketize(x, y)", x="2,3", y="5"),
        Case("torch.bucketize(2.5, y, right=True, out_int32=True)", y="5"),
        Case("torch.bucketize(x, y)", x="2,3", y="5,2", refused="boundaries tensor must be 1 dimension, but got"),
    ),
)
def bucketize(input: Any, boundaries: TensorType, *, out_int32: bool = False, right: bool = False) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.bucketize.html"""
    if boundaries.rank != 1:
        raise Refused(f"boundaries tensor must be 1 dimension, but got dim({boundaries.rank})")
    shape = input.shape if isinstance(input, TensorType) else ()
    return TensorType(shape, DType.int32 if out_int32 else DType.int64)


@operator(
    "torch.histc", "Tensor.histc",
    cases=(
        Case("torch.histc(x)", x="2,3"),
        Case("x.histc(bins=10, min=0, max=1)", x="5:float64"),
        Case("x.histc(0)", x="5", refused="bins must be > 0, but got 0"),
    ),
)  # fmt: skip
def histc(input: TensorType, bins: Dim = 100, min: Any = 0, max: Any = 0) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.histc.html"""
    count = integer("histc", bins)
    require(at_least(count, 1), f"torch.histogram(): bins must be > 0, but got {count} for dimension 0")
    return TensorType((count,), input.dtype)


@operator(
    "torch.isin",
    cases=(
        Case("torch.isin(x, y)", x="2,3:int64", y="5:int64"),
        Case("torch.isin(x, 1, invert=True)", x="2,3:int64"),
        Case("torch.isin(1.0, y)", y="5"),
        Case("torch.isin(x, y)", x="2:bool", y="5", refused="Unsupported input type encountered for isin(): Bool"),
    ),
)
def isin(elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.isin.html"""
    for each in (elements, test_elements):
        if isinstance(each, TensorType) and each.dtype is DType.bool_:
            raise Refused("Unsupported input type encountered for isin(): Bool")
    return TensorType(elements.shape if isinstance(elements, TensorType) else (), DType.bool_)
