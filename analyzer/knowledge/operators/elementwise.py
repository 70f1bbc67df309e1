"""Operators that compute each element on its own: one row of a table for each, and one rule for its in-place twin.

    torch.exp(x)     x [2, 3] int64    -> [2, 3] float32
    torch.isnan(x)   x [2, 3] float32  -> [2, 3] bool
    x.exp_()         x [2, 3] int64    -> Refused: result type Float can't be cast to the desired output type Long

Source: https://pytorch.org/docs/stable/torch.html#pointwise-ops; dtypes as torch 2.13 answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analyzer.algebra.tensor import DType, Refused, TensorType
from analyzer.knowledge.operands import (
    check_cast,
    check_tensor,
    inexact,
    real,
    scalar_name,
)
from analyzer.knowledge.operator import Case, OperatorSpec, operator


def _same(dtype: DType) -> DType:
    return dtype


def _bool(_dtype: DType) -> DType:
    return DType.bool_


def _square(dtype: DType) -> DType:
    return DType.int64 if dtype is DType.bool_ else dtype


@dataclass(frozen=True, slots=True)
class _Row:
    """`names`: every spelling, `special.` ones exist in torch.special only.  `no_*`: why that dtype is refused."""

    names: str
    result: Callable[[DType], DType]
    no_bool: str = ""
    no_integer: str = ""
    no_floating: str = ""
    no_complex: str = ""
    in_place: bool = True
    recorded: bool = True
    """Whether the refusal can be recorded: NotImplementedError is not, as one device may lack what another has."""

    @property
    def name(self) -> str:
        return self.names.split()[0]

    def check(self, dtype: DType) -> None:
        if dtype is DType.bool_:
            reason = self.no_bool
        elif dtype.is_complex:
            reason = self.no_complex
        else:
            reason = self.no_floating if dtype.is_floating else self.no_integer
        if reason:
            raise Refused(reason.format(name=self.name, dtype=scalar_name(dtype)))


_MISSING = "\"{name}\" not implemented for '{dtype}'"
_NO_MASK = "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."
_NO_COMPLEX = "{name} is not supported for complex inputs"

_TABLE = (
    *(
        _Row(names, inexact)
        for names in (
            "exp", "exp2 special.exp2", "expm1 special.expm1", "log", "log2", "log10", "log1p special.log1p", "sqrt",
            "rsqrt", "sin", "cos", "tan", "asin arcsin", "acos arccos", "atan arctan", "sinh", "cosh", "asinh arcsinh",
            "acosh arccosh", "atanh arctanh", "reciprocal", "sinc special.sinc",
        )
    ),
    *(
        _Row(names, inexact, no_complex=_MISSING, recorded=False)
        for names in (
            "erf special.erf", "erfc special.erfc", "erfinv special.erfinv", "lgamma special.gammaln",
            "digamma special.digamma special.psi", "i0 special.i0",
        )
    ),
    *(
        _Row(names, inexact, no_complex="{name} is not supported for complex tensors.")
        for names in ("deg2rad", "rad2deg")
    ),
    *(
        _Row(names, _same, no_bool=_MISSING, no_complex=_NO_COMPLEX, recorded=False)
        for names in ("floor", "ceil", "trunc fix")
    ),
    _Row("frac", _same, no_bool=_MISSING, no_integer=_MISSING, no_complex=_MISSING, recorded=False),
    _Row("neg negative", _same, no_bool=f"Negation, the `-` operator, on a bool tensor is not supported. {_NO_MASK}"),
    _Row("positive", _same, no_bool="The `+` operator, on a bool tensor is not supported.", in_place=False),
    _Row("sign", _same, no_complex="torch.sign is not intended to support complex numbers.", recorded=False),
    _Row("sgn", _same),
    _Row("square", _square),
    _Row("conj", _same, in_place=False),
    _Row("conj_physical", _same),
    _Row("resolve_conj", _same, in_place=False),
    _Row("resolve_neg", _same, in_place=False),
    _Row("bitwise_not", _same, no_floating=_MISSING, no_complex=_MISSING, recorded=False),
    *(_Row(names, _bool, in_place=False) for names in ("isnan", "isinf", "isfinite", "isreal")),
    *(
        _Row(names, _bool, no_complex="{name} does not support complex inputs.", in_place=False)
        for names in ("isposinf", "isneginf")
    ),
    _Row(
        "signbit", _bool, no_complex="signbit is not implemented for complex tensors.", in_place=False, recorded=False
    ),
    _Row("logical_not", _bool),
    _Row("angle", lambda dtype: real(inexact(dtype)), in_place=False),
)  # fmt: skip


_METHODS_ONLY = {"erfinv", "lgamma", "digamma", "sign", "sgn", "bitwise_not", "logical_not"}
"""Those whose in-place twin exists as a method only."""


def _spellings(row: _Row, suffix: str = "") -> tuple[str, ...]:
    short = [name for name in row.names.split() if "." not in name]
    special = [f"torch.{name}" for name in row.names.split() if "." in name and not suffix]
    in_torch = [name for name in short if not suffix or name not in _METHODS_ONLY]
    return (*(f"torch.{name}{suffix}" for name in in_torch), *(f"Tensor.{name}{suffix}" for name in short), *special)


def _out_of_place(row: _Row) -> OperatorSpec:
    def rule(input: TensorType) -> TensorType:
        check_tensor(input, row.name)
        row.check(input.dtype)
        return TensorType(input.shape, row.result(input.dtype))

    cases = [
        Case(f"torch.{row.name}(x)", x=f"2,3:{dtype}")
        for dtype in ("float32", "float16", "int64", "bool", "complex64")
        if not _refuses(row, DType.parse(dtype))
    ]
    if row.recorded:
        cases += [
            Case(f"torch.{row.name}(x)", x=f"2,3:{dtype}", refused=reason.split("{")[0] or reason.split("}")[-1])
            for dtype, reason in (("bool", row.no_bool), ("complex64", row.no_complex))
            if reason and reason is not _MISSING
        ]
    return operator(*_spellings(row), *_dunders(row), cases=tuple(cases))(rule)


def _in_place(row: _Row) -> OperatorSpec:
    def rule(input: TensorType) -> TensorType:
        check_tensor(input, row.name)
        row.check(input.dtype)
        if row.result is not _bool:
            check_cast(row.result(input.dtype), input.dtype)
        return input

    wanted = ("int64", "uint8") if row.name == "bitwise_not" else ("float32", "float64")
    cases = [Case(f"x.{row.name}_()", x=f"2,3:{dtype}") for dtype in wanted]
    if row.result is inexact:
        cases.append(Case(f"x.{row.name}_()", x="2,3:int64", refused="result type Float can't be cast"))
    return operator(*_spellings(row, "_"), cases=tuple(cases))(rule)


def _refuses(row: _Row, dtype: DType) -> bool:
    try:
        row.check(dtype)
    except Refused:
        return True
    return False


def _dunders(row: _Row) -> tuple[str, ...]:
    named = {"neg": "__neg__", "positive": "__pos__"}
    return (f"Tensor.{named[row.name]}",) if row.name in named else ()


def _entries() -> Iterator[OperatorSpec]:
    for row in _TABLE:
        yield _out_of_place(row)
        if row.in_place:
            yield _in_place(row)


UNARY = tuple(_entries())


@operator(
    "torch.abs", "torch.absolute", "Tensor.abs", "Tensor.absolute", "Tensor.__abs__",
    cases=(
        Case("torch.abs(x)", x="2,3"),
        Case("abs(x)", x="2,3:int64"),
        Case("torch.abs(x)", x="2,3:complex128"),
    ),
)  # fmt: skip
def absolute(input: TensorType) -> TensorType:
    """Complex numbers have a real absolute value."""
    check_tensor(input, "abs")
    return TensorType(input.shape, real(input.dtype))


@operator(
    "torch.abs_", "Tensor.abs_", "Tensor.absolute_",
    cases=(
        Case("x.abs_()", x="2,3"),
        Case("x.abs_()", x="2,3:int64"),
        Case("x.abs_()", x="2,3:complex64", refused="In-place abs is not supported for complex tensors."),
    ),
)  # fmt: skip
def absolute_(input: TensorType) -> TensorType:
    if input.dtype.is_complex:
        raise Refused("In-place abs is not supported for complex tensors.")
    return input


def _round(input: TensorType, *, decimals: int = 0) -> TensorType:
    check_tensor(input, "round")
    if input.dtype is DType.bool_ or input.dtype.is_complex or (decimals and not input.dtype.is_floating):
        raise Refused(f"\"round\" not implemented for '{scalar_name(input.dtype)}'")
    return input


ROUND = operator(
    "torch.round", "Tensor.round", "torch.special.round",
    cases=(Case("torch.round(x)", x="2,3"), Case("x.round(decimals=2)", x="2"), Case("x.round()", x="2:int32")),
)(_round)  # fmt: skip
ROUND_IN_PLACE = operator(
    "torch.round_", "Tensor.round_", cases=(Case("x.round_()", x="2,3"), Case("x.round_()", x="2:int32"))
)(_round)


def _nan_to_num(input: TensorType, nan: Any = None, posinf: Any = None, neginf: Any = None) -> TensorType:
    check_tensor(input, "nan_to_num")
    return input


NAN_TO_NUM = operator(
    "torch.nan_to_num", "Tensor.nan_to_num",
    cases=(Case("torch.nan_to_num(x, nan=1.0, posinf=2.0)", x="2,3"), Case("x.nan_to_num(0.0)", x="2:int64")),
)(_nan_to_num)  # fmt: skip
NAN_TO_NUM_IN_PLACE = operator(
    "torch.nan_to_num_", "Tensor.nan_to_num_",
    cases=(Case("x.nan_to_num_()", x="2,3"), Case("x.nan_to_num_(0.0)", x="2:float16")),
)(_nan_to_num)  # fmt: skip


@operator("torch.real", cases=(Case("torch.real(x)", x="2,3:complex64"), Case("torch.real(x)", x="2:int64")))
def real_part(input: TensorType) -> TensorType:
    """Real numbers are their own real part."""
    return TensorType(input.shape, real(input.dtype))


@operator(
    "torch.imag",
    cases=(
        Case("torch.imag(x)", x="2,3:complex64"),
        Case("torch.imag(x)", x="2", refused="imag is not implemented for tensors with non-complex dtypes."),
    ),
)
def imaginary_part(input: TensorType) -> TensorType:
    if not input.dtype.is_complex:
        raise Refused("imag is not implemented for tensors with non-complex dtypes.")
    return TensorType(input.shape, real(input.dtype))
