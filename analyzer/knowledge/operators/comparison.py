"""Operators that compare, and those of logic and bits; what they answer is bool or an integer.

    x < y                   x [2, 3], y [4, 1, 3]     -> [4, 2, 3] bool
    x == None                                         -> False
    torch.logical_and(x, y) x [2, 3], y [3] int64     -> [2, 3] bool
    x & y                   x [3] int32, y [3] bool   -> [3] int32
    torch.allclose(x, y)                              -> DataDependent

Source: https://pytorch.org/docs/stable/torch.html#comparison-ops; dtypes as torch 2.13 answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from analyzer.algebra.tensor import DType, Refused, TensorType, broadcast
from analyzer.knowledge.operands import (
    Operand,
    check_tensor,
    is_inexact,
    is_operand,
    joined,
    scalar_name,
    written_back,
)
from analyzer.knowledge.operator import Case, DataDependent, OperatorSpec, operator

Rule = Callable[..., Any]

_BAD_SHAPES = "The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"

# torch's names, the first being canonical, and the dunder without underscores.
_COMPARISONS = (
    ("eq", "", "eq"),
    ("ne", "not_equal", "ne"),
    ("lt", "less", "lt"),
    ("le", "less_equal", "le"),
    ("gt", "greater", "gt"),
    ("ge", "greater_equal", "ge"),
)
_BITWISE = (
    ("bitwise_and", "and"),
    ("bitwise_or", "or"),
    ("bitwise_xor", "xor"),
    ("bitwise_left_shift", "lshift"),
    ("bitwise_right_shift", "rshift"),
)


def _comparison(name: str) -> Rule:
    def rule(input: TensorType, other: Operand) -> TensorType:
        check_tensor(input, name)
        result = joined(name, input, other)
        if result.dtype.is_complex and name not in ("eq", "ne"):
            raise Refused(f"\"{name}\" not implemented for '{scalar_name(result.dtype)}'")
        return TensorType(result.shape, DType.bool_)

    return rule


def _equality(name: str) -> Rule:
    """`==` and `!=` between a tensor and what is neither tensor nor number is Python's identity."""
    rule = _comparison(name)

    def dunder(input: TensorType, other: Any) -> TensorType | bool:
        return rule(input, other) if is_operand(other) else name == "ne"

    return dunder


def _in_place(rule: Rule) -> Rule:
    def write(input: TensorType, other: Operand) -> TensorType:
        return written_back(input, rule(input, other))

    return write


def _comparisons() -> Iterator[OperatorSpec]:
    for name, alias, dunder in _COMPARISONS:
        names = [name, alias] if alias else [name]
        rule = _comparison(name)
        cases = (
            Case(f"torch.{name}(x, y)", x="2,3", y="4,1,3:int64"),
            Case(f"x.{name}(0.5)", x="2,3:int64"),
            Case(f"torch.{name}(x, y)", x="2,3", y="2,4", refused=_BAD_SHAPES),
        )
        yield operator(*(f"{home}.{each}" for each in names for home in ("torch", "Tensor")), cases=cases)(rule)
        yield operator(
            *(f"Tensor.{each}_" for each in names),
            cases=(
                Case(f"x.{name}_(y)", x="2,3", y="3"),
                Case(f"x.{name}_(1)", x="2,3:int64"),
                Case(f"x.{name}_(y)", x="3", y="2,3", refused="doesn't match the broadcast shape [2, 3]"),
            ),
        )(_in_place(rule))
        sign = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}[name]
        yield operator(
            f"Tensor.__{dunder}__",
            cases=(
                Case(f"x {sign} y", x="2,3", y="3"),
                Case(f"x {sign} 1", x="2,3:bool"),
                Case(f"x {sign} None", x="2", refused=None if name in ("eq", "ne") else "must be Tensor, not NoneType"),
            ),
        )(_equality(name) if name in ("eq", "ne") else rule)


COMPARISONS = tuple(_comparisons())


def _logical(name: str) -> Rule:
    def rule(input: TensorType, other: TensorType) -> TensorType:
        check_tensor(input, name)
        check_tensor(other, name, "other")
        return TensorType(joined(name, input, other).shape, DType.bool_)

    return rule


def _bitwise(name: str) -> Rule:
    def rule(input: Operand, other: Operand) -> TensorType:
        result = joined(name, input, other)
        if is_inexact(result.dtype) or (result.dtype is DType.bool_ and name.endswith("shift")):
            raise Refused(f"\"{name}\" not implemented for '{scalar_name(result.dtype)}'")
        return result

    return rule


