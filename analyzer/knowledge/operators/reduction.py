"""Operators that reduce dimensions: sums, extremes, tests.

    x.sum(1)                     x [2, 3, 4] int32   -> [2, 4] int64
    x.mean((1, -1), True)        x [2, 3, 4]         -> [2, 1, 1] float32
    x.max(1)                     x [2, 3, 4]         -> (values [2, 4] float32, indices [2, 4] int64)
    x.argmax(3)                  x [2, 3, 4]         -> Refused: Dimension out of range ...

Source: https://pytorch.org/docs/stable/torch.html#reduction-ops; dtypes as torch 2.13 answers.
"""

from __future__ import annotations

from typing import Any

from analyzer.algebra.facts import equal
from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import (
    check_not_empty,
    check_one,
    check_tensor,
    collapsed,
    inexact,
    is_inexact,
    joined,
    scalar_name,
)
from analyzer.knowledge.operator import Case, Named, OperatorSpec, named, operator

_OUT_OF_RANGE = "Dimension out of range (expected to be in range of [-3, 2], but got 3)"
_TWICE = "dim 1 appears multiple times in the list of dims"


def _spellings(*names: str) -> tuple[str, ...]:
    return tuple(f"{home}.{name}" for name in names for home in ("torch", "Tensor"))


def _total(dtype: DType) -> DType:
    """Sums and products of integers and bool are int64."""
    return dtype if is_inexact(dtype) else DType.int64


def _sum(name: str) -> OperatorSpec:
    def rule(input: TensorType, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> TensorType:
        shape = collapsed(name, input, dim, keepdim)
        if name == "nansum" and input.dtype.is_complex:
            raise Refused("nansum on CPU does not support complex inputs")
        return TensorType(shape, dtype or _total(input.dtype))

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x)", x="2,3,4"),
            Case(f"x.{name}(1)", x="2,3,4:int32"),
            Case(f"x.{name}((0, -1), True)", x="2,3,4:bool"),
            Case(f"torch.{name}(x, dim=[])", x="2,3"),
            Case(f"x.{name}(-1)", x=""),
            Case(f"x.{name}(1, dtype=torch.float64)", x="2,3:int64"),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"x.{name}((1, 1))", x="2,3", refused=_TWICE),
            Case(f"x.{name}(0, 1)", x="2,3", refused="argument 'keepdim' must be bool, not int"),
        ),
    )(rule)  # fmt: skip


SUM, NANSUM = _sum("sum"), _sum("nansum")


NOT_GIVEN = object()
"""Instead of a dimension where none is given; torch takes no None for it."""


def _one_or_all(name: str, dim: Any) -> Any:
    """The dimension, None for all of them."""
    if dim is NOT_GIVEN:
        return None
    if dim is None:
        raise Refused(f"{name}() received an invalid combination of arguments")
    check_one(name, dim)
    return dim


@operator(
    *_spellings("prod"),
    cases=(
        Case("torch.prod(x)", x="2,3"),
        Case("x.prod(1, True)", x="2,3:bool"),
        Case("x.prod(dtype=torch.float32)", x="2:int64"),
        Case("x.prod(3)", x="2,3,4", refused=_OUT_OF_RANGE),
        Case("x.prod((0, 1))", x="2,3", refused="prod(): argument 'dim' must be int, not tuple"),
    ),
)
def prod(input: TensorType, dim: Any = NOT_GIVEN, keepdim: bool = False, *, dtype: DType | None = None) -> TensorType:
    """Over one dimension or all."""
    return TensorType(collapsed("prod", input, _one_or_all("prod", dim), keepdim), dtype or _total(input.dtype))


