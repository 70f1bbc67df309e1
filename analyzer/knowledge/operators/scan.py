"""Operators that walk along a dimension: running sums and extremes, differences, the trapezoidal rule.

    x.cumsum(1)        x [2, 3] int32   -> [2, 3] int64
    x.cummax(0)        x [2, 3]         -> (values [2, 3], indices [2, 3] int64)
    x.diff(n=2)        x [2, 5]         -> [2, 3]
    torch.trapz(x)     x [2, 5]         -> [2]

Source: https://pytorch.org/docs/stable/torch.html#other-operations; dtypes as torch 2.13 answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from analyzer.algebra.expression import Dim, maximum
from analyzer.algebra.facts import equal, require
from analyzer.algebra.tensor import DType, Refused, Shape, TensorType, broadcast, promote
from analyzer.knowledge.operands import (
    check_one,
    check_tensor,
    dimension,
    inexact,
    is_inexact,
    joined,
    reduced,
    scalar_name,
)
from analyzer.knowledge.operator import Case, Named, OperatorSpec, named, operator

_OUT_OF_RANGE = "Dimension out of range (expected to be in range of [-3, 2], but got 3)"


def _spellings(name: str) -> tuple[str, ...]:
    return (f"torch.{name}", f"Tensor.{name}")


def _check(name: str, input: TensorType, dim: Any) -> None:
    check_tensor(input, name)
    check_one(name, dim)
    dimension(dim, input.rank)


def _running(name: str) -> Iterator[OperatorSpec]:
    def rule(input: TensorType, dim: int, *, dtype: DType | None = None) -> TensorType:
        _check(name, input, dim)
        return TensorType(input.shape, dtype or (input.dtype if is_inexact(input.dtype) else DType.int64))

    def in_place(input: TensorType, dim: int, *, dtype: DType | None = None) -> TensorType:
        _check(name, input, dim)
        if dtype is not None and dtype is not input.dtype:
            raise Refused(
                f"Bad in-place call: input tensor dtype {input.dtype} and output tensor dtype {dtype} should match"
            )
        return input

    yield operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x, 1)", x="2,3"),
            Case(f"x.{name}(-1)", x="2,3:bool"),
            Case(f"x.{name}(dim=0, dtype=torch.float64)", x="2,3:int64"),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
        ),
    )(rule)
    yield operator(
        f"Tensor.{name}_",
        cases=(
            Case(f"x.{name}_(1)", x="2,3:float16"),
            Case(f"x.{name}_(0)", x="2,3:uint8"),
            Case(f"x.{name}_(0, dtype=torch.float32)", x="2:int64", refused="Bad in-place call"),
        ),
    )(in_place)


RUNNING = (*_running("cumsum"), *_running("cumprod"))


@operator(
    *_spellings("logcumsumexp"),
    cases=(
        Case("torch.logcumsumexp(x, 1)", x="2,3"),
        Case("x.logcumsumexp(-1)", x="2,3:float64"),
        Case("x.logcumsumexp(3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)
def logcumsumexp(input: TensorType, dim: int) -> TensorType:
    _check("logcumsumexp", input, dim)
    if not is_inexact(input.dtype):
        raise Refused(f"\"logcumsumexp\" not implemented for '{scalar_name(input.dtype)}'")
    return input


def _running_extreme(name: str) -> OperatorSpec:
    def rule(input: TensorType, dim: int) -> Named:
        _check(name, input, dim)
        if input.dtype.is_complex:
            raise Refused(f"\"{name}\" not implemented for '{scalar_name(input.dtype)}'")
        return named(("values", "indices"), (input, TensorType(input.shape, DType.int64)))

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x, 1)", x="2,3"),
            Case(f"x.{name}(-1).values", x="2,3:bool"),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
        ),
    )(rule)


CUMMAX, CUMMIN = _running_extreme("cummax"), _running_extreme("cummin")


@operator(
    *_spellings("diff"),
    cases=(
        Case("torch.diff(x)", x="2,5"),
        Case("x.diff(2, 0)", x="5,3:bool"),
        Case("x.diff(9)", x="2,5"),
        Case("x.diff(append=y, prepend=z)", x="2,5", y="2,1", z="2,3"),
        Case("x.diff()", x="", refused="diff expects input to be at least one-dimensional"),
        Case("x.diff(-1)", x="2", refused="order must be non-negative but got -1"),
        Case("x.diff(prepend=y)", x="2,5", y="3,5", refused="diff expects the shape of tensor to prepend or append"),
    ),
)
def diff(
    input: TensorType,
    n: int = 1,
    dim: int = -1,
    prepend: TensorType | None = None,
    append: TensorType | None = None,
) -> TensorType:
    """n-th differences along `dim`, which lose n elements but never more than there are."""
    if input.rank == 0:
        raise Refused("diff expects input to be at least one-dimensional")
    if n < 0:
        raise Refused(f"order must be non-negative but got {n}")
    place = dimension(dim, input.rank)
    size: Dim = input.shape[place]
    dtype = input.dtype
    for more in (prepend, append):
        if more is None:
            continue
        if more.rank != input.rank:
            raise Refused("diff expects prepend or append to be the same dimension as input")
        for other, (mine, theirs) in enumerate(zip(input.shape, more.shape, strict=True)):
            if other != place:
                require(
                    equal(mine, theirs),
                    "diff expects the shape of tensor to prepend or append to match that of input except along the "
                    f"differencing dimension; input.size({other}) = {mine}, but got tensor.size({other}) = {theirs}",
                )
        size += more.shape[place]
        if n:
            dtype = joined("diff", TensorType((1,), dtype), more).dtype
    if not n:
        return input
    return TensorType((*input.shape[:place], maximum(size - n, 0), *input.shape[place + 1 :]), dtype)


def _without_one(shape: Shape, place: int) -> Shape:
    return (*shape[:place], maximum(shape[place] - 1, 0), *shape[place + 1 :])


def _trapezoids(name: str, y: TensorType, x: Any, dim: int, dx: Any) -> tuple[TensorType, int]:
    """The areas between neighbouring samples, and the dimension along which they lie."""
    if y.rank == 0:
        raise Refused("Dimension specified as -1 but tensor has no dimensions")
    place = dimension(dim, y.rank)
    if y.dtype is DType.bool_:
        raise Refused(f"{name}: received a bool input for `y`, but bool is not supported")
    heights = _without_one(y.shape, place)
    if not isinstance(x, TensorType):
        return TensorType(heights, inexact(joined(name, y, dx).dtype)), place
    if x.dtype is DType.bool_:
        raise Refused(f"{name}: received a bool input for `x`, but bool is not supported")
    if x.rank == 1:
        require(equal(x.shape[0], y.shape[place]), f"{name}: There must be one `x` value for each sample point")
        spread: Shape = (*(1 for _ in y.shape[:place]), x.shape[0], *(1 for _ in y.shape[place + 1 :]))
    else:
        spread = (1,) * (y.rank - x.rank) + x.shape
    widths = _without_one(spread, place)
    return TensorType(broadcast(heights, widths), inexact(promote(y.dtype, x.dtype))), place


def _integral(name: str, *, cumulative: bool) -> OperatorSpec:
    names = ("cumulative_trapezoid",) if cumulative else ("trapezoid", "trapz")

    def rule(y: TensorType, x: TensorType | None = None, *, dx: Any = 1, dim: int = -1) -> TensorType:
        areas, place = _trapezoids(name, y, x, dim, dx)
        return areas if cumulative else TensorType(reduced(areas.shape, (place,), keepdim=False), areas.dtype)

    return operator(
        *(f"torch.{each}" for each in names),
        cases=(
            Case(f"torch.{name}(x)", x="2,5"),
            Case(f"torch.{name}(x, dx=0.5, dim=0)", x="2,5:int64"),
            Case(f"torch.{name}(x, y)", x="2,5", y="5"),
            Case(f"torch.{name}(x, y)", x="1,5", y="4,5"),
            Case(f"torch.{name}(x, y, dim=1)", x="2,5,3", y="5,3"),
            Case(f"torch.{name}(x, y)", x="2,5", y="4", refused="There must be one `x` value for each sample point"),
            Case(f"torch.{name}(x, dim=3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"torch.{name}(x)", x="2:bool", refused="received a bool input for `y`, but bool is not supported"),
        ),
    )(rule)


TRAPEZOID = _integral("trapezoid", cumulative=False)
CUMULATIVE_TRAPEZOID = _integral("cumulative_trapezoid", cumulative=True)
