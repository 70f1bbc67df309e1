"""Operators that make tensors of given sizes: zeros, full, arange, linspace, eye, and the `_like` and `new_` kin.

    zeros(2, N)                              -> TensorType((2, N))
    full((2,), True)                         -> TensorType((2,), DType.bool_)
    arange(0, N, 2)                          -> TensorType(((N + 1)//2,), DType.int64)

Devices, layouts and the need of gradients are accepted and not followed.
https://docs.pytorch.org/docs/stable/torch.html#creation-ops
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from analyzer.algebra.expression import Dim, Expr, at_least, ceil_div, require
from analyzer.algebra.rational import Rational
from analyzer.algebra.tensor import DType, Refused, TensorType, promote
from analyzer.knowledge.operands import is_inexact, scalar_name
from analyzer.knowledge.operator import Case, DataDependent, OperatorSpec, operator
from analyzer.knowledge.sizes import integer, shape_of

_OPTIONS = frozenset(
    ("device", "layout", "requires_grad", "pin_memory", "out", "names", "generator", "memory_format", "_stacklevel")
)


def _check(function: str, options: dict[str, Any]) -> None:
    """Refuse a keyword that torch does not know."""
    for name in options:
        if name not in _OPTIONS:
            raise Refused(f"{function}() got an unexpected keyword argument '{name}'")


def _check_random(function: str, dtype: DType) -> None:
    """Refuse to draw from a continuous distribution into integers."""
    if not is_inexact(dtype):
        raise Refused(f"\"{function}\" not implemented for '{scalar_name(dtype)}'")


def _maker(name: str, *, inexact: bool = False) -> OperatorSpec:
    """The entry of `zeros` and others that take nothing but sizes."""

    def rule(*sizes: Any, size: Any = None, dtype: DType | None = None, **options: Any) -> TensorType:
        _check(name, options)
        result = TensorType(shape_of(name, sizes, size), dtype or DType.float32)
        if inexact:
            _check_random(name, result.dtype)
        return result

    cases = (
        Case(f"torch.{name}(2, 3)"),
        Case(f"torch.{name}((2, 0), dtype=torch.float16)"),
        Case(f"torch.{name}(x.shape, device='cpu')", x="2,3"),
        Case(f"torch.{name}([])"),
        Case(f"torch.{name}(size=(3,))"),
        Case(f"torch.{name}(2, -3)", refused="negative"),
        Case(f"torch.{name}(2.0)", refused="must be tuple of ints, not float"),
        Case(f"torch.{name}()", refused='missing 1 required positional arguments: "size"'),
    )
    return operator(f"torch.{name}", cases=cases)(rule)


MAKERS = (
    _maker("zeros"), _maker("ones"), _maker("empty"), _maker("rand", inexact=True), _maker("randn", inexact=True),
)  # fmt: skip


def _like(name: str, *, inexact: bool = False) -> OperatorSpec:
    def rule(input: TensorType, *, dtype: DType | None = None, **options: Any) -> TensorType:
        _check(name, options)
        result = TensorType(input.shape, dtype or input.dtype)
        if inexact:
            _check_random(name, result.dtype)
        return result

    cases = [Case(f"torch.{name}(x)", x="2,3:float16"), Case(f"torch.{name}(input=x, dtype=torch.float64)", x=":int64")]
    return operator(f"torch.{name}", cases=tuple(cases))(rule)


LIKES = (
    _like("zeros_like"), _like("ones_like"), _like("empty_like"), _like("rand_like", inexact=True),
    _like("randn_like", inexact=True),
)  # fmt: skip


def _new(name: str) -> OperatorSpec:
    def rule(self: TensorType, *sizes: Any, size: Any = None, dtype: DType | None = None, **options: Any) -> TensorType:
        _check(name, options)
        return TensorType(shape_of(name, sizes, size), dtype or self.dtype)

    cases = (
        Case(f"x.{name}(2, 3)", x="4:int64"),
        Case(f"x.{name}((2, 3), dtype=torch.float16)", x="4:int64"),
        Case(f"x.{name}(size=[])", x="4:bool"),
        Case(f"x.{name}(-1)", x="4", refused="negative"),
    )
    return operator(f"Tensor.{name}", cases=cases)(rule)


NEW = (_new("new_zeros"), _new("new_ones"), _new("new_empty"))


@operator(
    "torch.full",
    cases=(
        Case("torch.full((2, 3), 1)"),
        Case("torch.full([2], fill_value=float('-inf'))"),
        Case("torch.full((), True)"),
        Case("torch.full((2,), 1j)"),
        Case("torch.full(size=(2,), fill_value=1, dtype=torch.float16)"),
        Case("torch.full((2,), x)", x=":float64"),
        Case("torch.full(2, 3)", refused="full(): argument 'size' (position 1) must be tuple of ints, not int"),
        Case("torch.full((2,), x)", x="2", refused="full(): argument 'fill_value' (position 2) must be Number, not"),
    ),
)
def full(size: Sequence[Dim], fill_value: Any, *, dtype: DType | None = None, **options: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.full.html"""
    _check("full", options)
    if not isinstance(size, list | tuple):
        raise Refused(f"full(): argument 'size' (position 1) must be tuple of ints, not {type(size).__name__}")
    return TensorType(shape_of("full", (), size), dtype or _type_of_fill(fill_value))