def _mean(input: TensorType, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> TensorType:
    shape = collapsed("mean", input, dim, keepdim)
    result = dtype or input.dtype
    if not is_inexact(result):
        which = "Input" if dtype is None else "Optional"
        raise Refused(
            f"mean(): could not infer output dtype. {which} dtype must be either a floating point or complex dtype. "
            f"Got: {scalar_name(result)}"
        )
    return TensorType(shape, result)


MEAN = operator(
    *_spellings("mean"),
    cases=(
        Case("torch.mean(x)", x="2,3,4"),
        Case("x.mean((1, 2), keepdim=True)", x="2,3,4:float16"),
        Case("x.mean(0, dtype=torch.float64)", x="2,3:int64"),
        Case("x.mean()", x="2,3:int64", refused="mean(): could not infer output dtype."),
        Case("x.mean(3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)(_mean)


@operator(
    *_spellings("nanmean"),
    cases=(
        Case("torch.nanmean(x)", x="2,3"),
        Case("x.nanmean((0, 1), True)", x="2,3,4"),
        Case("x.nanmean()", x="2:complex64", refused="nansum on CPU does not support complex inputs"),
        Case("x.nanmean()", x="2:int64", refused="nanmean(): expected input to have floating point or complex dtype"),
    ),
)
def nanmean(input: TensorType, dim: Any = None, keepdim: bool = False, *, dtype: DType | None = None) -> TensorType:
    if not is_inexact(input.dtype):
        name = scalar_name(input.dtype)
        raise Refused(f"nanmean(): expected input to have floating point or complex dtype but got {name}")
    if input.dtype.is_complex:
        raise Refused("nansum on CPU does not support complex inputs")
    return _mean(input, dim, keepdim, dtype=dtype)


def _check_ordered(name: str, input: TensorType) -> None:
    if input.dtype.is_complex:
        raise Refused(f"\"{name}\" not implemented for '{scalar_name(input.dtype)}'")


def _extreme(name: str) -> OperatorSpec:
    def rule(
        input: TensorType, dim: Any = NOT_GIVEN, keepdim: bool = False, *, other: TensorType | None = None
    ) -> TensorType | Named:
        check_tensor(input, name)
        _check_ordered(name, input)
        if other is None and isinstance(dim, TensorType):
            other = dim
        if other is not None:
            return joined(name, input, other)
        dim = _one_or_all(name, dim)
        shape = collapsed(name, input, dim, keepdim)
        check_not_empty(name, input, dim)
        if dim is None:
            return TensorType(shape, input.dtype)
        return named(("values", "indices"), (TensorType(shape, input.dtype), TensorType(shape, DType.int64)))

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x)", x="2,3:bool"),
            Case(f"x.{name}(1)", x="2,3,4"),
            Case(f"torch.{name}(x, dim=-1, keepdim=True)", x="2,3:int64"),
            Case(f"torch.{name}(x, 1).values", x="2,3"),
            Case(f"torch.{name}(x, y)", x="2,3:int64", y="4,1,3"),
            Case(f"x.{name}(0)", x=""),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"x.{name}((0, 1))", x="2,3", refused=f"{name}(): argument 'dim' must be int, not tuple"),
            Case(f"x.{name}(dim=None)", x="2,3", refused=f"{name}() received an invalid combination of arguments"),
            Case(f"x.{name}()", x="0,3", refused=f"{name}(): Expected reduction dim to be specified"),
            Case(f"x.{name}(0)", x="0,3", refused=f"{name}(): Expected reduction dim 0 to have non-zero size."),
        ),
    )(rule)


MAX, MIN = _extreme("max"), _extreme("min")


def _extreme_value(name: str) -> OperatorSpec:
    def rule(input: TensorType, dim: Any = (), keepdim: bool = False) -> TensorType:
        _check_ordered(name, input)
        shape = collapsed(name, input, dim, keepdim)
        check_not_empty(name, input, None if dim == () else dim)
        return TensorType(shape, input.dtype)

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x)", x="2,3:bool"),
            Case(f"x.{name}((0, 1), True)", x="2,3,4"),
            Case(f"x.{name}(dim=-1)", x="2,3:int64"),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"x.{name}(0)", x="0,3", refused=f"{name}(): Expected reduction dim 0 to have non-zero size."),
        ),
    )(rule)


AMAX, AMIN = _extreme_value("amax"), _extreme_value("amin")