def _logic() -> Iterator[OperatorSpec]:
    for name in ("logical_and", "logical_or", "logical_xor"):
        rule = _logical(name)
        yield operator(
            f"torch.{name}", f"Tensor.{name}",
            cases=(
                Case(f"torch.{name}(x, y)", x="2,3:bool", y="4,1,3:bool"),
                Case(f"x.{name}(y)", x="2,3", y="3:int64"),
                Case(f"torch.{name}(x, 1)", x="2:bool", refused="must be Tensor, not int"),
                Case(f"torch.{name}(x, y)", x="2,3", y="2,4", refused=_BAD_SHAPES),
            ),
        )(rule)  # fmt: skip
        yield operator(
            f"Tensor.{name}_",
            cases=(
                Case(f"x.{name}_(y)", x="2,3:bool", y="3:bool"),
                Case(f"x.{name}_(y)", x="2,3", y="3:int64"),
                Case(f"x.{name}_(y)", x="3:bool", y="2,3:bool", refused="doesn't match the broadcast shape [2, 3]"),
            ),
        )(_in_place(rule))
    for name, dunder in _BITWISE:
        rule = _bitwise(name)
        sign = {"and": "&", "or": "|", "xor": "^", "lshift": "<<", "rshift": ">>"}[dunder]
        yield operator(
            f"torch.{name}", f"Tensor.{name}", f"Tensor.__{dunder}__", f"Tensor.__r{dunder}__",
            cases=(
                Case(f"torch.{name}(x, y)", x="2,3:int64", y="4,1,3:int32"),
                Case(f"x {sign} 1", x="2,3:uint8"),
                Case(f"1 {sign} x", x="2,3:int32"),
                Case(f"x {sign} y", x="2,3:int64", y="2,4:int64", refused=_BAD_SHAPES),
            ),
        )(rule)  # fmt: skip
        yield operator(
            f"Tensor.{name}_", f"Tensor.__i{dunder}__",
            cases=(
                Case(f"x.{name}_(y)", x="2,3:int64", y="3:bool"),
                Case(f"x.{name}_(1)", x="2,3:uint8"),
                Case(f"x.{name}_(y)", x="3:int64", y="2,3:int64", refused="doesn't match the broadcast shape [2, 3]"),
            ),
        )(_in_place(rule))  # fmt: skip


LOGIC = tuple(_logic())


@operator(
    "Tensor.__invert__",
    cases=(
        Case("~x", x="2,3:bool"),
        Case("~x", x="2,3:int64"),
        Case("~x", x="2,3", refused="~ (operator.invert) is only implemented on integer and Boolean-type tensors"),
    ),
)
def invert(input: TensorType) -> TensorType:
    if is_inexact(input.dtype):
        raise Refused("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    return input


@operator(
    "torch.isclose", "Tensor.isclose",
    cases=(
        Case("torch.isclose(x, y)", x="2,3", y="4,1,3"),
        Case("x.isclose(y, rtol=0.1)", x="2:int64", y=":int64"),
        Case("torch.isclose(x, y)", x="2", y="2:int64", refused="did not match"),
        Case("torch.isclose(x, y)", x="2,3", y="2,4", refused=_BAD_SHAPES),
    ),
)  # fmt: skip
def isclose(
    input: TensorType, other: TensorType, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> TensorType:
    """Both of one dtype; bool for each pair."""
    check_tensor(other, "isclose", "other")
    if input.dtype is not other.dtype:
        raise Refused(f"{scalar_name(input.dtype)} did not match {scalar_name(other.dtype)}")
    return TensorType(joined("isclose", input, other).shape, DType.bool_)


@operator(
    "torch.allclose", "Tensor.allclose",
    cases=(
        Case("torch.allclose(x, y)", x="2,3", y="3"),
        Case("x.allclose(x)", x="2,3"),
        Case("torch.allclose(x, y)", x="2", y="2:int64", refused="did not match"),
    ),
)  # fmt: skip
def allclose(
    input: TensorType, other: TensorType, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """A Python bool that only the values decide."""
    isclose.rule(input, other)
    raise DataDependent("torch.allclose compares the values of two tensors")


@operator("torch.equal", "Tensor.equal", cases=(Case("torch.equal(x, x)", x="2,3"), Case("x.equal(y)", x="2", y="2")))
def same(input: TensorType, other: TensorType) -> bool:
    """A Python bool: False when shapes differ, otherwise only the values decide."""
    check_tensor(other, "equal", "other")
    if input.shape != other.shape:
        return False
    raise DataDependent("torch.equal compares the values of two tensors")


@operator(
    "torch.heaviside", "Tensor.heaviside",
    cases=(
        Case("torch.heaviside(x, y)", x="2,1", y="3"),
        Case("x.heaviside(y)", x="2:int64", y=":int64"),
        Case("torch.heaviside(x, y)", x="2", y="2:float64", refused="for tensors with different dtypes"),
        Case("torch.heaviside(x, y)", x="2", y="3", refused="must match the size"),
    ),
)  # fmt: skip
def heaviside(input: TensorType, values: TensorType) -> TensorType:
    if input.dtype.is_complex or values.dtype.is_complex:
        raise Refused("heaviside is not yet implemented for complex tensors.")
    if input.dtype is not values.dtype:
        raise Refused("heaviside is not yet implemented for tensors with different dtypes.")
    return TensorType(broadcast(input.shape, values.shape), input.dtype)