def _type_of_fill(value: Any) -> DType:
    if isinstance(value, TensorType) and value.rank:
        raise Refused("full(): argument 'fill_value' (position 2) must be Number, not Tensor")
    return promote(value) if not isinstance(value, TensorType) else _type_of_number(value.dtype)


def _type_of_number(dtype: DType) -> DType:
    """The default type of the Python number that an element becomes."""
    if dtype.is_complex:
        return DType.complex64
    if dtype.is_floating:
        return DType.float32
    return dtype if dtype is DType.bool_ else DType.int64


@operator(
    "torch.full_like",
    cases=(
        Case("torch.full_like(x, 1)", x="2,3"),
        Case("torch.full_like(x, 1.5)", x="2:int64"),
        Case("torch.full_like(x, fill_value=0, dtype=torch.bool)", x="2"),
    ),
)
def full_like(input: TensorType, fill_value: Any, *, dtype: DType | None = None, **options: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.full_like.html"""
    _check("full_like", options)
    return TensorType(input.shape, dtype or input.dtype)


@operator(
    "Tensor.new_full",
    cases=(
        Case("x.new_full((2, 3), 1.5)", x="4:int64"),
        Case("x.new_full(size=(2,), fill_value=1, dtype=torch.float16)", x="4"),
        Case("x.new_full((-2,), 1)", x="4", refused="negative"),
    ),
)
def new_full(
    self: TensorType, size: Sequence[Dim], fill_value: Any, *, dtype: DType | None = None, **options: Any
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.Tensor.new_full.html"""
    _check("new_full", options)
    return TensorType(shape_of("new_full", (), size), dtype or self.dtype)


def _check_numbers(function: str, *values: Any) -> None:
    for value in values:
        if isinstance(value, TensorType):
            raise DataDependent(f"an argument of {function}() is the value of a tensor")
        if not isinstance(value, int | float | Expr | Rational):
            raise Refused(f"{function}() received an invalid combination of arguments, with a {type(value).__name__}")
        if isinstance(value, float) and not math.isfinite(value):
            raise Refused(f"unsupported range: {value}")


def _check_direction(start: Any, end: Any, step: Any) -> None:
    if step == 0:
        raise Refused("step must be nonzero")
    low, high = (start, end) if step > 0 else (end, start)
    holds = at_least(high, low) if all(isinstance(bound, int | Expr) for bound in (low, high)) else high >= low
    require(holds, "upper bound and lower bound inconsistent with step sign")


def _steps(start: Any, end: Any, step: Any) -> Dim:
    """How many elements `arange(start, end, step)` has: ceil((end - start) / step)."""
    if step == 0:
        raise Refused("step must be nonzero")
    span = end - start
    if isinstance(span, int | Expr) and isinstance(step, int | Expr):
        return ceil_div(span, step) if step > 0 else ceil_div(-span, -step)
    ratio = (float(span) if isinstance(span, int) else span) / step
    return math.ceil(ratio) if isinstance(ratio, float) else Rational.ceil(ratio)


@operator(
    "torch.arange",
    cases=(
        Case("torch.arange(5)"),
        Case("torch.arange(1, 6, 2)"),
        Case("torch.arange(5, 0, -1)"),
        Case("torch.arange(5.0)"),
        Case("torch.arange(0, 1, 0.1)"),
        Case("torch.arange(start=1, end=4, dtype=torch.float16)"),
        Case("torch.arange(end=3, device='cpu')"),
        Case("torch.arange(0.5, 3.9, dtype=torch.int64)"),
        Case("torch.arange(0.5, 3.9, dtype=torch.int32)"),
        Case("torch.arange(0)"),
        Case("torch.arange(0, 5, -1)", refused="upper bound and lower bound inconsistent with step sign"),
        Case("torch.arange(0, 5, 0)", refused="step must be nonzero"),
        Case("torch.arange(0.5, 0, 2.0, dtype=torch.int64)", refused="inconsistent with step sign"),
        Case("torch.arange(0, 1, 0.1, dtype=torch.int64)", refused="step must be nonzero"),
        Case("torch.arange(float('inf'))", refused="unsupported range"),
    ),
)
def arange(
    *bounds: Any, start: Any = 0, end: Any = None, step: Any = 1, dtype: DType | None = None, **options: Any
) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.arange.html"""
    _check("arange", options)
    start, end, step = _bounds(bounds, start, end, step)
    _check_numbers("arange", start, end, step)
    integral = all(isinstance(each, int | Expr) for each in (start, end, step))
    _check_direction(start, end, step)
    if dtype is DType.int64:
        start, end, step = (_truncated(each) for each in (start, end, step))
    return TensorType((_steps(start, end, step),), dtype or (DType.int64 if integral else DType.float32))


def _bounds(given: tuple[Any, ...], start: Any, end: Any, step: Any) -> tuple[Any, Any, Any]:
    """`(end)`, `(start, end)` or `(start, end, step)`."""
    if len(given) > 3:
        raise Refused("arange() received an invalid combination of arguments")
    if len(given) == 1 and end is None:
        end = given[0]
    else:
        start, end, step = (*given, *(start, end, step)[len(given) :])
    if end is None:
        raise Refused('arange() missing 1 required positional arguments: "end"')
    return start, end, step


def _truncated(number: Any) -> Any:
    if isinstance(number, float):
        return int(number)
    return number.trunc() if isinstance(number, Rational) else number


def _spaced(name: str, *more: Case) -> OperatorSpec:
    """The entries of linspace and logspace."""

    def rule(
        start: Any, end: Any, steps: Dim, base: Any = 10.0, *, dtype: DType | None = None, **options: Any
    ) -> TensorType:
        _check(name, options)
        for bound in (start, end):
            if isinstance(bound, TensorType) and bound.rank:
                raise Refused(f"{name} only supports 0-dimensional start and end tensors")
        count = integer(name, steps)
        require(at_least(count, 0), "number of steps must be non-negative")
        is_complex = any(isinstance(bound, complex) for bound in (start, end))
        return TensorType((count,), dtype or (DType.complex64 if is_complex else DType.float32))

    cases = (
        Case(f"torch.{name}(0, 1, 5)"),
        Case(f"torch.{name}(start=1.5, end=0, steps=0, dtype=torch.float64)"),
        Case(f"torch.{name}(0, 1j, 3)"),
        Case(f"torch.{name}(x, 1, 3)", x=""),
        Case(f"torch.{name}(0, 1, -1)", refused="number of steps must be non-negative"),
        Case(f"torch.{name}(x, 1, 3)", x="2", refused=f"{name} only supports 0-dimensional start and end tensors"),
        *more,
    )
    return operator(f"torch.{name}", cases=cases)(rule)


SPACED = (_spaced("linspace"), _spaced("logspace", Case("torch.logspace(0, 1, 5, base=2.0)")))


@operator(
    "torch.eye",
    cases=(
        Case("torch.eye(3)"),
        Case("torch.eye(n=3, m=4, dtype=torch.int64)"),
        Case("torch.eye(0, 2)"),
        Case("torch.eye(-3)", refused="n must be greater or equal to 0, got -3"),
        Case("torch.eye(3, -1)", refused="m must be greater or equal to 0, got -1"),
    ),
)
def eye(n: Dim, m: Dim | None = None, *, dtype: DType | None = None, **options: Any) -> TensorType:
    """https://docs.pytorch.org/docs/stable/generated/torch.eye.html"""
    _check("eye", options)
    rows = integer("eye", n)
    columns = rows if m is None else integer("eye", m)
    require(at_least(rows, 0), f"n must be greater or equal to 0, got {n}")
    require(at_least(columns, 0), f"m must be greater or equal to 0, got {m}")
    return TensorType((rows, columns), dtype or DType.float32)
