"""Operators that describe a distribution: spread, order statistics, covariance.

    x.std(1)                      x [2, 3, 4]           -> [2, 4] float32
    torch.var_mean(x, (0, 1))     x [2, 3, 4] complex64 -> ([4] float32, [4] complex64)
    x.median(1)                   x [2, 3]              -> (values [2], indices [2] int64)
    x.quantile(q, 1)              x [2, 3], q [5]       -> [5, 2]

Source: https://pytorch.org/docs/stable/torch.html#reduction-ops; dtypes as torch 2.13 answers.
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.expression import Dim
from analyzer.algebra.facts import at_least, require
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import (
    check_not_empty,
    check_one,
    check_tensor,
    collapsed,
    dimension,
    inexact,
    is_inexact,
    real,
    scalar_name,
)
from analyzer.knowledge.operator import Case, Named, OperatorSpec, named, operator

_OUT_OF_RANGE = "Dimension out of range (expected to be in range of [-3, 2], but got 3)"


def _spellings(name: str) -> tuple[str, ...]:
    return (f"torch.{name}", f"Tensor.{name}")


def _spread(
    name: str, input: TensorType, dim: Any, unbiased: bool | None, keepdim: bool, correction: Any
) -> TensorType:
    check_tensor(input, name)
    if isinstance(dim, bool):
        if unbiased is not None:
            raise Refused(f"{name}() received an invalid combination of arguments")
        dim = None
    if unbiased is not None and correction is not None:
        raise Refused(f"{name}() received an invalid combination of arguments")
    shape = collapsed(name, input, dim, keepdim)
    if not is_inexact(input.dtype):
        subject = f"{name} only" if name.endswith("_mean") else "std and var only"
        raise Refused(f"{subject} support floating point and complex dtypes")
    return TensorType(shape, real(input.dtype))


def _std(name: str) -> OperatorSpec:
    def rule(
        input: TensorType,
        dim: Any = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: Any = None,
    ) -> TensorType:
        return _spread(name, input, dim, unbiased, keepdim, correction)

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x)", x="2,3,4"),
            Case(f"x.{name}(1, False)", x="2,3,4"),
            Case(f"x.{name}(False)", x="2,3,4"),
            Case(f"x.{name}((0, 1), True, True)", x="2,3,4:float16"),
            Case(f"torch.{name}(x, dim=-1, correction=0, keepdim=True)", x="2,3:complex64"),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"x.{name}()", x="2:int64", refused="only support floating point and complex dtypes"),
        ),
    )(rule)


STD, VAR = _std("std"), _std("var")


def _std_mean(name: str) -> OperatorSpec:
    def rule(
        input: TensorType,
        dim: Any = None,
        unbiased: bool | None = None,
        keepdim: bool = False,
        *,
        correction: Any = None,
    ) -> tuple[TensorType, TensorType]:
        spread = _spread(name, input, dim, unbiased, keepdim, correction)
        return spread, TensorType(spread.shape, input.dtype)

    return operator(
        f"torch.{name}",
        cases=(
            Case(f"torch.{name}(x)", x="2,3,4"),
            Case(f"torch.{name}(x, (0, 1), False, True)", x="2,3,4:complex64"),
            Case(f"torch.{name}(x, dim=1, correction=0)", x="2,3"),
            Case(f"torch.{name}(x, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"torch.{name}(x)", x="2:int64", refused=f"{name} only support floating point and complex dtypes"),
        ),
    )(rule)


STD_MEAN, VAR_MEAN = _std_mean("std_mean"), _std_mean("var_mean")


def _picked(name: str, input: TensorType, dim: Any, keepdim: bool) -> Named:
    """The values found along a dimension, and where."""
    check_one(name, dim)
    if input.dtype.is_complex and input.rank:
        raise Refused(f"\"{name}\" not implemented for '{scalar_name(input.dtype)}'")
    shape = collapsed(name, input, dim, keepdim)
    check_not_empty(name, input, dim)
    return named(("values", "indices"), (TensorType(shape, input.dtype), TensorType(shape, DType.int64)))


def _median(name: str) -> OperatorSpec:
    def rule(input: TensorType, dim: Any = None, keepdim: bool = False) -> TensorType | Named:
        return TensorType((), input.dtype) if dim is None else _picked(name, input, dim, keepdim)

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x)", x="2,3"),
            Case(f"x.{name}(1, keepdim=True)", x="2,3,4:int64"),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"x.{name}((0, 1))", x="2,3", refused=f"{name}(): argument 'dim' must be int, not tuple"),
        ),
    )(rule)


MEDIAN, NANMEDIAN = _median("median"), _median("nanmedian")


@operator(
    *_spellings("mode"),
    cases=(
        Case("torch.mode(x)", x="2,3"),
        Case("x.mode(0, True)", x="2,3:int64"),
        Case("x.mode(3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)
def mode(input: TensorType, dim: int = -1, keepdim: bool = False) -> Named:
    return _picked("mode", input, dim, keepdim)


@operator(
    *_spellings("kthvalue"),
    cases=(
        Case("torch.kthvalue(x, 2)", x="2,3"),
        Case("x.kthvalue(1, 0, True)", x="2,3:int64"),
        Case("x.kthvalue(9, 1)", x="2,3", refused="kthvalue(): selected number k out of range for dimension 1"),
        Case("x.kthvalue(1, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)
def kthvalue(input: TensorType, k: Dim, dim: int = -1, keepdim: bool = False) -> Named:
    """The k-th smallest, counted from 1."""
    result = _picked("kthvalue", input, dim, keepdim)
    place = dimension(dim, input.rank)
    message = f"kthvalue(): selected number k out of range for dimension {place}"
    require(at_least(k, 1), message)
    require(at_least(input.shape[place] if input.rank else 1, k), message)
    return result


def _quantile(name: str) -> OperatorSpec:
    def rule(
        input: TensorType, q: Any, dim: Any = None, keepdim: bool = False, *, interpolation: str = "linear"
    ) -> TensorType:
        if str(input.dtype) not in ("float32", "float64"):
            raise Refused("quantile() input tensor must be either float or double dtype")
        if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
            raise Refused(
                "quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, "
                f"but got {interpolation}"
            )
        if dim is not None:
            check_one(name, dim)
        shape = collapsed(name, input, dim, keepdim)
        require(at_least(input.numel, 1), "quantile() input tensor must be non-empty")
        if not isinstance(q, TensorType):
            if not isinstance(q, int | float):
                raise Refused(f"{name}() received an invalid combination of arguments - got ({type(q).__name__})")
            if not 0 <= q <= 1:
                raise Refused(f"quantile() q must be in the range [0, 1] but got {q}")
            return TensorType(shape, input.dtype)
        if q.rank > 1:
            raise Refused("quantile() q must be a scalar or 1D tensor")
        if q.dtype is not input.dtype:
            raise Refused("quantile() q tensor must be same dtype as the input tensor")
        return TensorType(q.shape + shape, input.dtype)

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x, 0.5)", x="2,3"),
            Case(f"x.{name}(torch.tensor([0.1, 0.9]), 1, True)", x="2,3,4"),
            Case(f"x.{name}(0.1, dim=0, interpolation='nearest')", x="2,3:float64"),
            Case(f"x.{name}(0.5)", x="2:int64", refused="quantile() input tensor must be either float or double dtype"),
            Case(f"x.{name}(1.5)", x="2", refused="quantile() q must be in the range [0, 1] but got 1.5"),
            Case(f"x.{name}(0.5, 3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"x.{name}(0.5)", x="2,0", refused="quantile() input tensor must be non-empty"),
        ),
    )(rule)


QUANTILE, NANQUANTILE = _quantile("quantile"), _quantile("nanquantile")


def _covariance(name: str) -> OperatorSpec:
    def rule(input: TensorType, **options: Any) -> TensorType:
        if input.rank > 2:
            raise Refused(
                f"cov(): expected input to have two or fewer dimensions but got an input with {input.rank} dimensions"
            )
        shape = (input.shape[0], input.shape[0]) if input.rank == 2 else ()
        return TensorType(shape, inexact(input.dtype))

    def macs(output: TensorType, input: TensorType, **options: Any) -> Dim:
        variables = input.shape[0] if input.rank == 2 else 1
        return variables * variables * (input.shape[-1] if input.rank else 1)

    return operator(
        *_spellings(name),
        macs=macs,
        cases=(
            Case(f"torch.{name}(x)", x="3,4"),
            Case(f"x.{name}()", x="4"),
            Case(f"torch.{name}(x)", x="3,4:int64"),
            Case(f"torch.{name}(x)", x="2,3,4", refused="expected input to have two or fewer dimensions"),
        ),
    )(rule)


COV, CORRCOEF = _covariance("cov"), _covariance("corrcoef")