@operator(
    *_spellings("aminmax"),
    cases=(
        Case("torch.aminmax(x)", x="2,3"),
        Case("x.aminmax(dim=1, keepdim=True)", x="2,3:int64"),
        Case("x.aminmax(dim=3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)
def aminmax(input: TensorType, *, dim: Any = None, keepdim: bool = False) -> Named:
    """The smallest and the largest value, with the names `min` and `max`."""
    _check_ordered("aminmax", input)
    if dim is not None:
        check_one("aminmax", dim)
    result = TensorType(collapsed("aminmax", input, dim, keepdim), input.dtype)
    check_not_empty("aminmax", input, dim)
    return named(("min", "max"), (result, result))


def _place(name: str) -> OperatorSpec:
    def rule(input: TensorType, dim: Any = None, keepdim: bool = False) -> TensorType:
        if dim is not None:
            check_one(name, dim)
        shape = collapsed(name, input, dim, keepdim)
        if input.dtype is DType.bool_ or input.dtype.is_complex:
            raise Refused(f"{name}(): does not support {'complex' if input.dtype.is_complex else 'bool'} input")
        check_not_empty(name, input, dim)
        return TensorType(shape, DType.int64)

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x)", x="2,3"),
            Case(f"x.{name}(-1, keepdim=True)", x="2,3:int64"),
            Case(f"x.{name}(keepdim=True)", x="2,3,4"),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
            Case(f"x.{name}()", x="2:bool", refused=f"{name}(): does not support bool input"),
            Case(f"x.{name}(0)", x="0,3", refused=f"{name}(): Expected reduction dim 0 to have non-zero size."),
        ),
    )(rule)


ARGMAX, ARGMIN = _place("argmax"), _place("argmin")


def _test(name: str) -> OperatorSpec:
    def rule(input: TensorType, dim: Any = None, keepdim: bool = False) -> TensorType:
        shape = collapsed(name, input, dim, keepdim, empty_is_all=False)
        return TensorType(shape, DType.uint8 if input.dtype is DType.uint8 else DType.bool_)

    return operator(
        *_spellings(name),
        cases=(
            Case(f"torch.{name}(x)", x="2,3:bool"),
            Case(f"x.{name}(1, True)", x="2,3,4"),
            Case(f"x.{name}((0, 1))", x="2,3,4:uint8"),
            Case(f"x.{name}(())", x="2,3"),
            Case(f"x.{name}(3)", x="2,3,4", refused=_OUT_OF_RANGE),
        ),
    )(rule)


ANY, ALL = _test("any"), _test("all")


@operator(
    *_spellings("count_nonzero"),
    cases=(
        Case("torch.count_nonzero(x)", x="2,3"),
        Case("x.count_nonzero((0, 1))", x="2,3,4:bool"),
        Case("x.count_nonzero(3)", x="2,3,4", refused=_OUT_OF_RANGE),
    ),
)
def count_nonzero(input: TensorType, dim: Any = None) -> TensorType:
    return TensorType(collapsed("count_nonzero", input, dim), DType.int64)


@operator(
    *_spellings("logsumexp"), "torch.special.logsumexp",
    cases=(
        Case("torch.logsumexp(x, 1)", x="2,3"),
        Case("x.logsumexp((0, 1), keepdim=True)", x="2,3,4:int64"),
        Case("x.logsumexp(3)", x="2,3,4", refused=_OUT_OF_RANGE),
        Case("x.logsumexp((), True)", x="2,3"),
        Case("x.logsumexp(())", x="2,3", refused="output with shape [] doesn't match the broadcast shape [1, 1]"),
        Case("x.logsumexp(None)", x="2", refused="logsumexp(): argument 'dim' must be tuple of ints, not NoneType"),
    ),
)  # fmt: skip
def logsumexp(input: TensorType, dim: Any, keepdim: bool = False) -> TensorType:
    if dim is None:
        raise Refused("logsumexp(): argument 'dim' must be tuple of ints, not NoneType")
    shape = collapsed("logsumexp", input, dim, keepdim)
    if dim in ((), []) and input.rank and not keepdim and equal(input.numel, 0) is not True:
        ones = ", ".join("1" for _ in input.shape)
        raise Refused(f"output with shape [] doesn't match the broadcast shape [{ones}]")
    return TensorType(shape, inexact(input.dtype))
